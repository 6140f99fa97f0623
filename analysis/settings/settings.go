// Package settings reads the configuration of an audit: one YAML file, and the
// onboarding roster and supervision register (CSV) that it may name.
//
// The reader is strict, because a misspelt key that is silently ignored would change what an audit finds. Everything
// unknown, misplaced, doubled or of the wrong kind is an error with its place, and all errors are reported at once.
package settings

import (
	"net/netip"
	"time"
)

// Settings is the configuration of one audit. The zero value is "nothing
// configured"; Load("", …) adds the default applications and hours to it. Names,
// ids and addresses are kept as written and are to be compared without letter case.
type Settings struct {
	Hours                *Hours    // nil when not configured
	ApprovedUsers        *[]string // nil when the key is absent; judged even if empty
	ApprovedApplications *[]string
	PrivilegedUsers      []string
	TrustedNetworks      []netip.Prefix // canonical: masked, IPv4 never in its IPv6 form
	// ids; each of these three the configured list, else that of DefaultApplications
	BootstrapApplications []string
	GuardedResources      []string         // resources that nobody needs for registering, through whatever application
	AdminTools            []string         // applications that administer the tenant
	Roster                *[]RosterEntry   // nil when no roster is configured
	Register              *[]RegisterEntry // nil when no register is configured
	Exceptions            []Exception      // in the order of the file
	Rules                 map[string]RuleSettings
	IncidentHours         float64 // how far apart findings of one incident lie at most
	Organisation          string
	Tenants               map[string]string // names of tenants, for people, by id in lower case
	Case                  Case
	// SHA-256, in hexadecimal, over YAML, roster and register one after the other as read (as of `cat a b c`); ""
	// without a file
	Hash string
}

// LocalDay is the day on which t falls where roster and register dates count:
// in the business hours' zone, or in UTC when no business hours are configured.
func (s *Settings) LocalDay(t time.Time) Date {
	if s.Hours == nil {
		return DateOf(t.UTC())
	}
	return DateOf(t.In(s.Hours.Location))
}

// RosterEntry is one line of the onboarding roster.
type RosterEntry struct {
	UPN    string
	Start  Date   // first working day, in the business hours' zone
	Reason string // "" when not given
	Line   int    // 1-based, of the CSV file
}

// RegisterEntry is one line of the supervision register: somebody watched or
// vouched for the use of a pass by that user on that day.
type RegisterEntry struct {
	UPN        string
	Date       Date   // a day in the business hours' zone
	PassID     string // "" when not given
	Supervisor string
	Ticket     string
	Line       int // 1-based, of the CSV file
}

// RuleSettings changes one rule; what is not set keeps the rule's own value.
type RuleSettings struct {
	Enabled    *bool              // nil when not set
	Severity   string             // info, low, medium, high, critical or "" when not set
	Parameters map[string]float64 // only those set; finite, from 0 to 1,000,000, in the unit that the name says
}

// Case is what a report's head says about the matter and how its evidence was taken.
type Case struct {
	ID          string
	Examiner    string
	CollectedBy string
	CollectedAt time.Time // UTC; zero when not given
	Source      string
}

// Catalog is what can be configured: every rule by its id.
type Catalog map[string]RuleSpec

// RuleSpec is what the configuration may change of one rule beside its severity
// and whether it runs.
type RuleSpec struct {
	Parameters map[string]float64 // every parameter with its default
}
