package verdict_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tapaudit/analysis"
	"tapaudit/reports/verdict"
)

func TestRequests(t *testing.T) {
	days := func(from, to int) []analysis.Period {
		return []analysis.Period{{From: august.AddDate(0, 0, from), To: august.AddDate(0, 0, to)}}
	}
	r := &analysis.Result{Tenants: []string{"a", "b"},
		Period: analysis.Period{From: august, To: august.AddDate(0, 2, 0)}, AsOf: august.AddDate(0, 2, 0),
		Missing: []analysis.Missing{
			{TenantID: "a", Need: "config:business_hours", Reason: "no business hours are configured",
				Rules: []string{"R1"}},
			{TenantID: "b", Need: "config:business_hours", Reason: "no business hours are configured",
				Rules: []string{"R1", "R2"}},
			{TenantID: "a", Need: "users", Reason: "no users", Rules: []string{"R3"}, Stopped: 1},
			{TenantID: "a", Need: "audit", Reason: "no audit log", Days: days(0, 3), Rules: []string{"R3", "R4", "R5"}},
			// The same days with authentication steps serve both.
			{TenantID: "a", Need: "sign-in", Reason: "no sign-ins", Days: days(50, 51), Rules: []string{"R6"}, Stopped: 1},
			{TenantID: "a", Need: "tap-capable sign-in", Reason: "no steps", Days: days(50, 51),
				Rules: []string{"R6", "R7", "R8", "R9"}, Stopped: 2},
			{TenantID: "b", Need: "nobody knows it", Reason: "the moon was not up", Rules: []string{"R3"}},
		}}
	type told struct{ Tenant, What, Days, Needs, Kept, Rules string }
	var got []told
	for _, q := range verdict.Requests(r) {
		got = append(got, told{q.TenantID, q.What, q.Days, q.Needs, q.Kept, strings.Join(q.Rules, " ")})
		if q.How == "" && q.TenantID == "a" {
			t.Errorf("%s: it does not say how", q.What)
		}
	}
	const kept = "Entra ID itself keeps 30 days: on 2026-10-01 that went back to 2026-09-01. "
	want := []told{
		{"a", "Interactive sign-ins with authentication steps", "2026-09-20", "AuditLog.Read.All",
			kept + "Older days can only come from a copy in a storage account, Log Analytics or Sentinel", "R6 R7 R8 R9"},
		{"a", "Audit events", "2026-08-01 to 2026-08-03", "AuditLog.Read.All",
			kept + "These days can only come from a copy in a storage account, Log Analytics or Sentinel", "R3 R4 R5"},
		{"", "No business hours are configured", "", "", "", "R1 R2"},
		{"a", "Users", "", "User.Read.All", "", "R3"},
		{"b", "The moon was not up", "", "", "", "R3"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
