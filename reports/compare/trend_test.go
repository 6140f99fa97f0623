package compare

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/olekukonko/tablewriter/pkg/twwidth"

	"tapaudit/analysis"
	"tapaudit/analysis/supervision"
	"tapaudit/reports/reporttest"
	"tapaudit/reports/tables"
)

// month is a report of a month of 2026 whose first days are covered: log-ins, each on the day and supervised or not,
// and passes that were used after so many minutes.
type month struct {
	month      time.Month
	covered    int
	supervised []bool // of the log-ins on covered days
	elsewhere  int    // log-ins on days that are not covered, none supervised
	minutes    []float64
	urgent     int
}

func (m month) result() *analysis.Result {
	day := func(n int) time.Time { return time.Date(2026, m.month, n, 8, 0, 0, 0, time.UTC) }
	r := &analysis.Result{Tenants: []string{reporttest.Tenant}, RulesHash: "rules",
		Period: analysis.Period{From: day(1).Truncate(24 * time.Hour),
			To: day(1).Truncate(24*time.Hour).AddDate(0, 1, 0)}}
	for n := 1; n <= 28; n++ {
		status := "covered"
		if n > m.covered {
			status = "gap"
		}
		for _, log := range []string{"audit", "sign-in interactive"} {
			r.Coverage = append(r.Coverage, analysis.CoverageDay{TenantID: reporttest.Tenant, LogType: log,
				Day: day(n).Truncate(24 * time.Hour), Records: 5, CanShowTAP: 5, Status: status})
		}
	}
	// The evidence reaches back, and so does a pass; neither is of the period.
	before := r.Period.From.AddDate(0, 0, -5)
	for _, log := range []string{"audit", "sign-in interactive"} {
		r.Coverage = append(r.Coverage, analysis.CoverageDay{TenantID: reporttest.Tenant, LogType: log, Day: before,
			Records: 5, CanShowTAP: 5, Status: "covered"})
	}
	r.Passes = append(r.Passes, analysis.Pass{TenantID: reporttest.Tenant, UserID: "u", IssuedAt: before,
		Start: before, FirstLogin: before.Add(time.Minute)})
	login := func(n int, supervised bool) {
		l := analysis.Login{TenantID: reporttest.Tenant, UserID: "u", Time: day(n), Outcome: "success",
			Supervised: "no"}
		state := analysis.Failed
		if supervised {
			l.Supervised, state = "yes", analysis.Met
		}
		for _, name := range supervision.Criteria() {
			c := analysis.Criterion{Name: name, State: analysis.Met}
			switch name {
			case "four_eyes":
				c.State = state
			case "hours":
				c.State = analysis.NotAssessed
			}
			l.Criteria = append(l.Criteria, c)
		}
		r.Logins = append(r.Logins, l)
	}
	for _, yes := range m.supervised {
		login(1, yes)
	}
	for range m.elsewhere {
		login(28, false)
	}
	for _, minutes := range m.minutes {
		r.Passes = append(r.Passes, analysis.Pass{TenantID: reporttest.Tenant, UserID: "u", IssuedAt: day(2),
			Start:      day(2).Add(time.Hour),
			FirstLogin: day(2).Add(time.Hour + time.Duration(minutes*float64(time.Minute)))})
	}
	r.Passes = append(r.Passes, analysis.Pass{TenantID: reporttest.Tenant, UserID: "u", IssuedAt: day(3),
		Start: day(3)})
	for i := range m.urgent {
		r.Incidents = append(r.Incidents, analysis.Incident{ID: fmt.Sprint(i), Severity: "high", Status: "open",
			TenantID: reporttest.Tenant, FirstSeen: day(1)})
	}
	r.Incidents = append(r.Incidents,
		analysis.Incident{ID: "accepted", Severity: "critical", Status: "excepted", TenantID: reporttest.Tenant,
			FirstSeen: day(1)},
		analysis.Incident{ID: "small", Severity: "medium", Status: "open", TenantID: reporttest.Tenant,
			FirstSeen: day(1)},
		analysis.Incident{ID: "uncovered", Severity: "high", Status: "open", TenantID: reporttest.Tenant,
			FirstSeen: day(28)})
	return r
}

func answers(yes, no int) (all []bool) {
	for i := range yes + no {
		all = append(all, i < yes)
	}
	return all
}

func many(n int, minutes float64) (all []float64) {
	for range n {
		all = append(all, minutes)
	}
	return all
}

func trendOfMonths(t *testing.T, months ...month) *Trend {
	t.Helper()
	var dirs []string
	for _, m := range months {
		dirs = append(dirs, reporttest.Folder(t, m.result(), tables.WriteCSV))
	}
	trend, err := TrendOf(context.Background(), dirs, false)
	if err != nil {
		t.Fatal(err)
	}
	return trend
}

// Rates and shares count covered days only, and what rests on few is not compared.
func TestMeasures(t *testing.T) {
	// Given the later one first: the periods order them.
	trend := trendOfMonths(t,
		month{month: 9, covered: 20, supervised: answers(15, 5), elsewhere: 7, minutes: append(many(10, 20), 400),
			urgent: 1},
		month{month: 8, covered: 10, supervised: answers(10, 10), elsewhere: 30, minutes: many(12, 30), urgent: 4},
	)
	got := map[string]string{}
	for _, row := range trend.rows() {
		got[row.Name] = strings.Join(row.Values, " ") + " " + row.Verdict
	}
	want := map[string]string{
		"passes issued": "13 12 ", "log-ins with a pass": "50 27 ", "days covered by sign-ins": "10 20 ",
		"passes on a covered day": "1.3 0.6 ", "log-ins on a covered day": "2.0 1.0 ",
		"log-ins supervised": "50% 75% better", "urgent incidents per 100 log-ins": "20.0 5.0 better",
		"median minutes to use": "30 20 better",
		"failed: four eyes":     "50% 25% better", "failed: place": "0% 0% the same",
		"failed: hours": "– – cannot be compared: no log-in could be assessed in the earlier report",
	}
	for name, text := range want {
		if got[name] != text {
			t.Errorf("%s: %q, want %q", name, got[name], text)
		}
	}
	if want := "It is getting better: log-ins supervised 50%, then 75%; urgent incidents per 100 log-ins 20.0, then 5.0."; trend.Sentence() != want {
		t.Errorf("%s", trend.Sentence())
	}
	for name, c := range map[string]struct {
		before, after month
		want          string
	}{
		"worse": {month{month: 8, covered: 5, supervised: answers(10, 0)},
			month{month: 9, covered: 5, supervised: answers(5, 5), urgent: 1}, "It is getting worse"},
		"both": {month{month: 8, covered: 5, supervised: answers(5, 5)},
			month{month: 9, covered: 5, supervised: answers(9, 1), urgent: 1},
			"It is better in one way and worse in another"},
		"same": {month{month: 8, covered: 5, supervised: answers(5, 5)},
			month{month: 9, covered: 5, supervised: answers(5, 5)}, "It is neither better nor worse"},
		"few": {month{month: 8, covered: 5, supervised: answers(9, 0)},
			month{month: 9, covered: 5, supervised: answers(5, 5)},
			"Whether it is getting better cannot be said: log-ins supervised cannot be compared, because it rests on 9 log-ins, and fewer than 10 say little"},
		"no day": {month{month: 8, supervised: answers(20, 0)}, month{month: 9, covered: 5, supervised: answers(5, 5)},
			"Whether it is getting better cannot be said: log-ins supervised cannot be compared, because no log-in could be assessed in the earlier report"},
	} {
		if got := trendOfMonths(t, c.before, c.after).Sentence(); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// Consecutive periods share no event: what happened in one of them is counted, and not listed.
func TestConsecutivePeriods(t *testing.T) {
	of := func(m time.Month, rule string, at time.Time, state bool) *analysis.Result {
		r := month{month: m, covered: 20, supervised: answers(10, 0)}.result()
		f := analysis.Finding{ID: fmt.Sprint(rule, m), RuleID: rule, Severity: "high", Status: "open",
			TenantID: reporttest.Tenant, FirstSeen: at, LastSeen: at, Title: rule, Summary: "it happened"}
		if state {
			f.LastSeen = r.Period.To
		}
		r.Findings = append(r.Findings, f)
		return r
	}
	day := time.Date(2026, 8, 2, 0, 0, 0, 0, time.UTC)
	c := compared(t, of(8, "EVENT-OLD", day, false), of(9, "EVENT-NEW", day.AddDate(0, 1, 0), false))
	var screen, file bytes.Buffer
	if err := c.Summary(&screen, "", false); err != nil {
		t.Fatal(err)
	}
	text := strings.Join(strings.Fields(screen.String()), " ")
	for _, want := range []string{"The periods follow one another, so no event is of both",
		"New, of events in one period only: 1.", "Gone, of events in one period only: 1.",
		"log-ins supervised 100%"} {
		if !strings.Contains(text, want) {
			t.Errorf("the summary lacks %q:\n%s", want, screen.String())
		}
	}
	if strings.Contains(text, "EVENT-") {
		t.Errorf("an event of one period is listed:\n%s", screen.String())
	}
	if err := c.writeCSV(&file); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(file.String(), "EVENT-OLD") || !strings.Contains(file.String(), "EVENT-NEW") {
		t.Error("diff.csv lacks the findings")
	}
	if !c.AnyNew("high") {
		t.Error("a new finding is not new because the period is")
	}
}

// A report folder is a stranger's: nothing of it acts, and the screen stays as wide as it is.
func TestTrendIsInert(t *testing.T) {
	dirs := []string{reporttest.Folder(t, reporttest.Hostile(), tables.WriteCSV),
		reporttest.Folder(t, reporttest.Hostile(), tables.WriteCSV),
		reporttest.Folder(t, reporttest.Later(), tables.WriteCSV),
		reporttest.Folder(t, reporttest.Later(), tables.WriteCSV)}
	trend, err := TrendOf(context.Background(), dirs, false)
	if err != nil {
		t.Fatal(err)
	}
	for i := range trend.reports {
		trend.reports[i].Name = reporttest.Formula + reporttest.Script + reporttest.ANSI
	}
	var screen, page, file bytes.Buffer
	for _, err := range []error{trend.Summary(&screen, "out", true), trend.writeHTML(&page, "1.2.3"),
		trend.writeCSV(&file)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for line := range strings.Lines(screen.String()) {
		if strings.Contains(line, "\x1b") || twwidth.Width(strings.TrimRight(line, "\n")) > 80 &&
			!strings.HasPrefix(line, "Report ") {
			t.Errorf("%q", line)
		}
	}
	if strings.Contains(page.String(), reporttest.Script) {
		t.Error("the page holds a script of the evidence")
	}
	rows, err := csv.NewReader(&file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if want := len(measures())*len(dirs) + 1; len(rows) != want {
		t.Errorf("%d rows, want %d", len(rows), want)
	}
	for _, row := range rows {
		for _, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
				t.Errorf("a spreadsheet runs %q", cell)
			}
		}
	}
	if diff := cmp.Diff(strings.Fields(trendColumns), rows[0]); diff != "" {
		t.Error(diff)
	}
}

// Both summaries are as wide as the screen.
func TestSummariesFitTheScreen(t *testing.T) {
	c := compared(t, reporttest.Hostile(), reporttest.Later())
	for _, columns := range []int{60, 100, 200} {
		t.Setenv("COLUMNS", fmt.Sprint(columns))
		for name, tell := range map[string]func(*bytes.Buffer) error{
			"diff":  func(b *bytes.Buffer) error { return c.Summary(b, "", false) },
			"trend": func(b *bytes.Buffer) error { return c.trend.Summary(b, "", false) },
		} {
			var screen bytes.Buffer
			if err := tell(&screen); err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(screen.String()) {
				if width := twwidth.Width(strings.TrimRight(line, " \n")); width > columns &&
					!strings.HasPrefix(line, "Report ") {
					t.Errorf("%s: %d columns of %d: %q", name, width, columns, line)
				}
			}
		}
	}
}
