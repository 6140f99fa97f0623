package verdict_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tapaudit/analysis"
	"tapaudit/reports/verdict"
)

func TestActions(t *testing.T) {
	r := &analysis.Result{
		Incidents: []analysis.Incident{{ID: "first", Rank: 1}, {ID: "second", Rank: 2}},
		Rules:     []analysis.Rule{{ID: "A", HowToVerify: "Ask why.", HowToFix: "Stop it."}},
	}
	for i, f := range []analysis.Finding{
		{RuleID: "C", Severity: "critical", ActorName: "beat", IncidentID: "second", Summary: "critical by beat"},
		{RuleID: "A", Severity: "high", ActorName: "anna", IncidentID: "first", Summary: "one"},
		{RuleID: "A", Severity: "high", ActorName: "anna", IncidentID: "first", Summary: "two"},
		{RuleID: "A", Severity: "high", ActorName: "anna", IncidentID: "first", Summary: "three"},
		{RuleID: "A", Severity: "high", ActorName: "anna", IncidentID: "first", Summary: "four"},
		{RuleID: "B", Severity: "low", ActorName: "beat", IncidentID: "first", Summary: "low by beat"},
		{RuleID: "B", Severity: "medium", SubjectName: "a file", Summary: "of no incident"},
		{RuleID: "B", Severity: "info", ActorName: "carl", Summary: "for information"},
		{RuleID: "B", Severity: "high", ActorName: "dora", Status: "excepted", Summary: "accepted"},
	} {
		f.ID, f.Evidence = fmt.Sprint(i), []analysis.Place{{Path: "file", Line: int64(i/2 + 1)}}
		if f.Status == "" {
			f.Status = "open"
		}
		r.Findings = append(r.Findings, f)
	}
	var got []string
	for _, a := range verdict.Actions(r) {
		got = append(got, strings.Join([]string{a.Ask, string(a.Severity), a.IncidentID, a.About, a.Question, a.Fix,
			fmt.Sprint(a.Evidence)}, " | "))
	}
	want := []string{
		"beat | low | first | low by beat |  |  | [file:3]",
		"beat | critical | second | critical by beat |  |  | [file:1]",
		"anna | high | first | one; two; three; and 1 more of the kind | Ask why. | Stop it. | [file:1 file:2 file:3]",
		"a file | medium |  | of no incident |  |  | [file:4]",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
