package verdict_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tapaudit/analysis"
	"tapaudit/reports/verdict"
)

var august = time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC)

func TestSigns(t *testing.T) {
	rule := func(id string) analysis.Rule {
		return analysis.Rule{ID: id, Sign: []string{"sign of " + id, "signs of " + id}}
	}
	finding := func(id string, severity analysis.Severity, status string) analysis.Finding {
		return analysis.Finding{RuleID: id, Severity: severity, Status: status}
	}
	rules := []analysis.Rule{rule("A"), rule("B"), rule("C"), rule("D"), rule("E"), rule("F"), {ID: "NONE"}}
	for _, c := range []struct {
		name      string
		findings  []analysis.Finding
		incidents []analysis.Incident
		want      string
	}{
		{"nothing found", nil, nil, ""},
		{"one and several", []analysis.Finding{finding("A", "high", "open"), finding("B", "critical", "open"),
			finding("B", "high", "open")}, nil, "Signs of misuse: one sign of A, two signs of B."},
		{"those of the first incident first", []analysis.Finding{finding("A", "high", "open"),
			finding("B", "high", "open")}, []analysis.Incident{{Signs: []string{"B"}}},
			"Signs of misuse: one sign of B, one sign of A."},
		{"medium, excepted and without a phrase", []analysis.Finding{finding("A", "medium", "open"),
			finding("B", "critical", "excepted"), finding("NONE", "critical", "open")}, nil, ""},
		{"five kinds", []analysis.Finding{finding("A", "high", "open"), finding("B", "high", "open"),
			finding("C", "high", "open"), finding("D", "high", "open"), finding("E", "high", "open")}, nil,
			"Signs of misuse: one sign of A, one sign of B, one sign of C, one sign of D, and one other kind."},
		{"six kinds", []analysis.Finding{finding("A", "high", "open"), finding("B", "high", "open"),
			finding("C", "high", "open"), finding("D", "high", "open"), finding("E", "high", "open"),
			finding("F", "high", "open")}, nil,
			"Signs of misuse: one sign of A, one sign of B, one sign of C, one sign of D, and two other kinds."},
	} {
		got := verdict.Signs(&analysis.Result{Rules: rules, Findings: c.findings, Incidents: c.incidents})
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestByTenant(t *testing.T) {
	day := func(tenant, log string, n, canShow int, status string) analysis.CoverageDay {
		return analysis.CoverageDay{TenantID: tenant, LogType: log, Day: august.AddDate(0, 0, n), Status: status,
			Records: 9, CanShowTAP: int64(canShow)}
	}
	r := &analysis.Result{
		Tenants: []string{"11111111-a", "22222222-b"}, TenantNames: map[string]string{"22222222-b": "Fabrikam"},
		Period: analysis.Period{From: august, To: august.AddDate(0, 0, 5)},
		Passes: []analysis.Pass{{TenantID: "11111111-a"}, {TenantID: "22222222-b"}, {TenantID: "22222222-b"}},
		Logins: []analysis.Login{{TenantID: "22222222-b", Supervised: "yes"}, {TenantID: "22222222-b", Supervised: "no"},
			{TenantID: "22222222-b", Supervised: "not assessed"}},
		Incidents: []analysis.Incident{{TenantID: "22222222-b", Severity: "high", Status: "open"},
			{TenantID: "22222222-b", Severity: "critical", Status: "excepted"},
			{TenantID: "22222222-b", Severity: "medium", Status: "open"}},
		Coverage: []analysis.CoverageDay{
			day("22222222-b", "sign-in interactive", -1, 9, "covered"), // before the period
			day("22222222-b", "sign-in interactive", 0, 9, "covered"),
			day("22222222-b", "sign-in interactive", 1, 0, "covered"), // blind
			day("22222222-b", "sign-in interactive", 2, 0, "quiet"),
			day("22222222-b", "sign-in interactive", 3, 0, "gap"),
			day("22222222-b", "sign-in interactive", 4, 1, "partial"),
			day("22222222-b", "audit", 3, 9, "covered"),
		},
	}
	want := []verdict.TenantRow{
		{ID: "11111111-a", Name: "11111111", Passes: 1, Days: 5},
		{ID: "22222222-b", Name: "Fabrikam", Passes: 2, Logins: 3, Supervised: 1, NotAssessed: 1, Urgent: 1, Seen: 3,
			Days: 5},
	}
	if diff := cmp.Diff(want, verdict.ByTenant(r)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
