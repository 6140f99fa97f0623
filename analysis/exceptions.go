package analysis

import (
	"context"
	"slices"
	"time"

	"tapaudit/analysis/auditlog"
	"tapaudit/analysis/identity"
	"tapaudit/analysis/rows"
	"tapaudit/analysis/settings"
	"tapaudit/ingest/casefile"
)

// exceptions are what the configuration accepts, and by what that is judged.
type exceptions struct {
	all   []settings.Exception
	rules []Rule
	scope scope
	// applications are the ids and names by which an application may be called, of those that did something.
	applications map[identity.User][]string
}

// issuingApplications are all applications among the issuers and initiators of audit events.
func issuingApplications(events []*auditlog.Event) map[identity.User][]string {
	of := map[identity.User][]string{}
	for _, e := range events {
		if e.IssuerType == "application" && e.IssuerID != "" {
			key := identity.User{Tenant: e.Tenant, ID: e.IssuerID}
			for _, name := range e.IssuerNames {
				if !slices.Contains(of[key], name) {
					of[key] = append(of[key], name)
				}
			}
		}
	}
	return of
}

// matches says whether an exception speaks of a finding. An application is called by its ids, and by its name only
// where the record has none; a name without an id behind it names nobody.
func (x exceptions) matches(e settings.Exception, f *Finding) bool {
	var names []string
	for _, who := range []struct{ id, name string }{{f.SubjectID, f.SubjectName}, {f.ActorID, f.ActorName}} {
		called, application := x.applications[identity.User{Tenant: f.TenantID, ID: who.id}]
		switch {
		case application:
			names = append(names, called...)
		case who.id != "":
			names = append(names, who.id, who.name)
		}
	}
	return e.Matches(f.RuleID, f.TenantID, names...)
}

// expiredRow is of expired_exceptions.
type expiredRow struct {
	No        int       `db:"exception_no"`
	Rule      string    `db:"rule"`
	Tenant    string    `db:"tenant"`
	Subject   string    `db:"subject"`
	Owner     string    `db:"owner"`
	Reason    string    `db:"reason"`
	Expires   string    `db:"expires"`
	TenantID  string    `db:"tenant_id"`
	Open      int       `db:"open_findings"`
	FirstSeen time.Time `db:"first_seen"`
}

// mark marks the findings that an exception covers and says how much each exception covered. A state finding is
// judged at the period's end.
func (x exceptions) mark(findings []Finding) []ExceptionUse {
	uses := make([]ExceptionUse, len(x.all))
	for i, e := range x.all {
		uses[i] = ExceptionUse{Exception: e, Expired: e.ExpiredAt(x.scope.asOf)}
	}
	for i := range findings {
		f := &findings[i]
		for j, e := range x.all {
			if x.matches(e, f) && e.Covers(x.timeOf(f)) {
				if f.Exception == nil {
					f.Status, f.Exception = "excepted", &x.all[j]
				}
				uses[j].Covered++
			}
		}
	}
	return uses
}

func (x exceptions) timeOf(f *Finding) time.Time {
	if i := slices.IndexFunc(x.rules, func(r Rule) bool { return r.ID == f.RuleID }); i >= 0 && x.rules[i].isState() {
		return x.scope.period.LastInstant()
	}
	return f.FirstSeen
}

// storeExpired lists which open findings each expired exception would match.
func (x exceptions) storeExpired(ctx context.Context, c *casefile.Case, findings []Finding) error {
	var all []expiredRow
	for i, e := range x.all {
		if !e.ExpiredAt(x.scope.asOf) {
			continue
		}
		open := map[string]int{}
		for i := range findings {
			if f := &findings[i]; f.Status == "open" && x.matches(e, f) {
				open[f.TenantID]++
			}
		}
		for tenant, n := range open {
			all = append(all, expiredRow{
				i, e.Rule, e.Tenant, e.Subject, e.Owner, e.Reason, e.Expires.String(), tenant, n,
				e.Expires.End(time.UTC),
			})
		}
	}
	return rows.Fill(ctx, c, "expired_exceptions", all)
}
