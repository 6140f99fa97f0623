package tables

import (
	"context"
	"fmt"
	"io"
	"iter"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"tapaudit/analysis"
	"tapaudit/ingest/safetext"
	"tapaudit/reports/folder"
	"tapaudit/reports/verdict"
	"tapaudit/reports/words"
)

// xlsxOutput writes findings.xlsx: a sheet about the audit, and one for each of
// the CSV files that people sort and filter, with the same rows and columns.
// Times and counts are dates and numbers, every other cell is text.
type xlsxOutput struct {
	version string
	rows    int // of a sheet, its head included; 0 for as many as Excel opens
}

const (
	xlsxTime = `yyyy-mm-dd hh:mm:ss.000"Z"`
	xlsxDay  = "yyyy-mm-dd"
	textNum  = 49 // the built-in format "@": a cell that is edited stays text and never becomes a formula
)

// columnWidths in characters, where 18 is too narrow.
var columnWidths = map[string]float64{"rule_id": 38, "tenant_id": 38, "subject_id": 38, "subject_name": 34,
	"actor_name": 34,
	"user_name":  34, "issuer_name": 34, "user_id": 38, "title": 50, "summary": 90, "event_ids": 40, "evidence": 50,
	"remediation": 60,
	"reason":      90, "exception_reason": 40, "exception_owner": 30, "controls": 40, "path": 60, "sha256": 66, "note": 60,
	"applications": 40, "methods_registered": 40, "include": 40, "exclude": 40, "format": 26, "item": 30, "value": 110,
	"number": 8, "incident_id": 34, "ask": 34, "about": 90, "question": 60, "fix": 60, "answer": 60, "decided_by": 30,
	"detail":      90,
	"application": 40, "finding_ids": 40, "event_id": 40, "reasons": 90, "operation": 40, "object": 60, "session": 38,
	"deeds": 40}

// width is how wide a column is, in characters.
func (c column) width() float64 {
	if c.kind == reflect.TypeFor[*time.Time]() {
		return 25
	}
	if width, ok := columnWidths[c.name]; ok {
		return width
	}
	return 18
}

// WriteXLSX writes findings.xlsx; version is the program's.
func WriteXLSX(f *folder.Folder, r *analysis.Result, version string) error {
	return xlsxOutput{version: version}.write(f, r)
}

func (o xlsxOutput) write(f *folder.Folder, r *analysis.Result) error {
	return f.Create("findings.xlsx", func(w io.Writer) (err error) {
		// Sheets too large for the memory wait in files beside the report that is being written.
		book := excelize.NewFile(excelize.Options{TmpDir: f.Dir()})
		defer func() {
			if closeErr := book.Close(); err == nil {
				err = closeErr
			}
		}()
		book.SetZipWriter(func(w io.Writer) excelize.ZipWriter { return &orderedZip{out: w} })
		x, err := newWorkbook(f.Context(), book, o.rows)
		if err != nil {
			return err
		}
		// The sheet about the audit comes first, but tells what the others had no room for.
		if err := book.SetSheetName("Sheet1", "about"); err != nil {
			return err
		}
		for _, t := range sheets() {
			if _, err := book.NewSheet(t.sheet); err != nil {
				return err
			}
			if err := x.sheet(t.sheet, t.name+".csv (--format csv)", t.columns(), t.cells(r)); err != nil {
				return err
			}
		}
		if err := x.sheet("about", "report.html (--format html)", textColumns("item", "value"),
			slices.Values(o.about(r, x))); err != nil {
			return err
		}
		if err := book.SetDocProps(&excelize.DocProperties{Creator: "tapaudit", Title: "Temporary Access Pass audit",
			Created: xlsxStamp(r.AsOf), Modified: xlsxStamp(r.AsOf)}); err != nil {
			return err
		}
		return book.Write(w)
	})
}

// sheets are the tables of the workbook in its order: what is to be done first, what it rests on last.
func sheets() []table {
	var sheets []table
	for _, name := range []string{"actions", "findings", "ledger", "activity", "timeline", "passes", "policy",
		"coverage", "assessment", "evidence"} {
		sheets = append(sheets, all[slices.IndexFunc(all, func(t table) bool { return t.sheet == name })])
	}
	return sheets
}

func textColumns(names ...string) []column {
	var columns []column
	for _, name := range names {
		columns = append(columns, column{name, reflect.TypeFor[string]()})
	}
	return columns
}

// xlsxStamp is a time for the properties of a workbook. The clock must not get
// in, so it is the time that the audit counts as now, else the archive's own zero.
func xlsxStamp(t time.Time) string {
	if t.IsZero() {
		t = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return t.UTC().Format(time.RFC3339)
}

// about is what must be read before the tables: a sheet without rows is no
// proof that there was nothing.
func (o xlsxOutput) about(r *analysis.Result, x *workbook) [][]string {
	heading, sentence := verdict.Of(r)
	rows := [][]string{
		{"verdict", heading + ". " + sentence},
		{"organisation", r.Organisation},
		{"case", r.Case.ID},
		{"examiner", r.Case.Examiner},
		{"collected by", r.Case.CollectedBy},
		{"collected at", words.Stamp(r.Case.CollectedAt)},
		{"source", r.Case.Source},
		{"tenants", Joined(r.Tenants)},
		{"period from", words.Stamp(r.Period.From)},
		{"period to before", words.Stamp(r.Period.To)},
		{"as of", words.Stamp(r.AsOf)},
		{"program", strings.TrimSpace("tapaudit " + o.version)},
		{"times", "All times are UTC."},
	}
	rows = slices.DeleteFunc(rows, func(row []string) bool { return row[1] == "" })
	for _, q := range verdict.Requests(r) {
		lines := append([]string{q.Title(r)}, q.Particulars()...)
		rows = append(rows, []string{"to collect", strings.Join(lines, ". ") + ". For " + q.Enables() + " (" +
			Joined(q.Rules) + ")"})
	}
	for _, u := range verdict.OtherReasons(r) {
		item := "tested in part"
		if u.All() {
			item = "not tested"
		}
		reason := u.Reason + " (" + Joined(u.Rules) + ")"
		if u.TenantID != "" {
			reason = "Tenant " + verdict.Tenant(r, u.TenantID) + ": " + reason
		}
		rows = append(rows, []string{item, reason})
	}
	for _, n := range r.Notes {
		rows = append(rows, []string{"note", n})
	}
	for _, remark := range x.remarks {
		rows = append(rows, []string{"cut", remark})
	}
	return rows
}

// workbook is a workbook while it is being written.
type workbook struct {
	ctx      context.Context
	file     *excelize.File
	rows     int
	remarks  []string // what did not fit
	head     int      // styles
	text     int
	number   int
	time     int
	day      int
	severity map[string]int
}

func newWorkbook(ctx context.Context, file *excelize.File, rows int) (*workbook, error) {
	x := &workbook{ctx: ctx, file: file, rows: rows, severity: map[string]int{}}
	if x.rows == 0 {
		x.rows = excelize.TotalRows
	}
	clockFormat, dayFormat := xlsxTime, xlsxDay
	top := &excelize.Alignment{Vertical: "top"}
	fill := func(colour string) excelize.Fill {
		return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{colour}}
	}
	styles := []struct {
		id    *int
		style excelize.Style
	}{
		{&x.head, excelize.Style{Font: &excelize.Font{Bold: true, Color: "FFFFFF"}, Fill: fill("1F3A5F"),
			Alignment: top}},
		{&x.text, excelize.Style{NumFmt: textNum, Alignment: top}},
		{&x.number, excelize.Style{NumFmt: 1, Alignment: top}},
		{&x.time, excelize.Style{CustomNumFmt: &clockFormat, Alignment: top}},
		{&x.day, excelize.Style{CustomNumFmt: &dayFormat, Alignment: top}},
	}
	for _, s := range styles {
		id, err := file.NewStyle(&s.style)
		if err != nil {
			return nil, err
		}
		*s.id = id
	}
	// Dark on light, as in the report; the word stands beside its colour.
	for _, s := range []struct{ name, ink, paper string }{
		{"critical", "7A0010", "FFD6DA"}, {"high", "8A3200", "FFE2CC"}, {"medium", "6B4E00", "FFF2C2"},
		{"low", "004F5C", "D5F2F7"}, {"info", "444444", "EEEEEE"},
	} {
		id, err := file.NewStyle(&excelize.Style{NumFmt: textNum, Alignment: top,
			Font: &excelize.Font{Bold: true, Color: s.ink}, Fill: fill(s.paper)})
		if err != nil {
			return nil, err
		}
		x.severity[s.name] = id
	}
	return x, nil
}

// sheet writes a table: its head, frozen and with filters, and its rows. What
// Excel cannot hold is cut, and said where it is cut and on the sheet about the
// audit, with the file that has all of it.
func (x *workbook) sheet(name, whole string, columns []column, rows iter.Seq[[]string]) error {
	// Without this the sheet would say that it consists of its first cell, and some readers believe it.
	if err := x.file.SetSheetDimension(name, ""); err != nil {
		return err
	}
	out, err := x.file.NewStreamWriter(name)
	if err != nil {
		return err
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2",
		ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	head := make([]any, len(columns))
	for i, c := range columns {
		head[i] = excelize.Cell{StyleID: x.head, Value: c.name}
		if err := out.SetColWidth(i+1, i+1, c.width()); err != nil {
			return err
		}
	}
	line, cut := 0, 0
	put := func(cells []any) error {
		line++
		return out.SetRow("A"+strconv.Itoa(line), cells)
	}
	if err := put(head); err != nil {
		return err
	}
	// The last line is kept back until it is known whether a remark has to stand there.
	var last []any
	more := 0
	for row := range rows {
		// Nothing is written into the folder before the last sheet is done: an interruption must not wait for that.
		if err := context.Cause(x.ctx); err != nil {
			return err
		}
		if line == x.rows-1 && last != nil {
			more++
			continue
		}
		cells := make([]any, len(row))
		for i, text := range row {
			var shortened bool
			cells[i], shortened = x.cell(columns[i], text, whole)
			if shortened {
				cut++
			}
		}
		if line == x.rows-1 {
			last = cells
			continue
		}
		if err := put(cells); err != nil {
			return err
		}
	}
	if more > 0 {
		remark := fmt.Sprintf("%s left out: a sheet ends after %s rows. %s has them all.",
			words.Count(more+1, "further row was", "further rows were"), words.Number(x.rows), whole)
		x.remarks = append(x.remarks, name+": "+remark)
		last = []any{excelize.Cell{StyleID: x.head, Value: remark}}
	}
	if last != nil {
		if err := put(last); err != nil {
			return err
		}
	}
	if cut > 0 {
		x.remarks = append(x.remarks,
			fmt.Sprintf("%s: %s shortened to the %s characters that a cell holds. %s has the whole text.",
				name, words.Count(cut, "cell was", "cells were"), words.Number(excelize.TotalCellChars), whole))
	}
	corner, err := excelize.CoordinatesToCellName(len(columns), line)
	if err != nil {
		return err
	}
	if err := x.file.AutoFilter(name, "A1:"+corner, nil); err != nil {
		return err
	}
	return out.Flush()
}

// cell is a value with its style; nil, an empty cell, for what is not known.
// It says whether the text had to be shortened.
func (x *workbook) cell(c column, text, whole string) (cell any, shortened bool) {
	switch {
	case text == "":
		return nil, false
	case c.kind == reflect.TypeFor[*time.Time]():
		if t, err := time.Parse(time.RFC3339Nano, text); err == nil && inExcel(t) {
			return excelize.Cell{StyleID: x.time, Value: t.UTC()}, false
		}
	case c.kind == reflect.TypeFor[day]():
		if t, err := time.Parse(time.DateOnly, text); err == nil && inExcel(t) {
			return excelize.Cell{StyleID: x.day, Value: t}, false
		}
	case c.kind == reflect.TypeFor[int](), c.kind == reflect.TypeFor[int64](), c.kind == reflect.TypeFor[digits]():
		if n, err := strconv.ParseInt(text, 10, 64); err == nil && n > -1e15 && n < 1e15 { // Excel keeps 15 digits
			return excelize.Cell{StyleID: x.number, Value: n}, false
		}
	case c.name == "severity":
		if style, ok := x.severity[text]; ok {
			return excelize.Cell{StyleID: style, Value: text}, false
		}
	}
	text, shortened = cellText(text, whole)
	return excelize.Cell{StyleID: x.text, Value: text}, shortened
}

// inExcel says whether a date of Excel can stand for t: its calendar begins in
// 1900, with a day that never was, and ends with the year 9999.
func inExcel(t time.Time) bool { return t.UTC().Year() > 1900 && t.UTC().Year() < 10000 }

// cellText is text as a cell shows it, valid and without deceptive characters.
// What is longer than a cell is cut after a whole character, with a remark.
func cellText(text, whole string) (shown string, shortened bool) {
	shown = safetext.Text(text)
	if utf16Length(shown) <= excelize.TotalCellChars {
		return shown, false
	}
	remark := fmt.Sprintf("… [cut: %s has all %s characters]", whole, words.Number(utf8.RuneCountInString(shown)))
	room := excelize.TotalCellChars - utf16Length(remark)
	for i, r := range shown {
		if room -= utf16Length(string(r)); room < 0 {
			return shown[:i] + remark, true
		}
	}
	return shown, false
}

// utf16Length is the length of s as Excel counts it.
func utf16Length(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xffff {
			n++
		}
	}
	return n
}
