package tables

import (
	"iter"
	"reflect"
	"strconv"
	"strings"
	"time"

	"tapaudit/analysis"
	"tapaudit/analysis/supervision"
	"tapaudit/reports/words"
)

// table is one table of the report.
type table struct {
	name   string // of its files, without their endings
	sheet  string // in the workbook, for those that people sort and filter; "" for none
	json   bool   // also written as JSON
	pq     bool   // also written as Parquet
	row    reflect.Type
	rowsOf func(*analysis.Result) iter.Seq[any]
}

// all are the tables in the order in which they are written.
var all = []table{
	table{name: "findings", sheet: "findings", json: true, pq: true}.of(rows(Findings)),
	table{name: "incidents", json: true}.of(rows(incidentRows)),
	table{name: "actions", sheet: "actions"}.of(rows(actionRows)),
	table{name: "timeline", sheet: "timeline"}.of(rows(momentRows)),
	table{name: "assessment", sheet: "assessment"}.of(rows(assessmentRows)),
	table{name: "passes", sheet: "passes"}.of(rows(passRows)),
	table{name: "logins", sheet: "ledger"}.of(rows(loginRows)),
	table{name: "activity", sheet: "activity"}.of(rows(activityRows)),
	table{name: "policy", sheet: "policy"}.of(rows(policyRows)),
	table{name: "coverage", sheet: "coverage"}.of(rows(coverageRows)),
	table{name: "exceptions"}.of(rows(exceptionRows)),
	table{name: "evidence", sheet: "evidence"}.of(rows(evidenceRows)),
	table{name: "quarantine"}.of(rows(quarantineRows)),
}

func (t table) of(row reflect.Type, rows func(*analysis.Result) iter.Seq[any]) table {
	t.row, t.rowsOf = row, rows
	return t
}

// rows is how a table gets its rows, whose type declares its columns.
func rows[T any](of func(*analysis.Result) iter.Seq[T]) (reflect.Type, func(*analysis.Result) iter.Seq[any]) {
	return reflect.TypeFor[T](), func(r *analysis.Result) iter.Seq[any] {
		return func(yield func(any) bool) {
			for row := range of(r) {
				if !yield(row) {
					return
				}
			}
		}
	}
}

// column is a column of a table.
type column struct {
	name string
	kind reflect.Type // of the row's field; text for each of the answers
}

func (t table) columns() []column {
	var columns []column
	for i := range t.row.NumField() {
		field := t.row.Field(i)
		if field.Type == reflect.TypeFor[answers]() {
			for _, name := range supervision.Criteria() {
				columns = append(columns, column{name, reflect.TypeFor[string]()})
			}
			continue
		}
		columns = append(columns, column{field.Tag.Get("json"), field.Type})
	}
	return columns
}

func (t table) names() []string {
	var names []string
	for _, c := range t.columns() {
		names = append(names, c.name)
	}
	return names
}

// cells yields the rows as text: lists joined by "; ", times in RFC 3339 UTC, empty for what is not known.
func (t table) cells(r *analysis.Result) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		for row := range t.rowsOf(r) {
			value := reflect.ValueOf(row)
			var cells []string
			for i := range value.NumField() {
				if states, ok := value.Field(i).Interface().(answers); ok {
					cells = append(cells, states...)
					continue
				}
				cells = append(cells, cell(value.Field(i)))
			}
			if !yield(cells) {
				return
			}
		}
	}
}

func cell(value reflect.Value) string {
	switch v := value.Interface().(type) {
	case *time.Time:
		if v == nil {
			return ""
		}
		return words.Stamp(*v)
	case []string:
		return Joined(v)
	case int:
		return strconv.Itoa(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'f', 2, 64)
	case bool:
		return strconv.FormatBool(v)
	}
	return value.String() // string and what is made of it
}

// Inert makes sure that a spreadsheet shows a cell instead of running it as a formula, and that the file is UTF-8.
func Inert(cell string) string {
	cell = valid(cell)
	if cell != "" && strings.IndexByte("=+-@\t\r", cell[0]) >= 0 {
		return "'" + cell
	}
	return cell
}

// Joined is a list as a cell holds it.
func Joined(l []string) string { return strings.Join(l, "; ") }

// valid replaces what is not UTF-8, which JSON and Parquet cannot hold.
func valid(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// validRow is a row whose texts are all UTF-8, and whose lists are empty instead of nil, which JSON would write as
// null.
func validRow[R any](row R) R {
	value := reflect.ValueOf(&row).Elem()
	for i := range value.NumField() {
		field := value.Field(i)
		switch {
		case field.Kind() == reflect.String:
			field.SetString(valid(field.String()))
		case field.Type() == reflect.TypeFor[[]string]():
			list := make([]string, field.Len())
			for j := range list {
				list[j] = valid(field.Index(j).String())
			}
			field.Set(reflect.ValueOf(list))
		}
	}
	return row
}
