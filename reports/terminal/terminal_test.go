package terminal_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/olekukonko/tablewriter/pkg/twwidth"

	"tapaudit/analysis"
	"tapaudit/reports/reporttest"
	"tapaudit/reports/terminal"
)

func TestShares(t *testing.T) {
	for _, c := range []struct {
		needed      []int
		room, least int
		want        string
	}{
		{[]int{5, 5}, 20, 3, "[5 5] true"},
		{[]int{5, 40, 10}, 30, 3, "[5 15 10] true"},
		{[]int{20, 40}, 30, 3, "[15 15] true"},
		{[]int{20, 40}, 7, 4, "[4 4] false"},
		{[]int{2, 40}, 6, 4, "[2 4] true"},
		{nil, 6, 4, "[] true"},
	} {
		widths, ok := terminal.Shares(c.needed, c.room, c.least)
		if got := fmt.Sprint(widths, ok); got != c.want {
			t.Errorf("%v in %d: %s, want %s", c.needed, c.room, got, c.want)
		}
	}
}

func TestLines(t *testing.T) {
	for _, c := range []struct {
		width int
		text  string
		want  []string
	}{
		{10, "one two three", []string{"one two", "three"}},
		{4, "one 123456789 x", []string{"one", "1234", "5678", "9 x"}},
		{4, "日本語 a", []string{"日本", "語 a"}},
		{1, "日", []string{"日"}},
		{5, "", []string{""}},
	} {
		if diff := cmp.Diff(c.want, terminal.Lines(c.width, c.text)); diff != "" {
			t.Errorf("%q: %s", c.text, diff)
		}
	}
}

// The summary is as wide as the screen, and never wider.
func TestSummaryFitsTheScreen(t *testing.T) {
	for columns, limit := range map[string]int{"10": 60, "60": 60, "80": 80, "133": 133, "200": 200, "500": 200,
		"": 80, "wide": 80} {
		t.Setenv("COLUMNS", columns)
		for _, r := range []*analysis.Result{reporttest.Hostile(), reporttest.Large(200), {}} {
			var screen bytes.Buffer
			if err := terminal.Summary(&screen, r, "report.html", false); err != nil {
				t.Fatal(err)
			}
			used := 0
			for line := range strings.Lines(screen.String()) {
				width := twwidth.Width(strings.TrimRight(line, " \n"))
				if used = max(used, width); width > limit {
					t.Errorf("COLUMNS=%s: %d columns: %q", columns, width, line)
				}
			}
			if len(r.Findings) > 0 && used < limit-20 {
				t.Errorf("COLUMNS=%s: only %d columns are used", columns, used)
			}
		}
	}
}

// What was read, what held no evidence, a period without a record, and where to look.
func TestSummaryOfTheEvidence(t *testing.T) {
	summary := func(r *analysis.Result) string {
		t.Helper()
		var screen bytes.Buffer
		if err := terminal.Summary(&screen, r, "tapaudit-report/report.html", false); err != nil {
			t.Fatal(err)
		}
		return strings.Join(strings.Fields(screen.String()), " ")
	}
	at := time.Date(2026, 8, 1, 9, 0, 0, 0, time.UTC)
	log := analysis.EvidenceFile{Path: "signins.json", Format: "Graph", Read: 9, Loaded: 7, Duplicate: 1,
		Quarantined: 1, FirstTime: at, LastTime: at.Add(time.Hour)}
	r := &analysis.Result{Period: analysis.Period{From: at.AddDate(0, 1, 0), To: at.AddDate(0, 2, 0)},
		Evidence: []analysis.EvidenceFile{log, {Path: "notes.txt"},
			{Path: "other.json", LooksLike: "a page of Graph"}}}
	text := summary(r)
	for _, want := range []string{
		"Read: 3 files with 9 records, of which 7 loaded, 1 there already, 1 could not be loaded.",
		"1 file held no evidence: notes.txt.",
		"The period holds no sign-in and no audit event. The evidence lies between 2026-08-01 09:00:00 and 2026-08-01 10:00:00 (UTC).",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("it lacks %q: %s", want, text)
		}
	}
	if !strings.HasSuffix(text, "Report: tapaudit-report/report.html") {
		t.Errorf("the last line names no report: %s", text)
	}
	for i := range 8 {
		r.Evidence = append(r.Evidence, analysis.EvidenceFile{Path: fmt.Sprint("picture", i)})
	}
	r.Coverage = []analysis.CoverageDay{{Records: 1}}
	text = summary(r)
	if !strings.Contains(text,
		"9 files held no evidence: notes.txt, picture0, picture1, picture2, picture3 and 4 more, which evidence.csv lists.") ||
		strings.Contains(text, "The period holds no") {
		t.Error(text)
	}
}

// What to collect comes with how to get it, and a tenant is named where there are several.
func TestSummaryTellsWhatToCollect(t *testing.T) {
	at := time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC)
	r := &analysis.Result{Tenants: []string{"11111111-a", "22222222-b"},
		TenantNames: map[string]string{"22222222-b": "Fabrikam"},
		Period:      analysis.Period{From: at, To: at.AddDate(0, 1, 0)}, AsOf: at.AddDate(0, 1, 0),
		Assessments: []analysis.Assessment{
			{RuleID: "A", TenantID: "22222222-b", Assessed: "no", Reasons: []string{"no audit log"}},
			{RuleID: "B", TenantID: "11111111-a", Assessed: "partly", Reasons: []string{"something else"}}},
		Missing: []analysis.Missing{{TenantID: "22222222-b", Need: "audit", Reason: "no audit log",
			Days: []analysis.Period{{From: at, To: at.AddDate(0, 0, 3)}}, Rules: []string{"A"}, Stopped: 1}}}
	for i := range 6 {
		r.Missing = append(r.Missing, analysis.Missing{Need: fmt.Sprint("config:key", i),
			Reason: fmt.Sprint("key ", i, " is not configured"), Rules: []string{"A"}})
	}
	summary := func() string {
		t.Helper()
		var screen bytes.Buffer
		if err := terminal.Summary(&screen, r, "", false); err != nil {
			t.Fatal(err)
		}
		return strings.Join(strings.Fields(screen.String()), " ")
	}
	text := summary()
	for _, want := range []string{
		"What could not be seen; to see more, collect this:",
		"1 test Audit events, tenant Fabrikam, 2026-08-01 to 2026-08-03 GET /beta/auditLogs/directoryAudits; or " +
			"Entra ID > Monitoring & health > Audit logs > Download > JSON Permission: AuditLog.Read.All Entra ID itself keeps",
		"1 test Key 0 is not configured set key0 in the configuration 1 test",
		"2 further requests in the report.",
		"What else stood in the way: tested reason",
		"in part tenant 11111111, 1 test: something else",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("it lacks %q: %s", want, text)
		}
	}
	if strings.Contains(text, "no audit log") {
		t.Errorf("what is asked for is also a reason: %s", text)
	}
	r.Missing, r.Tenants = nil, r.Tenants[1:]
	if text := summary(); !strings.Contains(text, "What could not be seen: tested reason") ||
		strings.Contains(text, "collect this") {
		t.Error(text)
	}
}
