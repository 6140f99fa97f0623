package reports

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"github.com/olekukonko/tablewriter/pkg/twwidth"

	"tapaudit/ingest/safetext"
	"tapaudit/reports/reporttest"
	"tapaudit/reports/terminal"
)

// payloads are what evidence may hold in any field.
var payloads = map[string]string{
	"script":      reporttest.Script,
	"image":       reporttest.Image,
	"breakout":    reporttest.Breakout,
	"formula":     reporttest.Formula,
	"formula at":  "@SUM(1+1)*cmd|' /C calc'!A0",
	"escapes":     reporttest.ANSI + "\x1b]8;;https://evil.example\x07click\x1b]8;;\x07",
	"override":    reporttest.Override,
	"long name":   reporttest.LongName(),
	"invalid":     reporttest.BadUTF8 + reporttest.SingleByte,
	"two lines":   "first\r\n<script>alert(1)</script>\tsecond\x00",
	"template":    "{{.Result}}${alert(1)}",
	"wide letter": strings.Repeat("漢", 500),
}

func TestPayloadsAreInertInEveryField(t *testing.T) {
	for name, payload := range payloads {
		r := reporttest.Everywhere(payload)
		dir := write(t, r, "html", "csv", "json")
		c := compared(t, reporttest.Hostile(), r)
		diff := writeComparison(t, c)
		texts := map[string]string{}
		for _, file := range reporttest.Names(t, dir) {
			texts[file] = reporttest.Read(t, dir, file)
		}
		for _, file := range reporttest.Names(t, diff) {
			texts["diff/"+file] = reporttest.Read(t, diff, file)
		}
		var summary, told bytes.Buffer
		if err := terminal.Summary(&summary, r, "report", true); err != nil {
			t.Fatal(err)
		}
		if err := c.Summary(&told, "diff", true); err != nil {
			t.Fatal(err)
		}
		for which, text := range map[string]string{"the summary": summary.String(), "the comparison": told.String()} {
			for l := range strings.Lines(text) {
				if w := twwidth.Width(strings.TrimRight(l, " \n")); w > terminal.Columns {
					t.Errorf("%s: %s has a line of %d columns: %q", name, which, w, l)
				}
			}
			// Colours are the only escapes, and they are ours.
			plain := text
			for _, code := range []string{"\x1b[1;31m", "\x1b[31m", "\x1b[33m", "\x1b[36m", "\x1b[2m", "\x1b[0m"} {
				plain = strings.ReplaceAll(plain, code, "")
			}
			texts[which] = plain
		}
		for file, text := range texts {
			switch {
			case strings.HasSuffix(file, ".html"):
				for _, markup := range []string{"<script>alert", "<img", "<svg onload", "</title><svg onload"} {
					if strings.Contains(text, markup) {
						t.Errorf("%s: %s holds %s", name, file, markup)
					}
				}
			case strings.HasSuffix(file, ".csv"):
				rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
				if err != nil {
					t.Fatalf("%s: %s: %v", name, file, err)
				}
				for _, row := range rows {
					for _, cell := range row {
						if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
							t.Errorf("%s: a spreadsheet runs %q of %s", name, cell, file)
						}
					}
				}
				continue // bytes of evidence, for scripts; not for a screen
			}
			for _, r := range text {
				if safetext.Deceptive(r) {
					t.Errorf("%s: %s holds %U", name, file, r)
					break
				}
			}
		}
		// Text in full is bounded, so that one name cannot bury the page.
		if name == "long name" && len(texts["report.html"]) > 2<<20 {
			t.Errorf("report.html has %d bytes", len(texts["report.html"]))
		}
	}
}
