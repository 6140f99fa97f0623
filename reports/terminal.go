package reports

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/pkg/twwidth"
	"github.com/olekukonko/tablewriter/tw"

	"tapaudit/analysis"
)

// columns is the width that every terminal has.
const columns = 80

// Summary writes what the audit r came to in at most 80 columns: what was
// read, the findings by severity, what could not be tested, what to look at
// first, and dir, where the report is ("" when none was written). With color,
// severities stand out. The error is that of w.
func Summary(w io.Writer, r *analysis.Result, dir string, color bool) error {
	t := tallyOf(r)
	s := newScreen(w, color)
	heading, sentence := verdict(r)

	s.paragraph(or(line(r.Organisation), "Temporary Access Pass audit") + period(r.Period))
	s.paragraph(heading + ". " + sentence)
	if r.Pseudonyms != "" {
		s.paragraph("Names, ids and addresses are pseudonyms.")
	}

	if lacksEvidence(r) {
		s.paragraph(collectFirst)
	}
	for _, told := range notRecognised(r) {
		s.paragraph(told)
	}

	s.table([]int{12, 12, 12, 12, 12, 13}, tw.AlignRight,
		[]string{"files", "read", "loaded", "duplicates", "not used", "quarantined"},
		[]string{number(len(r.Evidence)), number(t.read), number(t.loaded), number(t.duplicate), number(t.notUsed), number(t.quarantined)})

	if len(r.Assessments) > 0 { // no findings where nothing was tested would read as a result
		var bySeverity [][]string
		for _, severity := range severities {
			bySeverity = append(bySeverity, []string{s.severity(severity), number(t.open[severity]), number(t.exceptedBy[severity])})
		}
		s.table([]int{12, 12, 12}, tw.AlignRight, []string{"findings", "open", "excepted"}, bySeverity...)
	}

	if reasons := whatWasNotSeen(r); len(reasons) > 0 {
		const shown = 5
		s.paragraph("What could not be seen:")
		var rows [][]string
		for _, u := range reasons[:min(len(reasons), shown)] {
			how := "in part"
			if u.All() {
				how = "not at all"
			}
			reason := u.Touches() + ": " + line(u.Reason)
			if u.TenantID != "" {
				reason = "tenant " + shortTenant(line(u.TenantID)) + ", " + reason
			}
			rows = append(rows, []string{how, strings.Join(wrap(64, 3, reason), "\n")})
		}
		s.table([]int{12, 66}, tw.AlignLeft, []string{"tested", "reason"}, rows...)
		if more := len(reasons) - shown; more > 0 {
			s.paragraph(count(more, "further reason", "further reasons") + " in the report.")
		}
	}

	if first := firstThings(r, 3); len(first) > 0 {
		s.paragraph("Look at this first:")
		var rows [][]string
		for _, f := range first {
			rows = append(rows, []string{s.severity(f.Severity), strings.Join(slices.Concat(
				wrap(64, 2, line(f.Title)),
				[]string{whose(f)},
				wrap(64, 3, line(f.Summary)),
				wrap(64, 2, line(togetherWith(r, f)))), "\n")})
		}
		s.table([]int{12, 66}, tw.AlignLeft, []string{"severity", "finding"}, rows...)
	}
	if dir != "" {
		// Never cut: the reader has to be able to copy it.
		s.print("Report: " + line(dir) + "\n")
	}
	return s.err
}

// whose says in a line whom a finding is about and since when; where it does
// not fit, the name is cut.
func whose(f *analysis.Finding) string {
	kind, when := line(f.SubjectType), clock(f.FirstSeen)
	return strings.TrimSpace(kind + "  " + fit(64-twwidth.Width(kind)-len(when)-4, line(subject(f))) + "  " + when)
}

// period is a period in words that follow a name.
func period(p analysis.Period) string {
	if p.From.IsZero() {
		return ", no dated record in the evidence"
	}
	return ", " + spanned(p) + " (UTC)"
}

// newScreen writes to w, with severities in colour where color says so.
func newScreen(w io.Writer, color bool) *screen { return &screen{w: w, color: color} }

// screen writes until the first error and keeps it.
type screen struct {
	w     io.Writer
	color bool
	err   error
}

// print writes text as it is.
func (s *screen) print(text string) {
	if s.err == nil {
		_, s.err = io.WriteString(s.w, text)
	}
}

// paragraph writes text, broken into lines as wide as the terminal, and an empty line.
func (s *screen) paragraph(text string) {
	s.print(strings.Join(wrap(columns, len(text)+1, text), "\n") + "\n\n")
}

// table writes a table with columns of the given widths.
func (s *screen) table(widths []int, align tw.Align, head []string, rows ...[]string) {
	if s.err != nil {
		return
	}
	perColumn := tw.NewMapper[int, int]()
	aligned := make(tw.Alignment, len(widths))
	for i, width := range widths {
		perColumn.Set(i, width)
		aligned[i] = align
	}
	aligned[0] = tw.AlignLeft
	if align == tw.AlignRight && len(widths) == 6 {
		aligned[0] = tw.AlignRight
	}
	table := tablewriter.NewTable(s.w,
		tablewriter.WithHeaderAutoFormat(tw.Off),
		tablewriter.WithHeaderAutoWrap(tw.WrapNone), tablewriter.WithRowAutoWrap(tw.WrapNone),
		tablewriter.WithColumnWidths(perColumn), tablewriter.WithAlignment(aligned), tablewriter.WithTrimSpace(tw.Off),
		tablewriter.WithRendition(tw.Rendition{
			Borders:  tw.Border{Left: tw.Off, Right: tw.Off, Top: tw.Off, Bottom: tw.Off},
			Settings: tw.Settings{Separators: tw.Separators{BetweenColumns: tw.Off, BetweenRows: tw.Off}},
		}))
	table.Header(head)
	if s.err = table.Bulk(rows); s.err != nil {
		return
	}
	if s.err = table.Render(); s.err == nil {
		s.print("\n")
	}
}

// severity is the name in its colour, which never stands alone.
func (s *screen) severity(severity analysis.Severity) string {
	codes := map[analysis.Severity]string{"critical": "1;31", "high": "31", "medium": "33", "low": "36", "info": "2"}
	code, ok := codes[severity]
	if !s.color || !ok {
		return line(string(severity))
	}
	return fmt.Sprintf("\x1b[%sm%s\x1b[0m", code, severity)
}
