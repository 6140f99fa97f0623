package reports

import (
	"bytes"
	"encoding/csv"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"tapaudit/analysis"
	"tapaudit/ingest/safetext"
	"tapaudit/reports/reporttest"
	"tapaudit/reports/tables"
	"tapaudit/reports/terminal"
)

var (
	loads   = regexp.MustCompile(`(?i)^<(script|img|svg|iframe|object|embed|link|form|base|meta|style)\b`)
	handles = regexp.MustCompile(`(?i)\s(on[a-z]+|style|src|srcset|action|formaction)\s*=`)
	element = regexp.MustCompile(`<[a-zA-Z][^>]*>`)
)

// FuzzEscaping: whatever the evidence says, in the page it is text, in a table a cell that no spreadsheet runs, and on
// a terminal nothing that acts.
func FuzzEscaping(f *testing.F) {
	for _, seed := range []string{reporttest.Script, reporttest.Image, reporttest.Breakout, reporttest.Formula, reporttest.ANSI, reporttest.Override, reporttest.BadUTF8, reporttest.SingleByte, "", "'\"`<>&", "{{.}}", "javascript:alert(1)", "\x00", "</td><script src=//x>", "<!--", "]]>", "\t=1", "\r\n=1", "&lt;script&gt;", strings.Repeat("\u0301", 40)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if cell := tables.Inert(s); cell != "" && strings.IndexByte("=+-@\t\r", cell[0]) >= 0 || !utf8.ValidString(cell) {
			t.Fatalf("%q becomes the cell %q", s, cell)
		}
		r := reporttest.Hostile()
		r.Findings = r.Findings[:1]
		r.Organisation, r.Case.ID = s, s
		finding := &r.Findings[0]
		finding.SubjectName, finding.ActorName, finding.Summary = s, s, s
		finding.Evidence = []analysis.Place{{Path: s, Line: 1}}
		finding.Records[0].What, finding.Records[0].Raw = s, s
		dir := write(t, r, "html", "csv")
		page := reporttest.Read(t, dir, "report.html")
		if at := strings.IndexFunc(page, safetext.Deceptive); at >= 0 {
			t.Fatalf("the page holds %q", page[max(0, at-20):at+5])
		}
		body := page[strings.Index(page, "<body>"):strings.LastIndex(page, "<script>")]
		for _, tag := range element.FindAllString(body, -1) {
			if !strings.HasPrefix(tag, `<svg class="picture" viewBox="0 0 960 `) && (loads.MatchString(tag) || handles.MatchString(tag)) {
				t.Fatalf("the page holds %s", tag)
			}
		}
		rows, err := csv.NewReader(strings.NewReader(reporttest.Read(t, dir, "findings.csv"))).ReadAll()
		if err != nil || len(rows) != 2 {
			t.Fatalf("%d rows, %v", len(rows), err)
		}
		for _, cell := range rows[1] {
			if cell != "" && strings.IndexByte("=+-@\t\r", cell[0]) >= 0 {
				t.Fatalf("the table holds the cell %q", cell)
			}
		}
		var screen bytes.Buffer
		if err := terminal.Summary(&screen, r, s, false); err != nil {
			t.Fatal(err)
		}
		if at := strings.IndexFunc(screen.String(), safetext.Deceptive); at >= 0 {
			t.Fatalf("the terminal gets %q", screen.String()[max(0, at-20):at+5])
		}
	})
}
