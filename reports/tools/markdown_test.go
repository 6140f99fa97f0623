package tools

import (
	"regexp"
	"strings"
	"testing"

	"tapaudit/analysis"
	"tapaudit/ingest/safetext"
	"tapaudit/reports/folder"
	"tapaudit/reports/reporttest"
)

func TestMarkdownShowsAndDoesNothing(t *testing.T) {
	for given, want := range map[string]string{
		"":                                  "",
		"A pass was issued to Anna":         "A pass was issued to Anna",
		"Two, three (or four); five?":       "Two, three (or four); five?",
		"anna@contoso.example":              "`anna@contoso.example`",
		"see evil.example":                  "`see evil.example`",
		"http://evil.example":               "`http://evil.example`",
		"[click](javascript:alert(1))":      "`[click](javascript:alert(1))`",
		"![x](http://evil.example/x.png)":   "`![x](http://evil.example/x.png)`",
		"<img src=x onerror=alert(1)>":      "`<img src=x onerror=alert(1)>`",
		"a | b":                             "`a | b`",
		"# heading":                         "`# heading`",
		"*bold* _under_ ~~gone~~":           "`*bold* _under_ ~~gone~~`",
		"@everyone #12 !34":                 "`@everyone #12 !34`",
		"`code` ``` end":                    "`ˋcodeˋ ˋˋˋ end`",
		`back\`:                             "`back\\ `",
		"&lt;script&gt;":                    "`&lt;script&gt;`",
		"line\n\n# next\n\n<script>":        "`line # next <script>`",
		"\x1b[2J":                           "`␛[2J`",
		"right\u202eleft":                   "`right\uFFFDleft`",
		"caf\xe9":                           "`caf\uFFFD`",
		":smile: smile":                     "`:smile: smile`",
		strings.Repeat("x", 40_000):         strings.Repeat("x", markdownText) + "… (40,000 characters)",
		strings.Repeat("@", 40_000):         "`" + strings.Repeat("@", markdownText) + "… (40,000 characters)`",
		"10.0.0.1":                          "`10.0.0.1`",
		"Failed: four eyes. No pass issued": "Failed: four eyes. No pass issued",
	} {
		if got := markdown(given); got != want {
			t.Errorf("markdown(%q) is %q, want %q", given, got, want)
		}
	}
}

// TestSummaryPageIsOursOutsideItsCodeSpans: with the code spans taken out, nothing is left that Markdown could act on but
// the page's own headings, lists, bold words and its one table.
func TestSummaryPageIsOursOutsideItsCodeSpans(t *testing.T) {
	for name, r := range map[string]*analysis.Result{"hostile": reporttest.Hostile(), "large": reporttest.Large(5_000), "empty": {}} {
		page := reporttest.Read(t, reporttest.Folder(t, r, writeSummary), "summary.md")
		for l := range strings.Lines(page) {
			rest := regexp.MustCompile("`[^`]*`").ReplaceAllString(strings.TrimSuffix(l, "\n"), "")
			own := regexp.MustCompile(`^(#{1,2} |\| [a-z-]+ \| .* \|$|\| --- |(   )?- |\d\. \*\*(critical|high|medium|low)\*\*)|^\*\*[^*]*\*\*`)
			rest = own.ReplaceAllString(rest, "")
			if bad := regexp.MustCompile("[<>\\[\\]`|*_#@\\\\~&]|://|www\\.|\\w\\.\\w").FindString(rest); bad != "" {
				t.Errorf("%s: %q outside a code span: %s", name, bad, l)
			}
			if at := strings.IndexFunc(strings.TrimSuffix(l, "\n"), safetext.Deceptive); at >= 0 {
				t.Errorf("%s: deceptive character in %q", name, l)
			}
		}
		if n := strings.Count(page, "\n"); n > 60 || len(page) > 12_000 {
			t.Errorf("%s: %d lines, %d bytes are no page", name, n, len(page))
		}
	}
	if page := reporttest.Read(t, reporttest.Folder(t, &analysis.Result{}, writeSummary), "summary.md"); !strings.Contains(page, "Nothing could be tested") {
		t.Errorf("an audit of nothing claims something:\n%s", page)
	}
}

func writeSummary(f *folder.Folder, r *analysis.Result) error { return WriteSummary(f, r, "1.2.3") }
