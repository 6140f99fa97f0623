package analysis

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"tapaudit/ingest/casefile"
	"tapaudit/ingest/record"
)

// table is a derived table that Go fills: SQL reads it like any other.
type table struct {
	name    string
	columns []casefile.Column
	rows    []casefile.Row
	err     error
}

// columns reads "name TYPE" pairs.
func columns(pairs ...string) []casefile.Column {
	var cs []casefile.Column
	for _, p := range pairs {
		name, kind, _ := strings.Cut(p, " ")
		cs = append(cs, casefile.Column{Name: name, Type: record.Type(kind)})
	}
	return cs
}

// add takes a row's values in the order of the columns; zero times and nil are NULL, as is an empty text.
func (t *table) add(values ...any) {
	if len(values) != len(t.columns) {
		panic(fmt.Sprintf("table %s has %d columns, not %d", t.name, len(t.columns), len(values)))
	}
	row := make([]string, len(values))
	for i, v := range values {
		switch v := v.(type) {
		case nil:
		case time.Time:
			if !v.IsZero() {
				row[i] = record.Instant(v)
			}
		case string:
			row[i] = strings.ToValidUTF8(v, "\uFFFD")
		case []string:
			text, err := json.Marshal(append([]string{}, v...)) // an empty list, not NULL
			t.err = cmp.Or(t.err, err)
			row[i] = string(text)
		default:
			text, err := json.Marshal(v)
			t.err = cmp.Or(t.err, err)
			if row[i] = string(text); row[i] == "null" { // a pointer to nothing
				row[i] = ""
			}
		}
	}
	t.rows = append(t.rows, casefile.Row{Values: row})
}

// store replaces the table in the case.
func (t *table) store(ctx context.Context, c *casefile.Case) error {
	if t.err != nil {
		return t.err
	}
	var declared []string
	for _, col := range t.columns {
		declared = append(declared, `"`+col.Name+`" `+string(col.Type))
	}
	if err := c.Exec(ctx, fmt.Sprintf("CREATE OR REPLACE TABLE %s (%s)", t.name, strings.Join(declared, ", "))); err != nil {
		return err
	}
	return c.Insert(ctx, t.name, t.columns, t.rows)
}
