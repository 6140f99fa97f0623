package analysis

import (
	"context"
	"slices"
	"time"

	"tapaudit/analysis/rows"
	"tapaudit/analysis/settings"
	"tapaudit/ingest/casefile"
)

// exceptions are what the configuration accepts, and by what that is judged.
type exceptions struct {
	all   []settings.Exception
	rules []Rule
	scope scope
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
			if e.Matches(f.RuleID, f.TenantID, f.SubjectID, f.SubjectName, f.ActorID, f.ActorName) && e.Covers(x.timeOf(f)) {
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
	said := map[settings.Exception]bool{}
	for i, e := range x.all {
		same := e
		same.Line = 0
		if !e.ExpiredAt(x.scope.asOf) || said[same] {
			continue // the same exception twice is one
		}
		said[same] = true
		open := map[string]int{}
		for _, f := range findings {
			if f.Status == "open" && e.Matches(f.RuleID, f.TenantID, f.SubjectID, f.SubjectName, f.ActorID, f.ActorName) {
				open[f.TenantID]++
			}
		}
		for tenant, n := range open {
			all = append(all, expiredRow{
				i, e.Rule, e.Tenant, e.Subject, e.Owner, e.Reason, e.Expires.String(), tenant, n, e.Expires.End(time.UTC),
			})
		}
	}
	return rows.Fill(ctx, c, "expired_exceptions", all)
}
