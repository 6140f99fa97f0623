// Package terminal writes for a screen of 60 to 200 columns.
package terminal

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/pkg/twwidth"
	"github.com/olekukonko/tablewriter/tw"

	"tapaudit/analysis"
	"tapaudit/reports/verdict"
	"tapaudit/reports/words"
)

// Summary writes what the audit r came to as wide as the screen is: what was
// read, the findings by severity, what could not be tested, what to look at
// first, and report, the file or folder to open ("" when none was written). With color,
// severities stand out. The error is that of w.
func Summary(w io.Writer, r *analysis.Result, report string, color bool) error {
	t := verdict.TallyOf(r)
	s := New(w, color)
	heading, sentence := verdict.Of(r)

	s.Paragraph(words.Or(words.Line(r.Organisation), "Temporary Access Pass audit") + Period(r.Period))
	s.Paragraph(heading + ". " + sentence)
	if r.Pseudonyms != "" {
		s.Paragraph("Names, ids and addresses are pseudonyms.")
	}

	if verdict.LacksEvidence(r) {
		s.Paragraph(verdict.CollectFirst)
	}
	for _, told := range verdict.NotRecognised(r) {
		s.Paragraph(told)
	}

	for _, told := range []string{read(r, t), verdict.NothingInPeriod(r), verdict.WithoutEvidence(r)} {
		if told != "" {
			s.Paragraph(told)
		}
	}

	if len(r.Assessments) > 0 { // no findings where nothing was tested would read as a result
		var bySeverity [][]string
		for _, severity := range verdict.Severities {
			bySeverity = append(bySeverity, []string{s.Severity(severity), words.Number(t.Open[severity]),
				words.Number(t.ExceptedBy[severity])})
		}
		s.Table([]int{12, 12, 12}, tw.AlignRight, []string{"findings", "open", "excepted"}, bySeverity...)
	}

	s.unseen(r)

	if first := verdict.FirstThings(r, 3); len(first) > 0 {
		s.Paragraph("Look at this first:")
		var rows [][]string
		for _, f := range first {
			rows = append(rows, []string{s.Severity(f.Severity), strings.Join(slices.Concat(
				words.Wrap(s.Wide(64), 2, words.Line(f.Title)),
				[]string{whose(f, s.Wide(64))},
				words.Wrap(s.Wide(64), 3, words.Line(f.Summary)),
				words.Wrap(s.Wide(64), 2, words.Line(verdict.TogetherWith(r, f)))), "\n")})
		}
		s.Table([]int{12, 66}, tw.AlignLeft, []string{"severity", "finding"}, rows...)
	}
	if report != "" {
		// Never cut: the reader has to be able to copy it.
		s.Print("Report: " + words.Line(report) + "\n")
	}
	return s.Err
}

// unseen says what to collect so that more can be tested, and what else stood in the way.
func (s *Screen) unseen(r *analysis.Result) {
	const shown = 5
	requests, others := verdict.Requests(r), verdict.OtherReasons(r)
	more := func(n int, one, many string) {
		if n > shown {
			s.Paragraph(words.Count(n-shown, one, many) + " in the report.")
		}
	}
	if len(requests) > 0 {
		s.Paragraph("What could not be seen; to see more, collect this:")
		var rows [][]string
		for _, q := range requests[:min(len(requests), shown)] {
			lines := words.Wrap(s.Wide(64), 3, words.Line(q.Title(r)))
			for _, told := range q.Particulars() { // whole, so that the reader can copy it
				lines = append(lines, Lines(s.Wide(64), words.Line(told))...)
			}
			rows = append(rows, []string{words.Count(len(q.Rules), "test", "tests"), strings.Join(lines, "\n")})
		}
		s.Table([]int{12, 66}, tw.AlignLeft, []string{"enables", "what is missing, and how to get it"}, rows...)
		more(len(requests), "further request", "further requests")
	}
	if len(others) > 0 {
		head := "What could not be seen:"
		if len(requests) > 0 {
			head = "What else stood in the way:"
		}
		s.Paragraph(head)
		var rows [][]string
		for _, u := range others[:min(len(others), shown)] {
			how := "in part"
			if u.All() {
				how = "not at all"
			}
			reason := u.Touches() + ": " + u.Reason
			if u.TenantID != "" {
				reason = "tenant " + verdict.Tenant(r, u.TenantID) + ", " + reason
			}
			rows = append(rows, []string{how, strings.Join(words.Wrap(s.Wide(64), 3, words.Line(reason)), "\n")})
		}
		s.Table([]int{12, 66}, tw.AlignLeft, []string{"tested", "reason"}, rows...)
		more(len(others), "further reason", "further reasons")
	}
}

// read says what became of the evidence.
func read(r *analysis.Result, t verdict.Tally) string {
	text := words.Count(len(r.Evidence), "file", "files") + " with " + words.Count(t.Read, "record", "records")
	var parts []string
	for _, p := range []struct {
		n    int64
		what string
	}{{t.Loaded, "loaded"}, {t.Duplicate, "there already"}, {t.NotUsed, "not used"},
		{t.Quarantined, "could not be loaded"}} {
		if p.n > 0 {
			parts = append(parts, words.Number(p.n)+" "+p.what)
		}
	}
	switch {
	case len(parts) == 0:
		return "Read: " + text + "."
	case t.Loaded == t.Read:
		return "Read: " + text + ", all of them loaded."
	}
	return "Read: " + text + ", of which " + strings.Join(parts, ", ") + "."
}

// whose says in a line whom a finding is about and since when; where it does
// not fit, the name is cut.
func whose(f *analysis.Finding, width int) string {
	kind, when := words.Line(f.SubjectType), words.Clock(f.FirstSeen)
	return strings.TrimSpace(kind + "  " + words.Fit(width-twwidth.Width(kind)-len(when)-4,
		words.Line(verdict.Subject(f))) + "  " + when)
}

// Period is a period in words that follow a name.
func Period(p analysis.Period) string {
	if p.From.IsZero() {
		return ", no dated record in the evidence"
	}
	return ", " + words.Spanned(p) + " (UTC)"
}

// New writes to w, with severities in colour where color says so.
func New(w io.Writer, color bool) *Screen {
	columns, _ := Width(w)
	return &Screen{w: w, color: color, Columns: columns}
}

// Wide is how wide a text may be that has n columns on a screen of 80.
func (s *Screen) Wide(n int) int { return n + s.Columns - Columns }

// Screen writes until the first error and keeps it.
type Screen struct {
	w     io.Writer
	color bool
	Err   error

	Columns int
}

// Print writes text as it is.
func (s *Screen) Print(text string) {
	if s.Err == nil {
		_, s.Err = io.WriteString(s.w, text)
	}
}

// Paragraph writes text, broken into lines as wide as the terminal, and an empty line.
func (s *Screen) Paragraph(text string) {
	s.Print(strings.Join(words.Wrap(s.Columns, len(text)+1, text), "\n") + "\n\n")
}

// Table writes a table with columns of the given widths on a screen of 80. Where its cells are text, the last takes
// what a wider screen has more, or gives what a narrower one has less.
func (s *Screen) Table(widths []int, align tw.Align, head []string, rows ...[]string) {
	if s.Err != nil {
		return
	}
	perColumn := tw.NewMapper[int, int]()
	aligned := make(tw.Alignment, len(widths))
	for i, width := range widths {
		perColumn.Set(i, width)
		aligned[i] = align
	}
	aligned[0] = tw.AlignLeft
	if last := len(widths) - 1; align == tw.AlignLeft {
		perColumn.Set(last, s.Wide(widths[last]))
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
	if s.Err = table.Bulk(rows); s.Err != nil {
		return
	}
	if s.Err = table.Render(); s.Err == nil {
		s.Print("\n")
	}
}

// Severity is the name in its colour, which never stands alone.
func (s *Screen) Severity(severity analysis.Severity) string {
	codes := map[analysis.Severity]string{"critical": "1;31", "high": "31", "medium": "33", "low": "36", "info": "2"}
	code, ok := codes[severity]
	if !s.color || !ok {
		return words.Line(string(severity))
	}
	return fmt.Sprintf("\x1b[%sm%s\x1b[0m", code, severity)
}
