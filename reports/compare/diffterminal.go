package compare

import (
	"io"
	"strings"

	"github.com/olekukonko/tablewriter/pkg/twwidth"
	"github.com/olekukonko/tablewriter/tw"

	"tapaudit/analysis"
	"tapaudit/analysis/when"
	"tapaudit/reports/terminal"
	"tapaudit/reports/words"
)

// What the terminal tells of each part; diff.html and diff.csv have all.
const (
	diffFindingsTold = 6
	diffOthersTold   = 5
)

// Summary writes the comparison in at most 80 columns, and dir, where it was
// written ("" when it was not). With color, severities stand out. The error is
// that of w.
func (c *Comparison) Summary(w io.Writer, dir string, color bool) error {
	s := terminal.New(w, color)
	for _, r := range []struct {
		which string
		*comparedReport
	}{{"Old", c.old}, {"New", c.new}} {
		p := r.Manifest.Period
		s.Paragraph(r.which + ": " + words.Line(words.Or(r.Name, "report")) +
			terminal.Period(analysis.Period{From: when.OrZero(p.From), To: when.OrZero(p.To)}))
	}
	heading, sentence, _ := c.verdict()
	s.Paragraph(heading + ". " + sentence)
	for _, note := range c.notes {
		s.Paragraph(words.Line(note))
	}

	s.Paragraph(c.trend.Sentence())
	c.trend.table(s, "old", "new")

	var rows [][]string
	for _, n := range c.counts() {
		rows = append(rows, []string{s.Severity(n.Severity), words.Number(n.New), words.Number(n.Gone),
			words.Number(n.Changed), words.Number(n.Persisting)})
	}
	s.Table([]int{12, 12, 12, 12, 12}, tw.AlignRight, []string{"findings", "new", "gone", "changed", "persisting"},
		rows...)

	for _, told := range []struct {
		title, change string
		how           bool
	}{{"New:", "new", false}, {"Gone:", "gone", true}, {"Changed:", "changed", true}} {
		all, left := c.listed(told.change)
		tellFindings(s, told.title, all, told.how)
		if left > 0 {
			s.Paragraph(words.Capitalised(told.change) + ", of events in one period only: " + words.Number(left) +
				". diff.csv (--out DIR) has them.")
		}
	}

	rows = nil
	for _, e := range c.exceptions.Changed[:min(len(c.exceptions.Changed), diffOthersTold)] {
		shown := e.Shown()
		applies := words.Line(shown.Rule)
		for _, of := range []string{shown.Subject, shown.Tenant} {
			if of != "" {
				applies += ", " + words.Line(of)
			}
		}
		text := words.Line(shown.Reason) + "\nowner " + words.Line(words.Or(shown.Owner, "not named")) + "; " +
			words.Line(e.Note)
		if applies != "" {
			text = applies + "\n" + text
		}
		rows = append(rows, []string{e.Change, wrapped(s.Wide(64), text)})
	}
	tellList(s, "Exceptions:", wideSecond, []string{"change", "exception"}, rows, len(c.exceptions.Changed))

	rows = nil
	for _, t := range c.tests[:min(len(c.tests), diffOthersTold)] {
		rows = append(rows, []string{certainty(t.Old) + " → " + certainty(t.New),
			wrapped(s.Wide(60), words.Line(t.RuleID)+", tenant "+shortID(t.TenantID)+"\n"+words.Line(words.Or(t.NewReason, t.OldReason)))})
	}
	tellList(s, "Tests that are more or less certain than before:", []int{18, 62}, []string{"tested", "test"}, rows,
		len(c.tests))

	rows = nil
	told := 0
	for _, v := range c.coverage {
		if v.Old == v.New && len(v.Spans) == 0 {
			continue
		}
		if told++; told > diffOthersTold {
			continue
		}
		text := "old: " + v.Old.String() + "\nnew: " + v.New.String()
		for _, span := range v.Spans[:min(len(v.Spans), 3)] {
			text += "\n" + span.Days() + ": " + words.Line(dayWords(span.Old)) + " → " + words.Line(dayWords(span.New))
		}
		if more := len(v.Spans) - 3; more > 0 {
			text += "\nand " + words.Count(more, "further stretch", "further stretches") + " of days"
		}
		rows = append(rows, []string{words.Fit(24, words.Line(v.LogType)) + "\ntenant " + shortID(v.TenantID),
			wrapped(s.Wide(50), text)})
	}
	tellList(s, "Coverage:", []int{26, 52}, []string{"log", "days"}, rows, told)
	if told == 0 && len(c.coverage) > 0 {
		s.Paragraph("Coverage is the same.")
	}
	if dir != "" {
		// Never cut: the reader has to be able to copy it.
		s.Print("Comparison: " + words.Line(dir) + "\n")
	}
	return s.Err
}

// wideSecond are the columns of most tables here.
var wideSecond = []int{14, 66}

// shortID is enough of a tenant's id to tell it from others.
func shortID(id string) string { return words.Fit(9, words.Line(id[:min(len(id), 8)])) }

// certainty is how far a test went, in a word.
func certainty(assessed string) string { return words.Or(words.Fit(8, words.Line(assessed)), "none") }

// wrapped breaks each line of text at spaces; what needs more than three lines is cut.
func wrapped(width int, text string) string {
	var all []string
	for _, paragraph := range strings.Split(text, "\n") {
		parts := strings.Fields(paragraph)
		for lines := 1; len(parts) > 0; lines++ {
			n := 1
			for n < len(parts) && twwidth.Width(strings.Join(parts[:n+1], " ")) <= width {
				n++
			}
			if lines == 3 {
				n = len(parts)
			}
			all = append(all, words.Fit(width, strings.Join(parts[:n], " ")))
			parts = parts[n:]
		}
	}
	return strings.Join(all, "\n")
}

// tellFindings tells the first of them, why or how they changed included.
func tellFindings(s *terminal.Screen, title string, all []findingChange, how bool) {
	var rows [][]string
	for _, c := range all[:min(len(all), diffFindingsTold)] {
		f := c.Shown()
		text := words.Line(f.Title) + "\n" + strings.Join([]string{words.Line(f.SubjectType), words.Line(f.Subject()),
			words.Clock(when.OrZero(f.FirstSeen))}, " ")
		switch {
		case !how:
			text += "\n" + words.Line(f.Summary)
		case c.Change == "changed":
			for _, was := range c.Was() {
				text += "\n" + words.Line(was)
			}
			if c.Reworded() {
				text += "\nnow: " + words.Line(f.Summary)
			}
		default:
			text += "\n" + words.Line(c.Note)
		}
		rows = append(rows, []string{s.Severity(analysis.Severity(f.Severity)), wrapped(s.Wide(64), text)})
	}
	tellList(s, title, wideSecond, []string{"severity", "finding"}, rows, len(all))
}

// tellList prints a table under a title, and how many more there are; nothing where there is nothing to list.
func tellList(s *terminal.Screen, title string, widths []int, head []string, rows [][]string, total int) {
	if total == 0 {
		return
	}
	s.Paragraph(title)
	s.Table(widths, tw.AlignLeft, head, rows...)
	if more := total - len(rows); more > 0 {
		s.Paragraph("And " + words.Number(more) + " more; diff.html and diff.csv (--out DIR) have them all.")
	}
}
