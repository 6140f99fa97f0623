package analysis

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"tapaudit/ingest/casefile"
)

// table is a derived table that Go fills: SQL reads it like any other.
type table struct {
	name    string
	columns casefile.Columns
	rows    []casefile.Row
	err     error
}

// columns reads "name TYPE" pairs.
func columns(pairs ...string) casefile.Columns {
	var cs casefile.Columns
	for _, p := range pairs {
		name, kind, _ := strings.Cut(p, " ")
		cs = append(cs, casefile.Column{Name: name, Type: kind})
	}
	return cs
}

// add takes a row's values in the order of the columns; zero times and nil are NULL, as is an empty text.
func (t *table) add(values ...any) {
	if len(values) != len(t.columns) {
		panic(fmt.Sprintf("table %s has %d columns, not %d", t.name, len(t.columns), len(values)))
	}
	row := map[string]any{}
	for i, v := range values {
		switch v := v.(type) {
		case time.Time:
			if !v.IsZero() {
				row[t.columns[i].Name] = v.UTC().Format("2006-01-02T15:04:05.999999")
			}
		case string:
			if v != "" {
				row[t.columns[i].Name] = v
			}
		case []string:
			row[t.columns[i].Name] = append([]string{}, v...) // an empty list, not NULL
		default:
			row[t.columns[i].Name] = v
		}
	}
	text, err := json.Marshal(row)
	if err != nil && t.err == nil {
		t.err = err
	}
	t.rows = append(t.rows, casefile.Row{Text: string(text)})
}

// store replaces the table in the case.
func (t *table) store(ctx context.Context, c *casefile.Case) error {
	if t.err != nil {
		return t.err
	}
	var declared, names []string
	for _, col := range t.columns {
		declared = append(declared, `"`+col.Name+`" `+col.Type)
		names = append(names, `"`+col.Name+`"`)
	}
	if err := c.Exec(ctx, fmt.Sprintf("CREATE OR REPLACE TABLE %s (%s)", t.name, strings.Join(declared, ", "))); err != nil {
		return err
	}
	if len(t.rows) == 0 {
		return nil
	}
	return c.Insert(ctx, t.name, "SELECT "+strings.Join(names, ", ")+" FROM record WHERE $source = 0", t.columns, 0, t.rows)
}
