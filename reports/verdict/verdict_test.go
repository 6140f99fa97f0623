package verdict_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tapaudit/analysis"
	"tapaudit/reports/reporttest"
	"tapaudit/reports/verdict"
)

func TestUnseenReasonsAreCountedAndFolded(t *testing.T) {
	r := &analysis.Result{Tenants: []string{reporttest.Tenant}}
	for i := range 8 {
		r.Assessments = append(r.Assessments, analysis.Assessment{RuleID: fmt.Sprint("R", i),
			TenantID: reporttest.Tenant, Assessed: "partly",
			Reasons: []string{"2 days without audit log", fmt.Sprint("reason ", i)}})
	}
	r.Assessments[3].Assessed = "no"
	all := verdict.UnseenByTenant(r)
	if len(all) != 1 || len(all[0].Reasons) != verdict.UnseenTold || len(all[0].Rest) != 9-verdict.UnseenTold {
		t.Fatalf("%+v", all)
	}
	// The gap alone stopped no test: seven others were run in part in spite of it.
	if first := all[0].Reasons[0]; first.All() || first.Touches() != "8 tests, one of which could not be run" {
		t.Errorf("%s: %s", first.Reason, first.Touches())
	}
	if second := all[0].Reasons[1]; !second.All() || second.Reason != "reason 3" || second.Touches() != "1 test" {
		t.Errorf("%s: %s", second.Reason, second.Touches())
	}
}

func TestAssessmentSentences(t *testing.T) {
	for _, c := range []struct {
		given analysis.Assessment
		want  string
	}{
		{analysis.Assessment{Assessed: "yes"}, "Tested, none found."},
		{analysis.Assessment{Assessed: "yes", Findings: 2, Excepted: 1}, "Tested: 2 findings, 1 excepted."},
		{analysis.Assessment{Assessed: "partly", Reasons: []string{"a gap."}},
			"Tested in part, none found in that part; the rest could not be tested: a gap."},
		{analysis.Assessment{Assessed: "partly", Findings: 1, Reasons: []string{"a gap"}},
			"Tested in part: 1 finding; the rest could not be tested: a gap."},
		{analysis.Assessment{Assessed: "no", Reasons: []string{"no audit log"}}, "Could not be tested: no audit log."},
		{analysis.Assessment{Assessed: "no"}, "Could not be tested: no reason is given."},
	} {
		if got := verdict.Result(c.given); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestFirstThings(t *testing.T) {
	r := &analysis.Result{}
	for _, f := range []struct{ id, rule, severity, status string }{
		{"1", "A", "high", "open"}, {"2", "A", "high", "open"}, {"3", "B", "high", "excepted"},
		{"4", "C", "high", "open"},
		{"5", "D", "info", "open"},
	} {
		r.Findings = append(r.Findings, analysis.Finding{ID: f.id, RuleID: f.rule,
			Severity: analysis.Severity(f.severity), Status: f.status})
	}
	var got []string
	for _, f := range verdict.FirstThings(r, 4) {
		got = append(got, f.ID)
	}
	if diff := cmp.Diff([]string{"1", "4", "2"}, got); diff != "" {
		t.Error(diff)
	}
}
