package reports

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/olekukonko/tablewriter/pkg/twwidth"

	"tapaudit/analysis"
	"tapaudit/analysis/settings"
	"tapaudit/ingest/safetext"
)

// later is the audit of the same tenant after a while: of each kind of change there is one.
func later() *analysis.Result {
	r := hostile()
	r.Findings = slices.DeleteFunc(r.Findings, func(f analysis.Finding) bool { return f.RuleID == "TAP-TAKEOVER-CHAIN" })
	for i := range r.Findings {
		switch f := &r.Findings[i]; f.RuleID {
		case "TAP-SIGNIN-UNSUPERVISED":
			f.Severity, f.Count, f.Summary = "high", 3, "Failed: four_eyes. "+breakout+ansi
		case "TAP-ISSUED":
			f.Status, f.Exception = "open", nil
		}
	}
	fresh := r.Findings[0]
	fresh.ID, fresh.RuleID, fresh.Severity, fresh.SubjectName, fresh.Title = "f9e0", "TAP-GUESSING", "high", override+formula, scriptTag
	fresh.FirstSeen, fresh.LastSeen = at(20, 9, 0), at(20, 9, 5)
	excepted := fresh
	excepted.ID, excepted.Severity, excepted.Status = "f9e1", "critical", "excepted"
	excepted.Exception = &settings.Exception{Reason: formula + imageTag, Owner: ansi}
	r.Exceptions[0] = analysis.ExceptionUse{Exception: *excepted.Exception, Covered: 1}
	r.Exceptions[0].Rule, r.Exceptions[0].Subject = "TAP-GUESSING", scriptTag+override
	r.Findings = append([]analysis.Finding{excepted, fresh}, r.Findings...)
	for i := range r.Assessments {
		if a := &r.Assessments[i]; a.RuleID == "TAP-TAKEOVER-CHAIN" {
			a.Assessed, a.Reasons = "no", []string{"the evidence has no audit log " + imageTag}
		}
	}
	for i := range r.Coverage {
		if c := &r.Coverage[i]; c.LogType == "audit" && (c.Day.Day() == 5 || c.Day.Day() == 6) {
			c.Records, c.CanShowTAP, c.Status = 9, 9, "covered"
		}
	}
	r.SettingsHash = strings.Repeat("56", 32)
	return r
}

func compared(t *testing.T, before, after *analysis.Result) *Comparison {
	t.Helper()
	c, err := Compare(context.Background(), write(t, before, "csv", "json"), write(t, after, "csv", "json"), false)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestFindingsAreComparedById(t *testing.T) {
	var got []string
	for _, f := range compared(t, hostile(), later()).findings {
		got = append(got, strings.Join([]string{f.Change, f.Shown().FindingID, strings.Join(f.Fields, ","), f.Note}, "|"))
	}
	want := []string{
		"new|f9e1||tested in the other report and not found",
		"new|f9e0||tested in the other report and not found",
		"gone|f1a7||could not be tested in the other report: the evidence has no audit log " + imageTag,
		"changed|f2b8|severity,count,summary|",
		"changed|f4d0|status,exception|",
		"persisting|f3c9||",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestWhyAFindingIsAbsent(t *testing.T) {
	absent := func(change func(r *analysis.Result)) string {
		r := hostile()
		r.Findings = r.Findings[1:]
		change(r)
		for _, f := range compared(t, hostile(), r).findings {
			if f.Change == "gone" {
				return f.Note
			}
		}
		return "not gone"
	}
	for _, c := range []struct {
		want   string
		change func(r *analysis.Result)
	}{
		{"tested in the other report and not found", func(*analysis.Result) {}},
		{"outside the period of the other report", func(r *analysis.Result) { r.Period.From = at(20, 0, 0) }},
		{"outside the period of the other report", func(r *analysis.Result) { r.Period.To = at(10, 0, 0) }},
		{"the other report has no such test for this tenant", func(r *analysis.Result) { r.Assessments = r.Assessments[1:] }},
		{"tested only in part in the other report: no day of it", func(r *analysis.Result) {
			r.Assessments[0].Assessed, r.Assessments[0].Reasons = "partly", []string{"no day of it"}
		}},
	} {
		if got := absent(c.change); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
	// A state lasts until the end of its report's period, and is told of in every report.
	before, after := hostile(), hostile()
	before.Findings, after.Findings = before.Findings[2:3], nil
	before.Findings[0].LastSeen = before.Period.To
	after.Period = analysis.Period{From: before.Period.To, To: at(30, 18, 0)}
	if got := compared(t, before, after).findings[0].Note; got != notFound {
		t.Errorf("state: %q", got)
	}
}

func TestExceptionsThatAppearAndLapse(t *testing.T) {
	changes := func(c *Comparison) (all []string) {
		for _, e := range c.exceptions.Changed {
			all = append(all, strings.Join([]string{e.Change, e.Old.Until(), e.New.Until(), e.Note}, "|"))
		}
		return all
	}
	// The first exception covers a finding, the second none.
	with := func(change func(r *analysis.Result, finding *analysis.Finding, first *settings.Exception)) *analysis.Result {
		r := hostile()
		change(r, &r.Findings[3], r.Findings[3].Exception)
		if e := r.Findings[3].Exception; e != nil {
			r.Exceptions[0].Exception = *e
		}
		return r
	}
	type (
		result  = analysis.Result
		finding = analysis.Finding
		except  = settings.Exception
	)
	open := with(func(r *result, f *finding, _ *except) {
		f.Status, f.Exception, r.Exceptions = "open", nil, r.Exceptions[1:]
	})
	one := with(func(r *result, _ *finding, _ *except) { r.Exceptions = r.Exceptions[:1] })
	for _, c := range []struct {
		name          string
		before, after *analysis.Result
		same          int
		want          []string
	}{
		{"the same", hostile(), hostile(), 2, nil},
		{"removed", hostile(), open, 1, []string{"lapsed|2027-03-31||no longer configured; 1 finding that it covered is open now"}},
		{"appeared", open, hostile(), 1, []string{"appeared||2027-03-31|covers 1 finding now"}},
		{"removed without a finding", hostile(), one, 1, []string{"lapsed|never||no longer configured; it covered no finding"}},
		{"appeared without a finding", one, hostile(), 1, []string{"appeared||never|it has expired already, and covers no finding"}},
		{"moved", hostile(), with(func(_ *result, _ *finding, e *except) { e.Expires = settings.Date{} }), 1,
			[]string{"changed|2027-03-31|never|expires never, was 2027-03-31"}},
		{"another owner", hostile(), with(func(_ *result, _ *finding, e *except) { e.Owner = "other@contoso.example" }), 1,
			[]string{"changed|2027-03-31|2027-03-31|owner other@contoso.example, was ciso@contoso.example"}},
		{"replaced", hostile(), with(func(r *result, _ *finding, e *except) { e.Rule = "*" }), 1,
			[]string{"appeared||2027-03-31|covers 1 finding now", "replaced|2027-03-31||no longer configured; 1 finding is under another exception now"}},
		{"expired", hostile(), with(func(r *result, f *finding, _ *except) {
			f.Status, f.Exception = "open", nil
			r.Exceptions[0].Expired, r.Exceptions[0].Covered = true, 0
		}), 1, []string{"lapsed|2027-03-31|2027-03-31|it has expired; 1 finding that it covered is open now"}},
		{"unused", hostile(), with(func(r *result, f *finding, _ *except) {
			f.ID, f.Status, f.Exception, r.Exceptions[0].Covered = "other", "open", nil, 0
		}), 1, []string{"unused|2027-03-31|2027-03-31|it covered 1 finding and covers none now"}},
	} {
		compared := compared(t, c.before, c.after)
		if diff := cmp.Diff(c.want, changes(compared)); diff != "" || compared.exceptions.Same != c.same {
			t.Errorf("%s: %d are the same, want %d: %s", c.name, compared.exceptions.Same, c.same, diff)
		}
	}

	// Reports of older versions do not list their exceptions.
	unlisted := func(r *analysis.Result) string {
		dir := write(t, r, "csv", "json")
		manifest := regexp.MustCompile(`(?s)\{[^{}]*"path": "exceptions.csv"[^{}]*\},\s*`).ReplaceAllString(read(t, dir, manifestName), "")
		if err := errors.Join(os.Remove(filepath.Join(dir, "exceptions.csv")), os.WriteFile(filepath.Join(dir, manifestName), []byte(manifest), 0o600)); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	c, err := Compare(context.Background(), unlisted(hostile()), write(t, open, "csv", "json"), false)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"lapsed|2027-03-31||1 finding that it covered is open now"}, changes(c)); diff != "" {
		t.Error(diff)
	}
	if !slices.ContainsFunc(c.notes, func(s string) bool { return strings.Contains(s, "does not list its exceptions") }) {
		t.Errorf("nothing says that exceptions are not listed: %q", c.notes)
	}
}

func TestTestsAndCoverageAreCompared(t *testing.T) {
	c := compared(t, hostile(), later())
	var tests []string
	for _, v := range c.tests {
		tests = append(tests, v.RuleID+" "+v.Old+" "+v.New)
	}
	if diff := cmp.Diff([]string{"TAP-TAKEOVER-CHAIN yes no"}, tests); diff != "" {
		t.Error(diff)
	}
	var days []string
	for _, v := range c.coverage {
		days = append(days, fmt.Sprintf("%s: %s; %s; %d", v.LogType, v.Old, v.New, v.Common))
		for _, s := range v.Spans {
			days = append(days, s.Days()+" "+s.Old+" "+s.New)
		}
	}
	want := []string{
		"audit: 24 covered, 1 partial, 1 quiet, 3 gap; 26 covered, 1 partial, 1 quiet, 1 gap; 29",
		"2026-09-05 to 2026-09-06 gap covered",
		"sign-in interactive: 23 covered, 1 partial, 1 quiet, 1 cannot show a pass, 3 gap; 23 covered, 1 partial, 1 quiet, 1 cannot show a pass, 3 gap; 29",
	}
	if diff := cmp.Diff(want, days); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"The configurations are not the same, so the same events may be judged differently."}, c.notes); diff != "" {
		t.Error(diff)
	}
}

func TestNothingNewIsNotSaidOfWhatWasNotTested(t *testing.T) {
	heading, _, urgent := compared(t, hostile(), hostile()).verdict()
	if heading != "No new findings in what could be tested" || urgent {
		t.Errorf("%q, urgent %v", heading, urgent)
	}
	sure := func() *analysis.Result {
		r := hostile()
		for i := range r.Assessments {
			r.Assessments[i].Assessed, r.Assessments[i].Reasons = "yes", nil
		}
		return r
	}
	if heading, _, _ := compared(t, sure(), sure()).verdict(); heading != "No new findings" {
		t.Errorf("%q", heading)
	}
	heading, sentence, urgent := compared(t, hostile(), later()).verdict()
	if heading != "One new finding asks for action now" || !urgent ||
		sentence != "Findings: 2 new; 1 gone (1 of them not looked for in full); 2 changed; 1 persisting; 1 test is less certain than before. 2 exceptions are not as before." {
		t.Errorf("%q %q", heading, sentence)
	}
}

func TestAnyNewCountsOpenFindingsOnly(t *testing.T) {
	c := compared(t, hostile(), later())
	for severity, want := range map[analysis.Severity]bool{"critical": false, "high": true, "info": true} {
		if got := c.AnyNew(severity); got != want {
			t.Errorf("%s: %v", severity, got)
		}
	}
	if compared(t, hostile(), hostile()).AnyNew("info") {
		t.Error("a report has something new against itself")
	}
}

func TestDamagedReportsAreNotCompared(t *testing.T) {
	before, after := write(t, hostile()), write(t, later())
	put(t, "notes", after, "notes.txt")
	if _, err := Compare(context.Background(), before, after, false); err != nil {
		t.Errorf("a file beside the report: %v", err)
	}
	put(t, read(t, after, "passes.csv")+"x", after, "passes.csv")
	_, err := Compare(context.Background(), before, after, false)
	if !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "passes.csv changed") {
		t.Errorf("%v", err)
	}
	c, err := Compare(context.Background(), before, after, true)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.notes) == 0 || !strings.Contains(c.notes[0], "passes.csv changed") {
		t.Errorf("the damage is not told: %q", c.notes)
	}
	for name, text := range map[string]string{"findings.json": `[{"finding_id":"a"},{"finding_id":"a"}]`, "coverage.csv": "tenant_id\n", "assessment.csv": ""} {
		dir := write(t, hostile())
		put(t, text, dir, name)
		if _, err := Compare(context.Background(), dir, before, true); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Compare(context.Background(), before, write(t, hostile(), "csv"), false); err == nil || !strings.Contains(err.Error(), "formats csv and json") {
		t.Errorf("without findings.json: %v", err)
	}
	if _, err := Compare(context.Background(), before, t.TempDir(), false); !errors.Is(err, ErrNotReport) {
		t.Errorf("an empty folder: %v", err)
	}
}

func writeComparison(t *testing.T, c *Comparison) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "diff")
	if err := c.WriteFolder(context.Background(), dir, "1.2.3", at(30, 13, 0), false); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestComparisonFolder(t *testing.T) {
	dir := writeComparison(t, compared(t, hostile(), later()))
	if diff := cmp.Diff([]string{"diff.csv", "diff.html", "manifest.json"}, names(t, dir)); diff != "" {
		t.Error(diff)
	}
	if v := verifyFolder(t, dir); v.Same != 2 || len(v.Differences) > 0 {
		t.Errorf("%v", v.Differences)
	}
	again := writeComparison(t, compared(t, hostile(), later()))
	for _, name := range names(t, dir) {
		if read(t, dir, name) != read(t, again, name) {
			t.Errorf("%s differs between two runs", name)
		}
	}
	c := compared(t, hostile(), hostile())
	if err := c.WriteFolder(context.Background(), dir, "1.2.3", at(30, 13, 0), false); err != nil {
		t.Errorf("over an older comparison: %v", err)
	}
	report, foreign := write(t, hostile()), t.TempDir()
	put(t, "mine", foreign, "notes.txt")
	sparse := t.TempDir()
	put(t, `{"tool":"tapaudit"}`, sparse, "manifest.json")
	put(t, "mine", sparse, "notes.txt")
	for _, dir := range []string{report, foreign, sparse} {
		before := names(t, dir)
		if err := c.WriteFolder(context.Background(), dir, "1.2.3", at(30, 13, 0), false); !errors.Is(err, ErrNotReport) && !errors.Is(err, ErrNotListed) {
			t.Errorf("%v", err)
		}
		if err := c.WriteFolder(context.Background(), dir, "1.2.3", at(30, 13, 0), true); !errors.Is(err, ErrNotReport) {
			t.Errorf("to be replaced: %v", err)
		}
		if diff := cmp.Diff(before, names(t, dir)); diff != "" {
			t.Error(diff)
		}
	}
	put(t, "mine", dir, "notes.txt")
	if err := c.WriteFolder(context.Background(), dir, "1.2.3", at(30, 13, 0), false); !errors.Is(err, ErrNotListed) {
		t.Errorf("over notes: %v", err)
	}
	if err := c.WriteFolder(context.Background(), dir, "1.2.3", at(30, 13, 0), true); err != nil {
		t.Errorf("over notes, to be replaced: %v", err)
	}
	if err := CheckComparisonFolder(t.Context(), filepath.Join(foreign, "none"), false); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(foreign, "none")); !os.IsNotExist(err) {
		t.Errorf("asking made a folder: %v", err)
	}
}

func TestComparisonIsInert(t *testing.T) {
	c := compared(t, hostile(), later())
	dir := writeComparison(t, c)
	page := read(t, dir, "diff.html")
	for _, payload := range []string{scriptTag, imageTag, breakout, "<img", "<svg"} {
		if strings.Contains(page, payload) {
			t.Errorf("diff.html holds %s", payload)
		}
	}
	if !strings.Contains(page, "&lt;script&gt;alert(1)") {
		t.Error("diff.html does not show the payload as text")
	}
	if !strings.Contains(page, `http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-`) {
		t.Error("diff.html has no policy")
	}
	if found := regexp.MustCompile(`<[^>]+\s(style|on\w+)\s*=`).FindString(page); found != "" {
		t.Errorf("diff.html acts by %s", found)
	}
	var terminal bytes.Buffer
	if err := c.Summary(&terminal, dir, false); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"diff.html": page, "the terminal": terminal.String()} {
		for _, r := range text {
			if safetext.Deceptive(r) {
				t.Errorf("%s holds %U", name, r)
				break
			}
		}
	}
	for _, l := range strings.Split(terminal.String(), "\n") {
		if !strings.Contains(l, dir) && twwidth.Width(strings.TrimRight(l, " ")) > columns {
			t.Errorf("%d columns: %q", twwidth.Width(l), l)
		}
	}
	rows, err := csv.NewReader(strings.NewReader(read(t, dir, "diff.csv"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string]int{}
	for _, row := range rows[1:] {
		parts[row[0]]++
		for _, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
				t.Errorf("a spreadsheet runs %q", cell)
			}
		}
	}
	if diff := cmp.Diff(map[string]int{"finding": 6, "exception": 2, "test": 1, "coverage": 3}, parts); diff != "" {
		t.Error(diff)
	}
}
