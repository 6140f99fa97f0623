// Package terminal writes for a screen of 80 columns.
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

// Columns is the width that every terminal has.
const Columns = 80

// Summary writes what the audit r came to in at most 80 columns: what was
// read, the findings by severity, what could not be tested, what to look at
// first, and dir, where the report is ("" when none was written). With color,
// severities stand out. The error is that of w.
func Summary(w io.Writer, r *analysis.Result, dir string, color bool) error {
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

	s.Table([]int{12, 12, 12, 12, 12, 13}, tw.AlignRight,
		[]string{"files", "read", "loaded", "duplicates", "not used", "quarantined"},
		[]string{words.Number(len(r.Evidence)), words.Number(t.Read), words.Number(t.Loaded), words.Number(t.Duplicate), words.Number(t.NotUsed), words.Number(t.Quarantined)})

	if len(r.Assessments) > 0 { // no findings where nothing was tested would read as a result
		var bySeverity [][]string
		for _, severity := range verdict.Severities {
			bySeverity = append(bySeverity, []string{s.Severity(severity), words.Number(t.Open[severity]), words.Number(t.ExceptedBy[severity])})
		}
		s.Table([]int{12, 12, 12}, tw.AlignRight, []string{"findings", "open", "excepted"}, bySeverity...)
	}

	if reasons := verdict.WhatWasNotSeen(r); len(reasons) > 0 {
		const shown = 5
		s.Paragraph("What could not be seen:")
		var rows [][]string
		for _, u := range reasons[:min(len(reasons), shown)] {
			how := "in part"
			if u.All() {
				how = "not at all"
			}
			reason := u.Touches() + ": " + words.Line(u.Reason)
			if u.TenantID != "" {
				reason = "tenant " + words.ShortTenant(words.Line(u.TenantID)) + ", " + reason
			}
			rows = append(rows, []string{how, strings.Join(words.Wrap(64, 3, reason), "\n")})
		}
		s.Table([]int{12, 66}, tw.AlignLeft, []string{"tested", "reason"}, rows...)
		if more := len(reasons) - shown; more > 0 {
			s.Paragraph(words.Count(more, "further reason", "further reasons") + " in the report.")
		}
	}

	if first := verdict.FirstThings(r, 3); len(first) > 0 {
		s.Paragraph("Look at this first:")
		var rows [][]string
		for _, f := range first {
			rows = append(rows, []string{s.Severity(f.Severity), strings.Join(slices.Concat(
				words.Wrap(64, 2, words.Line(f.Title)),
				[]string{whose(f)},
				words.Wrap(64, 3, words.Line(f.Summary)),
				words.Wrap(64, 2, words.Line(verdict.TogetherWith(r, f)))), "\n")})
		}
		s.Table([]int{12, 66}, tw.AlignLeft, []string{"severity", "finding"}, rows...)
	}
	if dir != "" {
		// Never cut: the reader has to be able to copy it.
		s.Print("Report: " + words.Line(dir) + "\n")
	}
	return s.Err
}

// whose says in a line whom a finding is about and since when; where it does
// not fit, the name is cut.
func whose(f *analysis.Finding) string {
	kind, when := words.Line(f.SubjectType), words.Clock(f.FirstSeen)
	return strings.TrimSpace(kind + "  " + words.Fit(64-twwidth.Width(kind)-len(when)-4, words.Line(verdict.Subject(f))) + "  " + when)
}

// Period is a period in words that follow a name.
func Period(p analysis.Period) string {
	if p.From.IsZero() {
		return ", no dated record in the evidence"
	}
	return ", " + words.Spanned(p) + " (UTC)"
}

// New writes to w, with severities in colour where color says so.
func New(w io.Writer, color bool) *Screen { return &Screen{w: w, color: color} }

// Screen writes until the first error and keeps it.
type Screen struct {
	w     io.Writer
	color bool
	Err   error
}

// Print writes text as it is.
func (s *Screen) Print(text string) {
	if s.Err == nil {
		_, s.Err = io.WriteString(s.w, text)
	}
}

// Paragraph writes text, broken into lines as wide as the terminal, and an empty line.
func (s *Screen) Paragraph(text string) {
	s.Print(strings.Join(words.Wrap(Columns, len(text)+1, text), "\n") + "\n\n")
}

// Table writes a table with columns of the given widths.
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
