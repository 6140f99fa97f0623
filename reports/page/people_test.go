package page

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tapaudit/analysis"
	"tapaudit/reports/reporttest"
)

// A user and an issuer have all that is known of them in one place, in order of time.
func TestPeople(t *testing.T) {
	tenant := reporttest.Tenant
	const user, issuer = "nina@contoso.example", "anna@contoso.example"
	at := reporttest.At(14, 9, 0)
	finding := func(id, rule string, severity analysis.Severity, status string) analysis.Finding {
		return analysis.Finding{ID: id, RuleID: rule, Severity: severity, Status: status, TenantID: tenant,
			SubjectType: "user", SubjectID: "u", SubjectName: user, ActorID: "a", ActorName: issuer}
	}
	r := &analysis.Result{Tenants: []string{tenant},
		Assessments: []analysis.Assessment{{RuleID: "TAP-ISSUED-OFF-HOURS", TenantID: tenant, Assessed: "yes"}},
		Passes: []analysis.Pass{
			{TenantID: tenant, UserID: "u", UserName: user, IssuerType: "user", IssuerID: "a", IssuerName: issuer},
			{TenantID: tenant, UserID: "v", UserName: "otto@contoso.example", IssuerType: "user", IssuerID: "a",
				IssuerName: issuer}},
		Logins: []analysis.Login{{TenantID: tenant, UserID: "u", UserName: user, Time: at, IssuerName: issuer,
			Supervised: "no"}},
		Findings: []analysis.Finding{finding("1", "TAP-ISSUED-OFF-HOURS", "high", "open"),
			finding("2", "TAP-ISSUED", "info", "open"), finding("3", "TAP-GUESSING", "medium", "excepted")},
		Timeline: []analysis.Moment{
			{Time: at.Add(-1), TenantID: tenant, UserID: "u", UserName: user, What: "attempt failed"},
			{Time: at, TenantID: tenant, UserID: "u", UserName: user, What: "log-in"},
			{Time: at.Add(1), TenantID: tenant, UserID: "u", UserName: user, What: "method registered"}},
		RolesHeld: []analysis.RoleHeld{{TenantID: tenant, UserID: "a", Role: "Global Administrator"},
			{TenantID: tenant, UserID: "a", Role: "User Administrator", Since: at},
			{TenantID: tenant, UserID: "somebody else", Role: "Clerk"}},
	}
	p := peopleOf(r)
	type known struct {
		Name, Roles, Moments                               string
		Passes, Logins, Unsupervised, Failed, Listed, Open int
	}
	tell := func(name string) known {
		who := p.find(tenant, name)
		if who == nil {
			t.Fatalf("%s has no place", name)
		}
		var moments []string
		for _, m := range who.Moments {
			moments = append(moments, m.What)
		}
		return known{who.Name, strings.Join(who.Roles, "; "), strings.Join(moments, "; "), who.Passes, who.Logins,
			who.Unsupervised, who.Failed, len(who.Findings), who.Open}
	}
	// Findings for information and excepted ones are listed; only the others are to be settled.
	for name, want := range map[string]known{
		user: {user, "", "attempt failed; log-in; method registered", 1, 1, 1, 1, 3, 1},
		"A": {issuer, "Global Administrator; User Administrator (given 2026-09-14 09:00:00)", "", 0, 0, 0, 0,
			3, 1},
	} {
		if diff := cmp.Diff(want, tell(name)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	by := p.find(tenant, issuer).Issued
	if diff := cmp.Diff(issued{2, 2, 1, "1 of 2 (50%)", "1 of 1 (100%)"},
		issued{by.Passes, by.Users, by.Logins, by.OffHoursShare(), by.UnsupervisedShare()}); diff != "" {
		t.Errorf("what the issuer issued (-want +got):\n%s", diff)
	}
	if p.find(tenant, user).Issued != nil {
		t.Error("the user issued something")
	}
	r.Assessments[0].Assessed = "no"
	if share := peopleOf(r).find(tenant, issuer).Issued.OffHoursShare(); share != "not assessed" {
		t.Errorf("without business hours: %s", share)
	}
}

type issued struct {
	Passes, Users, Logins  int
	OffHours, Unsupervised string
}
