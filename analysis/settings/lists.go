package settings

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"

	"tapaudit/ingest/safetext"
)

var byteOrderMark = []byte("\ufeff")

// decoded is the text without its byte order mark, as UTF-8 where the mark says that it is UTF-16, as PowerShell 5.1
// writes what > sends into a file. UTF-16 that is damaged stays as it is, which is not UTF-8.
func decoded(text []byte) []byte {
	if bytes.HasPrefix(text, []byte{0xff, 0xfe}) || bytes.HasPrefix(text, []byte{0xfe, 0xff}) {
		plain, err := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(text)
		if err != nil || bytes.ContainsRune(plain, '\ufffd') {
			return text
		}
		return plain
	}
	return bytes.TrimPrefix(text, byteOrderMark)
}

// parseRoster reads the onboarding roster: columns upn, start_date and, if
// wanted, reason.
func parseRoster(name string, data []byte) ([]RosterEntry, []problem) {
	entries := []RosterEntry{}
	t := table{name: name, required: []string{"upn", "start_date"}, optional: []string{"reason"}}
	t.read(data, func(r row) {
		entries = append(entries, RosterEntry{
			UPN:    r.text("upn"),
			Start:  r.date("start_date"),
			Reason: r.cell("reason"),
			Line:   r.line,
		})
	})
	return entries, t.problems
}

// parseRegister reads the supervision register: columns upn, date, supervisor,
// ticket and, if wanted, pass_id. An entry that names no supervisor or no ticket
// proves nothing and is an error.
func parseRegister(name string, data []byte) ([]RegisterEntry, []problem) {
	entries := []RegisterEntry{}
	t := table{name: name, required: []string{"upn", "date", "supervisor", "ticket"}, optional: []string{"pass_id"}}
	t.read(data, func(r row) {
		entries = append(entries, RegisterEntry{
			UPN:        r.text("upn"),
			Date:       r.date("date"),
			PassID:     r.cell("pass_id"),
			Supervisor: r.text("supervisor"),
			Ticket:     r.text("ticket"),
			Line:       r.line,
		})
	})
	return entries, t.problems
}

// table is a CSV file whose columns are known by the names in its first line.
type table struct {
	name               string
	required, optional []string
	problems           []problem
}

func (t *table) problem(line, col int, format string, args ...any) {
	t.problems = append(t.problems, problem{t.name, line, col, fmt.Sprintf(format, args...)})
}

// row is one line of a table.
type row struct {
	table   *table
	line    int
	cells   []string
	columns map[string]int // index by column name
	places  []int          // column of the text at which each cell begins
}

// cell is the row's value in a column without the space around it; "" where the
// table lacks the column.
func (r row) cell(column string) string {
	i, ok := r.columns[column]
	if !ok {
		return ""
	}
	return strings.TrimSpace(r.cells[i])
}

// text is a cell that must not be empty.
func (r row) text(column string) string {
	cell := r.cell(column)
	if cell == "" {
		r.table.problem(r.line, r.places[r.columns[column]], "%s is empty: fill it in or remove the line", column)
	}
	return cell
}

func (r row) date(column string) Date {
	date, err := ParseDate(r.cell(column))
	if err != nil {
		r.table.problem(r.line, r.places[r.columns[column]], "%s: %v", column, err)
	}
	return date
}

// read calls each for every line below the header. Lines without any text, as
// spreadsheets leave them at the end, are passed over.
func (t *table) read(data []byte, each func(row)) {
	columnsWanted := strings.Join(t.required, ",")
	if len(t.optional) > 0 {
		columnsWanted += "[," + strings.Join(t.optional, ",") + "]"
	}
	data = decoded(data)
	if !utf8.Valid(data) {
		t.problem(0, 0, "not UTF-8: save it as CSV UTF-8 (comma delimited)")
		return
	}
	in := csv.NewReader(bytes.NewReader(data))
	in.FieldsPerRecord = -1 // checked here, to name the place and go on
	var columns map[string]int
	for {
		cells, err := in.Read()
		if err == io.EOF {
			break
		}
		if bad := (*csv.ParseError)(nil); errors.As(err, &bad) {
			t.problem(bad.Line, bad.Column,
				"%v: put cells with quotes or commas in \"…\" and double the quotes inside", bad.Err)
			return // where the next line begins is anybody's guess
		}
		line, _ := in.FieldPos(0)
		places := make([]int, len(cells))
		for i := range cells {
			_, places[i] = in.FieldPos(i)
		}
		if columns == nil {
			if columns = t.header(line, places, cells, columnsWanted); columns == nil {
				return
			}
			continue
		}
		if !slices.ContainsFunc(cells, func(cell string) bool { return strings.TrimSpace(cell) != "" }) {
			continue
		}
		if len(cells) != len(columns) {
			t.problem(line, 0, "%s where the header has %d: put cells with commas in \"…\" and leave no cell out",
				safetext.Counted(len(cells), "cell", "cells"), len(columns))
			continue
		}
		each(row{t, line, cells, columns, places})
	}
	if columns == nil {
		t.problem(0, 0, "empty: the first line must name the columns %s", columnsWanted)
	}
}

// header finds the columns by name, in any order and letter case; nil when they
// cannot be told.
func (t *table) header(line int, places []int, cells []string, wanted string) map[string]int {
	if len(cells) == 1 && strings.Contains(cells[0], ";") {
		t.problem(line, 1, "cells are parted by semicolons: save it as CSV with commas, header %s", wanted)
		return nil
	}
	known := slices.Concat(t.required, t.optional)
	before := len(t.problems)
	columns := make(map[string]int, len(cells))
	for i, cell := range cells {
		name := strings.ToLower(strings.TrimSpace(cell))
		if !slices.Contains(known, name) {
			t.problem(line, places[i], "%s", unknown("column", name, known, "the columns are "+wanted))
		} else if _, twice := columns[name]; twice {
			t.problem(line, places[i], "column %s occurs twice: remove one", name)
		}
		columns[name] = i
	}
	for _, name := range t.required {
		if _, ok := columns[name]; !ok {
			t.problem(line, 0, "column %s is missing: the columns are %s", name, wanted)
		}
	}
	if len(t.problems) > before {
		return nil
	}
	return columns
}
