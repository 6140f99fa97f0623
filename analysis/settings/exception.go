package settings

import (
	"net/netip"
	"strings"
	"time"
)

// Exception says that a finding is known and accepted, by whom, why and until when.
type Exception struct {
	Rule       string // a rule id or "*"
	Tenant     string // "" matches every tenant
	Subject    string // "" matches every subject
	Reason     string
	Owner      string
	ApprovedOn Date // zero when absent
	From       Date // zero when absent
	Expires    Date // zero when absent: it never expires
	Line       int  // of the configuration file
}

// Matches reports whether the exception speaks of a finding of this rule and
// tenant. The subjects are what the finding names: its subject's id and name and
// its actor's id and name; one that equals the exception's suffices. Letter case
// does not count, and addresses compare in canonical form.
func (e Exception) Matches(rule, tenant string, subjects ...string) bool {
	if e.Rule != "*" && !strings.EqualFold(e.Rule, rule) {
		return false
	}
	if e.Tenant != "" && !strings.EqualFold(e.Tenant, tenant) {
		return false
	}
	if e.Subject == "" {
		return true
	}
	for _, subject := range subjects {
		if strings.EqualFold(e.Subject, subject) || sameAddress(e.Subject, subject) {
			return true
		}
	}
	return false
}

func sameAddress(a, b string) bool {
	x, err := netip.ParseAddr(a)
	if err != nil {
		return false
	}
	y, err := netip.ParseAddr(b)
	return err == nil && x.Unmap() == y.Unmap()
}

// Covers reports whether the exception holds at t, from the beginning of its From day to the end of its Expires day,
// both in UTC. For t it takes a finding's first_seen or, for a state finding, the period's end.
func (e Exception) Covers(t time.Time) bool {
	return (e.From.IsZero() || !t.Before(e.From.StartUTC())) && !e.ExpiredAt(t)
}

// ExpiredAt reports whether the exception's Expires day (UTC) is over at asOf; one
// without never expires.
func (e Exception) ExpiredAt(asOf time.Time) bool {
	return !e.Expires.IsZero() && !asOf.Before(e.Expires.End(time.UTC))
}
