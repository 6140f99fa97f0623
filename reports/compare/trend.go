package compare

import (
	"context"
	_ "embed"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/olekukonko/tablewriter/tw"

	"tapaudit/analysis"
	"tapaudit/analysis/when"
	"tapaudit/ingest/safetext"
	"tapaudit/reports/folder"
	"tapaudit/reports/page"
	"tapaudit/reports/tables"
	"tapaudit/reports/terminal"
	"tapaudit/reports/words"
)

// Trend is two or more reports side by side, in order of their periods.
type Trend struct {
	reports []trendReport
	notes   []string
}

type trendReport struct {
	*comparedReport
	values map[string]measured
}

// ErrOneReport is the error for a trend of fewer than two reports.
var ErrOneReport = errors.New("a trend needs two reports or more")

// TrendOf reads the reports of these folders, by the same road and with the same errors as [Reports].
func TrendOf(ctx context.Context, dirs []string, force bool) (*Trend, error) {
	if len(dirs) < 2 {
		return nil, ErrOneReport
	}
	t := &Trend{}
	for _, dir := range dirs {
		r, err := readReport(ctx, dir, force, (*comparedReport).measuredParts)
		if err != nil {
			return nil, err
		}
		t.reports = append(t.reports, trendReport{r, r.values()})
		r.forget()
	}
	slices.SortStableFunc(t.reports, func(a, b trendReport) int {
		return when.OrZero(a.Manifest.Period.From).Compare(when.OrZero(b.Manifest.Period.From))
	})
	said := map[string]bool{}
	for i := 1; i < len(t.reports); i++ {
		for _, note := range comparisonNotes(t.reports[i-1].comparedReport, t.reports[i].comparedReport) {
			if !said[note] {
				said[note] = true
				t.notes = append(t.notes, note)
			}
		}
	}
	return t, nil
}

// trendOfTwo is the trend of the two reports of a comparison.
func trendOfTwo(before, after *comparedReport) *Trend {
	return &Trend{reports: []trendReport{{before, before.values()}, {after, after.values()}}}
}

// trendRow is a measure through all reports.
type trendRow struct {
	measure
	Values  []string
	Verdict string // from the first to the last
}

func (t *Trend) rows() []trendRow {
	var all []trendRow
	for _, m := range measures() {
		row := trendRow{measure: m, Verdict: t.verdict(m, 0, len(t.reports)-1)}
		for _, r := range t.reports {
			row.Values = append(row.Values, r.values[m.Name].Text(m.Unit))
		}
		all = append(all, row)
	}
	return all
}

// verdict compares a measure of two of the reports. What their rules say is compared only where the rules are the
// same.
func (t *Trend) verdict(m measure, from, to int) string {
	a, b := t.reports[from], t.reports[to]
	if m.Name == measureUrgent && a.Manifest.RulesSHA256 != b.Manifest.RulesSHA256 {
		return "cannot be compared: the rules are not the same"
	}
	return verdictOf(m, a.values[m.Name], b.values[m.Name])
}

// Sentence says whether it is getting better, by the share of supervised log-ins and the urgent incidents.
func (t *Trend) Sentence() string {
	var better, worse, same, open []string
	for _, m := range measures() {
		if m.Name != measureSupervised && m.Name != measureUrgent {
			continue
		}
		first, last := t.reports[0].values[m.Name].Text(m.Unit),
			t.reports[len(t.reports)-1].values[m.Name].Text(m.Unit)
		told := m.Name + " " + first + ", then " + last
		switch v := t.verdict(m, 0, len(t.reports)-1); v {
		case "better":
			better = append(better, told)
		case "worse":
			worse = append(worse, told)
		case "the same":
			same = append(same, m.Name+" "+last)
		default:
			open = append(open, m.Name+" "+strings.Replace(v, ": ", ", because ", 1))
		}
	}
	head := "It is neither better nor worse"
	switch {
	case len(better) > 0 && len(worse) > 0:
		head = "It is better in one way and worse in another"
	case len(better) > 0:
		head = "It is getting better"
	case len(worse) > 0:
		head = "It is getting worse"
	case len(same) == 0:
		head = "Whether it is getting better cannot be said"
	}
	return head + ": " + strings.Join(slices.Concat(better, worse, same, open), "; ") + "."
}

// head names a report's column by its period.
func (r trendReport) head() string {
	p := r.Manifest.Period
	return words.Spanned(analysis.Period{From: when.OrZero(p.From), To: when.OrZero(p.To)})
}

// Summary writes the trend for a terminal, and dir, where it was written ("" when it was not). The error is that of w.
func (t *Trend) Summary(w io.Writer, dir string, color bool) error {
	s := terminal.New(w, color)
	s.Paragraph(t.Sentence())
	for _, note := range t.notes {
		s.Paragraph(words.Line(note))
	}
	t.table(s)
	if dir != "" {
		s.Print("Trend: " + words.Line(dir) + "\n")
	}
	return s.Err
}

// table writes the measures of the reports that the screen has room for: the first, and the last ones. The reports are
// called by names, or where there are none by numbers under which they are listed first.
func (t *Trend) table(s *terminal.Screen, names ...string) {
	nameWidth, valueWidth, verdictWidth := 34, 12, 17
	if s.Columns < nameWidth+2*valueWidth+verdictWidth {
		valueWidth = 10
		nameWidth = s.Columns - 2*valueWidth - verdictWidth
	}
	room := max((s.Columns-nameWidth-verdictWidth)/valueWidth, 2)
	shown := make([]int, len(t.reports))
	for i := range shown {
		shown[i] = i
	}
	if len(shown) > room {
		shown = append([]int{0}, shown[len(shown)-room+1:]...)
	}
	widths, head := []int{nameWidth}, []string{""}
	for _, i := range shown {
		name := "report " + strconv.Itoa(i+1)
		if len(names) > 0 {
			name = names[i]
		} else {
			s.Print(words.Capitalised(name) + ": " + words.Line(words.Or(t.reports[i].Name, "report")) + ", " +
				t.reports[i].head() + " (UTC)\n")
		}
		widths, head = append(widths, valueWidth), append(head, name)
	}
	if len(names) == 0 {
		s.Print("\n")
	}
	widths, head = append(widths, verdictWidth), append(head, "verdict")
	var rows [][]string
	var whys []string
	for _, row := range t.rows() {
		cells := []string{strings.Join(words.Wrap(nameWidth-2, 2, row.Name), "\n")}
		for _, i := range shown {
			cells = append(cells, row.Values[i])
		}
		verdict, why, _ := strings.Cut(row.Verdict, ": ")
		if why != "" {
			verdict = "not comparable"
			if !slices.Contains(whys, why) {
				whys = append(whys, why)
			}
		}
		rows = append(rows, append(cells, verdict))
	}
	s.Table(widths, tw.AlignRight, head, rows...)
	if len(whys) > 0 {
		s.Paragraph("Not comparable: " + strings.Join(whys, "; ") + ".")
	}
	if left := len(t.reports) - len(shown); left > 0 {
		s.Paragraph(words.Count(left, "report in between is", "reports in between are") +
			" in trend.csv and trend.html (--out DIR).")
	}
}

// trendColumns are those of trend.csv: a row for each measure of each report. of is how many log-ins, passes or days a
// value rests on, verdict compares with the report before.
const trendColumns = "measure unit report from to value of verdict"

func (t *Trend) writeCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	if err := out.Write(strings.Fields(trendColumns)); err != nil {
		return err
	}
	for _, m := range measures() {
		for i, r := range t.reports {
			v, verdict, value := r.values[m.Name], "", ""
			if i > 0 {
				verdict = t.verdict(m, i-1, i)
			}
			if v.Unknown == "" {
				value = strconv.FormatFloat(v.Value, 'f', 2, 64)
			}
			p := r.Manifest.Period
			row := []string{m.Name, m.Unit, r.Name, words.Stamp(when.OrZero(p.From)), words.Stamp(when.OrZero(p.To)),
				value, strconv.Itoa(v.Of), verdict}
			for k, cell := range row {
				row[k] = tables.Inert(cell)
			}
			if err := out.Write(row); err != nil {
				return err
			}
		}
	}
	out.Flush()
	return out.Error()
}

//go:embed templates/trend.tmpl
var trendTemplateText string

var trendTemplate = page.Parse(trendTemplateText, nil)

// trendPage is what the template shows.
type trendPage struct {
	page.Look
	Version, Sentence string
	Notes             []string
	Reports           []trendColumn
	Rows              []trendRow
}

type trendColumn struct{ Name, Period string }

func (t *Trend) writeHTML(w io.Writer, version string) error {
	p := trendPage{Look: page.LookOf(), Version: version, Sentence: t.Sentence(), Notes: t.notes, Rows: t.rows()}
	for _, r := range t.reports {
		p.Reports = append(p.Reports, trendColumn{r.Name, r.head()})
	}
	safe := safetext.NewWriter(w)
	if err := trendTemplate.Execute(safe, p); err != nil {
		return err
	}
	return safe.Close()
}

// trendManifest is the manifest.json of a folder that holds a trend.
type trendManifest struct {
	Tool    string                `json:"tool"` // always tapaudit
	Version string                `json:"version"`
	Created *time.Time            `json:"created"` // UTC; null when not given
	Reports []comparedFolder      `json:"reports"`
	Outputs []folder.ManifestFile `json:"outputs"`
}

var trendFiles = []string{"trend.html", "trend.csv"}

// CheckTrendFolder is [CheckFolder] for a trend.
func CheckTrendFolder(ctx context.Context, dir string, replace bool) error {
	return checkFolder(ctx, dir, replace, trendFiles)
}

// WriteFolder writes trend.html, trend.csv and a manifest.json as the folder dir, as [Comparison.WriteFolder] does a
// comparison.
func (t *Trend) WriteFolder(ctx context.Context, dir, version string, created time.Time, replace bool) error {
	how := folder.Replacing{Check: func(ctx context.Context,
		dir string) error {
		return CheckTrendFolder(ctx, dir, replace)
	}}
	return folder.Replace(ctx, dir, how, func(f *folder.Folder) error {
		if err := f.Create("trend.html", func(w io.Writer) error { return t.writeHTML(w, version) }); err != nil {
			return err
		}
		if err := f.Create("trend.csv", t.writeCSV); err != nil {
			return err
		}
		m := trendManifest{Tool: "tapaudit", Version: version, Created: when.OrNil(created), Outputs: f.Files()}
		for _, r := range t.reports {
			m.Reports = append(m.Reports, comparedFolder{r.Name, r.files})
		}
		return writeManifest(f, m)
	})
}

// writeManifest writes manifest.json.
func writeManifest(f *folder.Folder, m any) error {
	return f.Create(folder.ManifestName, func(w io.Writer) error {
		text, err := json.MarshalIndent(m, "", "  ")
		if err != nil {
			return err
		}
		_, err = io.WriteString(w, safetext.JSON(text)+"\n")
		return err
	})
}
