package compare

import (
	"tapaudit/reports/page"
	"tapaudit/reports/verdict"
	"tapaudit/reports/words"

	_ "embed"
	"html/template"
	"io"
	"slices"
	"strings"

	"tapaudit/analysis"
	"tapaudit/analysis/when"
	"tapaudit/ingest/safetext"
)

//go:embed templates/diff.tmpl
var diffTemplateText string

var diffTemplate = page.Parse(diffTemplateText, template.FuncMap{
	"instant": when.OrZero,
	"judged": func(r *comparedReport) string {
		return words.Spanned(analysis.Period{From: when.OrZero(r.Manifest.Period.From),
			To: when.OrZero(r.Manifest.Period.To)})
	},
	"level": func(s string) analysis.Severity { return analysis.Severity(s) },
	"certain": func(s string) string {
		words, ok := map[string]string{"yes": "tested", "partly": "tested only in part", "no": "could not be tested",
			"": "no such test"}[s]
		if !ok {
			return s
		}
		return words
	},
	"daily": dayWords,
})

// diffRowsShown bounds each list of the page; diff.csv has all.
const diffRowsShown = 2_000

// diffPage is what the template shows.
type diffPage struct {
	Version string
	page.Look
	Heading, Sentence string
	Urgent            bool
	SeveralTenants    bool
	Old, New          *comparedReport
	Notes             []string
	Counts            []changeCount
	Groups            []changeGroup
	Exceptions        exceptionChanges
	Tests             []testChange
	TestsRest         int
	Coverage          []coverageChange
	Trend             []trendRow
	TrendSentence     string
}

// changeGroup holds the findings that changed in the same way.
type changeGroup struct {
	Change, Title, Text, None string
	Findings                  []findingChange
	Rest, Total               int
	Left                      int // of one period only, and not listed
}

func (c *Comparison) writeHTML(w io.Writer, version string) error {
	p := diffPage{Version: version, Look: page.LookOf(),
		Old: c.old, New: c.new, Notes: c.notes, Counts: c.counts(), Exceptions: c.exceptions, Coverage: c.coverage,
		Trend: c.trend.rows(), TrendSentence: c.trend.Sentence()}
	p.Heading, p.Sentence, p.Urgent = c.verdict()
	p.SeveralTenants = len(c.old.Manifest.Tenants) > 1 || len(c.new.Manifest.Tenants) > 1
	p.Tests = c.tests[:min(len(c.tests), diffRowsShown)]
	p.TestsRest = len(c.tests) - len(p.Tests)
	for _, g := range []changeGroup{
		{Change: "new", Title: "New findings", Text: "Only the new report has them.", None: "No finding is new."},
		{Change: "gone", Title: "Gone findings",
			Text: "Only the old report has them. Gone is not settled: the last column says whether the new report looked.", None: "No finding is gone."},
		{Change: "changed", Title: "Changed findings", Text: "Both reports have them, but not alike.",
			None: "No finding has changed."},
		{Change: "persisting", Title: "Persisting findings", Text: "Both reports have them alike.",
			None: "No finding persists unchanged."},
	} {
		all, left := c.listed(g.Change)
		g.Total, g.Left = len(all)+left, left
		g.Findings = all[:min(len(all), diffRowsShown)]
		g.Rest = len(all) - len(g.Findings)
		p.Groups = append(p.Groups, g)
	}
	// Nothing deceptive stands in the template, so whatever is replaced here
	// came from the reports.
	safe := safetext.NewWriter(w)
	if err := diffTemplate.Execute(safe, p); err != nil {
		return err
	}
	return safe.Close()
}

func (c *Comparison) of(change string) []findingChange {
	var all []findingChange
	for _, f := range c.findings {
		if f.Change == change {
			all = append(all, f)
		}
	}
	return all
}

// listed are those of a change that are told one by one: where the periods share no time, not what happened in one of
// them.
func (c *Comparison) listed(change string) (all []findingChange, left int) {
	all = c.of(change)
	n := len(all)
	if c.apart {
		all = slices.DeleteFunc(all, func(f findingChange) bool { return f.Note == outsidePeriod })
	}
	return all, n - len(all)
}

// changeCount counts the findings of a severity by what became of them.
type changeCount struct {
	Severity                       analysis.Severity
	New, Gone, Changed, Persisting int
}

func (c *Comparison) counts() []changeCount {
	all := make([]changeCount, len(verdict.Severities))
	for i, s := range verdict.Severities {
		all[i].Severity = s
		for _, f := range c.findings {
			if f.Shown().Severity != string(s) {
				continue
			}
			switch f.Change {
			case "new":
				all[i].New++
			case "gone":
				all[i].Gone++
			case "changed":
				all[i].Changed++
			case "persisting":
				all[i].Persisting++
			}
		}
	}
	return all
}

// verdict is the comparison in a heading and a sentence, which never takes
// what was not looked for as settled.
func (c *Comparison) verdict() (heading, sentence string, urgent bool) {
	fresh, pressing := c.of("new"), 0
	for _, f := range fresh {
		if f.New.Status == "open" && analysis.Severity(f.New.Severity).Rank() >= analysis.Severity("high").Rank() {
			pressing++
		}
	}
	switch {
	case pressing == 1:
		heading = "One new finding needs action now"
	case pressing > 1:
		heading = words.Number(pressing) + " new findings need action now"
	case len(fresh) > 0:
		heading = "New findings, none of them urgent"
	case c.new.uncertain():
		heading = "No new findings in what could be tested"
	default:
		heading = "No new findings"
	}
	lost := 0
	for _, t := range c.tests {
		if t.Old == "yes" || t.Old == "partly" && t.New != "yes" {
			lost++
		}
	}
	notSettled := 0
	gone := c.of("gone")
	for _, f := range gone {
		if f.Note != notFound {
			notSettled++
		}
	}
	parts := []string{words.Number(len(fresh)) + " new", words.Number(len(gone)) + " gone"}
	if notSettled > 0 {
		of := ""
		if notSettled < len(gone) {
			of = words.Number(notSettled) + " of them "
		}
		parts[1] += " (" + of + "not looked for in full)"
	}
	parts = append(parts, words.Number(len(c.of("changed")))+" changed",
		words.Number(len(c.of("persisting")))+" persisting")
	if lost > 0 {
		parts = append(parts, words.Count(lost, "test is", "tests are")+" less certain than before")
	}
	sentence = "Findings: " + strings.Join(parts, "; ") + "."
	if n := len(c.exceptions.Changed); n > 0 {
		sentence += " " + words.Count(n, "exception is", "exceptions are") + " not as before."
	}
	return heading, sentence, pressing > 0
}

// uncertain says whether a test of the report could not be run in full.
func (r *comparedReport) uncertain() bool {
	return len(r.assessments) == 0 ||
		slices.ContainsFunc(r.assessments, func(a assessmentRow) bool { return a.Assessed != "yes" })
}

// dayWords is the status of a day in words that stand alone.
func dayWords(status string) string {
	if status == "blind" {
		return "cannot show a pass"
	}
	return status
}

// Was tells the fields of a changed finding as they were and as they are, all but the summary.
func (f findingChange) Was() []string {
	var all []string
	for _, field := range f.Fields {
		switch field {
		case "severity":
			all = append(all, "severity "+f.Old.Severity+" → "+f.New.Severity)
		case "status":
			all = append(all, "status "+f.Old.Status+" → "+f.New.Status)
		case "count":
			all = append(all, "count "+words.Number(f.Old.Count)+" → "+words.Number(f.New.Count))
		case "exception":
			all = append(all, "exception "+words.Or(exceptionWords(f.Old),
				"none")+" → "+words.Or(exceptionWords(f.New), "none"))
		}
	}
	return all
}

// Reworded says whether the summary is another one.
func (f findingChange) Reworded() bool {
	return f.Old != nil && f.New != nil && f.Old.Summary != f.New.Summary
}

// spansShown bounds what the page tells of one log.
const spansShown = 30

// Shortened is the stretches that the page shows.
func (c coverageChange) Shortened() []coverageSpan { return c.Spans[:min(len(c.Spans), spansShown)] }

// Rest counts the stretches that the page leaves to diff.csv.
func (c coverageChange) Rest() int { return len(c.Spans) - len(c.Shortened()) }
