package reports

import (
	"io"
	"strings"

	"github.com/olekukonko/tablewriter/pkg/twwidth"
	"github.com/olekukonko/tablewriter/tw"

	"tapaudit/analysis"
	"tapaudit/analysis/when"
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
	s := newScreen(w, color)
	for _, r := range []struct {
		which string
		*comparedReport
	}{{"Old", c.old}, {"New", c.new}} {
		p := r.Manifest.Period
		s.paragraph(r.which + ": " + line(or(r.Name, "report")) + period(analysis.Period{From: when.OrZero(p.From), To: when.OrZero(p.To)}))
	}
	heading, sentence, _ := c.verdict()
	s.paragraph(heading + ". " + sentence)
	for _, note := range c.notes {
		s.paragraph(line(note))
	}

	var rows [][]string
	for _, n := range c.counts() {
		rows = append(rows, []string{s.severity(n.Severity), number(n.New), number(n.Gone), number(n.Changed), number(n.Persisting)})
	}
	s.table([]int{12, 12, 12, 12, 12}, tw.AlignRight, []string{"findings", "new", "gone", "changed", "persisting"}, rows...)

	tellFindings(s, "New:", c.of("new"), false)
	tellFindings(s, "Gone:", c.of("gone"), true)
	tellFindings(s, "Changed:", c.of("changed"), true)

	rows = nil
	for _, e := range c.exceptions.Changed[:min(len(c.exceptions.Changed), diffOthersTold)] {
		shown := e.Shown()
		applies := line(shown.Rule)
		for _, of := range []string{shown.Subject, shown.Tenant} {
			if of != "" {
				applies += ", " + line(of)
			}
		}
		text := line(shown.Reason) + "\nowner " + line(or(shown.Owner, "not named")) + "; " + line(e.Note)
		if applies != "" {
			text = applies + "\n" + text
		}
		rows = append(rows, []string{e.Change, wrapped(64, text)})
	}
	tellList(s, "Exceptions:", wideSecond, []string{"change", "exception"}, rows, len(c.exceptions.Changed))

	rows = nil
	for _, t := range c.tests[:min(len(c.tests), diffOthersTold)] {
		rows = append(rows, []string{certainty(t.Old) + " → " + certainty(t.New),
			wrapped(60, line(t.RuleID)+", tenant "+shortID(t.TenantID)+"\n"+line(or(t.NewReason, t.OldReason)))})
	}
	tellList(s, "Tests that are more or less certain than before:", []int{18, 62}, []string{"tested", "test"}, rows, len(c.tests))

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
			text += "\n" + span.Days() + ": " + line(dayWords(span.Old)) + " → " + line(dayWords(span.New))
		}
		if more := len(v.Spans) - 3; more > 0 {
			text += "\nand " + count(more, "further stretch", "further stretches") + " of days"
		}
		rows = append(rows, []string{fit(24, line(v.LogType)) + "\ntenant " + shortID(v.TenantID), wrapped(50, text)})
	}
	tellList(s, "Coverage:", []int{26, 52}, []string{"log", "days"}, rows, told)
	if told == 0 && len(c.coverage) > 0 {
		s.paragraph("Coverage is the same.")
	}
	if dir != "" {
		// Never cut: the reader has to be able to copy it.
		s.print("Comparison: " + line(dir) + "\n")
	}
	return s.err
}

// wideSecond are the columns of most tables here.
var wideSecond = []int{14, 66}

// shortID is enough of a tenant's id to tell it from others.
func shortID(id string) string { return fit(9, line(id[:min(len(id), 8)])) }

// certainty is how far a test went, in a word.
func certainty(assessed string) string { return or(fit(8, line(assessed)), "none") }

// wrapped breaks each line of text at spaces; what needs more than three lines is cut.
func wrapped(width int, text string) string {
	var all []string
	for _, paragraph := range strings.Split(text, "\n") {
		words := strings.Fields(paragraph)
		for lines := 1; len(words) > 0; lines++ {
			n := 1
			for n < len(words) && twwidth.Width(strings.Join(words[:n+1], " ")) <= width {
				n++
			}
			if lines == 3 {
				n = len(words)
			}
			all = append(all, fit(width, strings.Join(words[:n], " ")))
			words = words[n:]
		}
	}
	return strings.Join(all, "\n")
}

// findings tells the first of them, why or how they changed included.
func tellFindings(s *screen, title string, all []findingChange, how bool) {
	var rows [][]string
	for _, c := range all[:min(len(all), diffFindingsTold)] {
		f := c.Shown()
		text := line(f.Title) + "\n" + strings.Join([]string{line(f.SubjectType), line(f.Subject()), clock(when.OrZero(f.FirstSeen))}, " ")
		switch {
		case !how:
			text += "\n" + line(f.Summary)
		case c.Change == "changed":
			for _, was := range c.Was() {
				text += "\n" + line(was)
			}
			if c.Reworded() {
				text += "\nnow: " + line(f.Summary)
			}
		default:
			text += "\n" + line(c.Note)
		}
		rows = append(rows, []string{s.severity(analysis.Severity(f.Severity)), wrapped(64, text)})
	}
	tellList(s, title, wideSecond, []string{"severity", "finding"}, rows, len(all))
}

// list is a table under a title, and how many more there are; nothing where there is nothing to list.
func tellList(s *screen, title string, widths []int, head []string, rows [][]string, total int) {
	if total == 0 {
		return
	}
	s.paragraph(title)
	s.table(widths, tw.AlignLeft, head, rows...)
	if more := total - len(rows); more > 0 {
		s.paragraph("And " + number(more) + " more; diff.html and diff.csv (--out DIR) have them all.")
	}
}
