package compare

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
	"tapaudit/reports/folder"
	"tapaudit/reports/reporttest"
	"tapaudit/reports/tables"
	"tapaudit/reports/terminal"
)

func compared(t *testing.T, before, after *analysis.Result) *Comparison {
	t.Helper()
	c, err := Reports(context.Background(), reporttest.Folder(t, before, tables.WriteCSV, tables.WriteJSON),
		reporttest.Folder(t, after, tables.WriteCSV, tables.WriteJSON), false)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestFindingsAreComparedById(t *testing.T) {
	var got []string
	for _, f := range compared(t, reporttest.Hostile(), reporttest.Later()).findings {
		got = append(got, strings.Join([]string{f.Change, f.Shown().FindingID, strings.Join(f.Fields, ","), f.Note},
			"|"))
	}
	want := []string{
		"new|f9e1||tested in the other report and not found",
		"new|f9e0||tested in the other report and not found",
		"gone|f1a7||could not be tested in the other report: the evidence has no audit log " + reporttest.Image,
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
		r := reporttest.Hostile()
		r.Findings = r.Findings[1:]
		change(r)
		for _, f := range compared(t, reporttest.Hostile(), r).findings {
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
		{"outside the period of the other report",
			func(r *analysis.Result) { r.Period.From = reporttest.At(20, 0, 0) }},
		{"outside the period of the other report", func(r *analysis.Result) { r.Period.To = reporttest.At(10, 0, 0) }},
		{"the other report has no such test for this tenant",
			func(r *analysis.Result) { r.Assessments = r.Assessments[1:] }},
		{"tested only in part in the other report: no day of it", func(r *analysis.Result) {
			r.Assessments[0].Assessed, r.Assessments[0].Reasons = "partly", []string{"no day of it"}
		}},
	} {
		if got := absent(c.change); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
	// A state lasts until the end of its report's period, and is told of in every report.
	before, after := reporttest.Hostile(), reporttest.Hostile()
	before.Findings, after.Findings = before.Findings[2:3], nil
	before.Findings[0].LastSeen = before.Period.To
	after.Period = analysis.Period{From: before.Period.To, To: reporttest.At(30, 18, 0)}
	if got := compared(t, before, after).findings[0].Note; got != notFound {
		t.Errorf("state: %q", got)
	}
}

// Between two versions of the rules a finding may be new or gone by that alone, and the comparison says so.
func TestRulesOfAnotherVersion(t *testing.T) {
	for _, c := range []struct {
		change func(r *analysis.Result)
		want   string
	}{
		{func(*analysis.Result) {}, "tested in the other report by version 1 of the rules, and not found"},
		{func(r *analysis.Result) { r.Assessments = r.Assessments[1:] },
			"version 1 of the rules, which the other report was judged by, has no such test"},
	} {
		old := reporttest.Hostile()
		old.Findings = old.Findings[1:]
		c.change(old)
		dir := reporttest.Folder(t, old, tables.WriteCSV, tables.WriteJSON)
		manifest := reporttest.Read(t, dir, folder.ManifestName)
		older := regexp.MustCompile(`\s*"rules_version": \d+,`).ReplaceAllString(manifest, "")
		if older == manifest {
			t.Fatal("the manifest does not name the rules' version")
		}
		if err := os.WriteFile(filepath.Join(dir, folder.ManifestName), []byte(older), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := Reports(t.Context(), dir, reporttest.Folder(t, reporttest.Hostile(), tables.WriteCSV,
			tables.WriteJSON), false)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(got.findings, func(f findingChange) bool { return f.Change == "new" })
		if i < 0 || got.findings[i].Note != c.want {
			t.Errorf("%+v, want %q", got.findings, c.want)
		}
		if !slices.ContainsFunc(got.notes, func(n string) bool {
			return strings.Contains(n,
				"from version 1 to version 2")
		}) {
			t.Errorf("notes: %q", got.notes)
		}
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
	with := func(change func(r *analysis.Result, finding *analysis.Finding,
		first *settings.Exception)) *analysis.Result {
		r := reporttest.Hostile()
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
		{"the same", reporttest.Hostile(), reporttest.Hostile(), 2, nil},
		{"removed", reporttest.Hostile(), open, 1,
			[]string{"lapsed|2027-03-31||no longer configured; 1 finding that it covered is open now"}},
		{"appeared", open, reporttest.Hostile(), 1, []string{"appeared||2027-03-31|covers 1 finding now"}},
		{"removed without a finding", reporttest.Hostile(), one, 1,
			[]string{"lapsed|never||no longer configured; it covered no finding"}},
		{"appeared without a finding", one, reporttest.Hostile(), 1,
			[]string{"appeared||never|it has expired already, and covers no finding"}},
		{"moved", reporttest.Hostile(), with(func(_ *result, _ *finding, e *except) { e.Expires = settings.Date{} }),
			1,
			[]string{"changed|2027-03-31|never|expires never, was 2027-03-31"}},
		{"another owner", reporttest.Hostile(), with(func(_ *result, _ *finding,
			e *except) {
			e.Owner = "other@contoso.example"
		}), 1,
			[]string{"changed|2027-03-31|2027-03-31|owner other@contoso.example, was ciso@contoso.example"}},
		{"replaced", reporttest.Hostile(), with(func(r *result, _ *finding, e *except) { e.Rule = "*" }), 1,
			[]string{"appeared||2027-03-31|covers 1 finding now",
				"replaced|2027-03-31||no longer configured; 1 finding is under another exception now"}},
		{"expired", reporttest.Hostile(), with(func(r *result, f *finding, _ *except) {
			f.Status, f.Exception = "open", nil
			r.Exceptions[0].Expired, r.Exceptions[0].Covered = true, 0
		}), 1, []string{"lapsed|2027-03-31|2027-03-31|it has expired; 1 finding that it covered is open now"}},
		{"unused", reporttest.Hostile(), with(func(r *result, f *finding, _ *except) {
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
		dir := reporttest.Folder(t, r, tables.WriteCSV, tables.WriteJSON)
		manifest := regexp.MustCompile(`(?s)\{[^{}]*"path": "exceptions.csv"[^{}]*\},\s*`).ReplaceAllString(reporttest.Read(t, dir, folder.ManifestName), "")
		if err := errors.Join(os.Remove(filepath.Join(dir, "exceptions.csv")),
			os.WriteFile(filepath.Join(dir, folder.ManifestName), []byte(manifest), 0o600)); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	c, err := Reports(context.Background(), unlisted(reporttest.Hostile()),
		reporttest.Folder(t, open, tables.WriteCSV, tables.WriteJSON), false)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"lapsed|2027-03-31||1 finding that it covered is open now"}, changes(c)); diff != "" {
		t.Error(diff)
	}
	if !slices.ContainsFunc(c.notes, func(s string) bool {
		return strings.Contains(s,
			"does not list its exceptions")
	}) {
		t.Errorf("nothing says that exceptions are not listed: %q", c.notes)
	}
}

func TestTestsAndCoverageArecompared(t *testing.T) {
	c := compared(t, reporttest.Hostile(), reporttest.Later())
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
	if diff := cmp.Diff([]string{"The configurations are not the same, so the same events may be judged differently."},
		c.notes); diff != "" {
		t.Error(diff)
	}
}

func TestNothingNewIsNotSaidOfWhatWasNotTested(t *testing.T) {
	heading, _, urgent := compared(t, reporttest.Hostile(), reporttest.Hostile()).verdict()
	if heading != "No new findings in what could be tested" || urgent {
		t.Errorf("%q, urgent %v", heading, urgent)
	}
	sure := func() *analysis.Result {
		r := reporttest.Hostile()
		for i := range r.Assessments {
			r.Assessments[i].Assessed, r.Assessments[i].Reasons = "yes", nil
		}
		return r
	}
	if heading, _, _ := compared(t, sure(), sure()).verdict(); heading != "No new findings" {
		t.Errorf("%q", heading)
	}
	heading, sentence, urgent := compared(t, reporttest.Hostile(), reporttest.Later()).verdict()
	if heading != "One new finding needs action now" || !urgent ||
		sentence != "Findings: 2 new; 1 gone (not looked for in full); 2 changed; 1 persisting; 1 test is less certain than before. 2 exceptions are not as before." {
		t.Errorf("%q %q", heading, sentence)
	}
}

func TestAnyNewCountsOpenFindingsOnly(t *testing.T) {
	c := compared(t, reporttest.Hostile(), reporttest.Later())
	for severity, want := range map[analysis.Severity]bool{"critical": false, "high": true, "info": true} {
		if got := c.AnyNew(severity); got != want {
			t.Errorf("%s: %v", severity, got)
		}
	}
	if compared(t, reporttest.Hostile(), reporttest.Hostile()).AnyNew("info") {
		t.Error("a report has something new against itself")
	}
}

func TestDamagedReportsAreNotcompared(t *testing.T) {
	before, after := reporttest.Folder(t, reporttest.Hostile(), tables.WriteCSV, tables.WriteJSON),
		reporttest.Folder(t, reporttest.Later(), tables.WriteCSV, tables.WriteJSON)
	reporttest.Put(t, "notes", after, "notes.txt")
	if _, err := Reports(context.Background(), before, after, false); err != nil {
		t.Errorf("a file beside the report: %v", err)
	}
	reporttest.Put(t, reporttest.Read(t, after, "passes.csv")+"x", after, "passes.csv")
	_, err := Reports(context.Background(), before, after, false)
	if !errors.Is(err, folder.ErrDamaged) || !strings.Contains(err.Error(), "passes.csv changed") {
		t.Errorf("%v", err)
	}
	c, err := Reports(context.Background(), before, after, true)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.notes) == 0 || !strings.Contains(c.notes[0], "passes.csv changed") {
		t.Errorf("the damage is not told: %q", c.notes)
	}
	for name, text := range map[string]string{"findings.json": `[{"finding_id":"a"},{"finding_id":"a"}]`,
		"coverage.csv": "tenant_id\n", "assessment.csv": ""} {
		dir := reporttest.Folder(t, reporttest.Hostile(), tables.WriteCSV, tables.WriteJSON)
		reporttest.Put(t, text, dir, name)
		if _, err := Reports(context.Background(), dir, before, true); err == nil ||
			!strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Reports(context.Background(), before, reporttest.Folder(t, reporttest.Hostile(), tables.WriteCSV),
		false); err == nil || !strings.Contains(err.Error(), "formats csv and json") {
		t.Errorf("without findings.json: %v", err)
	}
	if _, err := Reports(context.Background(), before, t.TempDir(), false); !errors.Is(err, folder.ErrNotReport) {
		t.Errorf("an empty folder: %v", err)
	}
}

func writeComparison(t *testing.T, c *Comparison) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "diff")
	if err := c.WriteFolder(context.Background(), dir, "1.2.3", reporttest.At(30, 13, 0), false); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestComparisonFolder(t *testing.T) {
	dir := writeComparison(t, compared(t, reporttest.Hostile(), reporttest.Later()))
	if diff := cmp.Diff([]string{"diff.csv", "diff.html", "manifest.json"}, reporttest.Names(t, dir)); diff != "" {
		t.Error(diff)
	}
	if v, err := folder.Verify(t.Context(), dir); err != nil || v.Same != 2 || len(v.Differences) > 0 {
		t.Errorf("%v", v.Differences)
	}
	again := writeComparison(t, compared(t, reporttest.Hostile(), reporttest.Later()))
	for _, name := range reporttest.Names(t, dir) {
		if reporttest.Read(t, dir, name) != reporttest.Read(t, again, name) {
			t.Errorf("%s differs between two runs", name)
		}
	}
	c := compared(t, reporttest.Hostile(), reporttest.Hostile())
	if err := c.WriteFolder(context.Background(), dir, "1.2.3", reporttest.At(30, 13, 0), false); err != nil {
		t.Errorf("over an older comparison: %v", err)
	}
	report, foreign := reporttest.Folder(t, reporttest.Hostile(), tables.WriteCSV, tables.WriteJSON), t.TempDir()
	reporttest.Put(t, "mine", foreign, "notes.txt")
	sparse := t.TempDir()
	reporttest.Put(t, `{"tool":"tapaudit"}`, sparse, "manifest.json")
	reporttest.Put(t, "mine", sparse, "notes.txt")
	for _, dir := range []string{report, foreign, sparse} {
		before := reporttest.Names(t, dir)
		if err := c.WriteFolder(context.Background(), dir, "1.2.3", reporttest.At(30, 13, 0), false); !errors.Is(err,
			folder.ErrNotReport) && !errors.Is(err, folder.ErrNotListed) {
			t.Errorf("%v", err)
		}
		if err := c.WriteFolder(context.Background(), dir, "1.2.3", reporttest.At(30, 13, 0), true); !errors.Is(err,
			folder.ErrNotReport) {
			t.Errorf("to be replaced: %v", err)
		}
		if diff := cmp.Diff(before, reporttest.Names(t, dir)); diff != "" {
			t.Error(diff)
		}
	}
	reporttest.Put(t, "mine", dir, "notes.txt")
	if err := c.WriteFolder(context.Background(), dir, "1.2.3", reporttest.At(30, 13, 0), false); !errors.Is(err,
		folder.ErrNotListed) {
		t.Errorf("over notes: %v", err)
	}
	if err := c.WriteFolder(context.Background(), dir, "1.2.3", reporttest.At(30, 13, 0), true); err != nil {
		t.Errorf("over notes, to be replaced: %v", err)
	}
	if err := CheckFolder(t.Context(), filepath.Join(foreign, "none"), false); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(foreign, "none")); !os.IsNotExist(err) {
		t.Errorf("asking made a folder: %v", err)
	}
}

func TestComparisonIsInert(t *testing.T) {
	c := compared(t, reporttest.Hostile(), reporttest.Later())
	dir := writeComparison(t, c)
	page := reporttest.Read(t, dir, "diff.html")
	for _, payload := range []string{reporttest.Script, reporttest.Image, reporttest.Breakout, "<img", "<svg"} {
		if strings.Contains(page, payload) {
			t.Errorf("diff.html holds %s", payload)
		}
	}
	if !strings.Contains(page, "&lt;script&gt;alert(1)") {
		t.Error("diff.html does not show the payload as text")
	}
	if !strings.Contains(page,
		`http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-`) {
		t.Error("diff.html has no policy")
	}
	if found := regexp.MustCompile(`<[^>]+\s(style|on\w+)\s*=`).FindString(page); found != "" {
		t.Errorf("diff.html acts by %s", found)
	}
	var screen bytes.Buffer
	if err := c.Summary(&screen, dir, false); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"diff.html": page, "the terminal": screen.String()} {
		for _, r := range text {
			if safetext.Deceptive(r) {
				t.Errorf("%s holds %U", name, r)
				break
			}
		}
	}
	for _, l := range strings.Split(screen.String(), "\n") {
		if !strings.Contains(l, dir) && twwidth.Width(strings.TrimRight(l, " ")) > terminal.Columns {
			t.Errorf("%d columns: %q", twwidth.Width(l), l)
		}
	}
	rows, err := csv.NewReader(strings.NewReader(reporttest.Read(t, dir, "diff.csv"))).ReadAll()
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
	if diff := cmp.Diff(map[string]int{"finding": 6, "exception": 2, "test": 1, "coverage": 3,
		"measure": len(measures())}, parts); diff != "" {
		t.Error(diff)
	}
}
