package main

import (
	"bufio"
	"context"
	"database/sql/driver"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math/big"
	"time"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/tw"

	"tapaudit/ingest/safetext"
	"tapaudit/reports"
)

var queryFormats = []string{"table", "csv", "json"}

// runQuery answers one SELECT over a case, read-only.
func runQuery(ctx context.Context, args []string, io streams) error {
	flags := newFlags("query", `--case FILE "SELECT …"`, io)
	var database databaseFlags
	database.add(flags, "case file")
	format := flags.String("format", "table", "table, csv or json")
	if err := parse(flags, args); err != nil {
		return err
	}
	if err := database.existing("query"); err != nil {
		return err
	}
	if flags.NArg() != 1 {
		return usagef("query: give one SELECT, in quotes")
	}
	write := map[string]func(*answer, streams) error{"table": (*answer).table, "csv": (*answer).csv, "json": (*answer).json}[*format]
	if write == nil {
		return noneOf("--format", *format, queryFormats)
	}
	database.readOnly = true
	return database.with(ctx, func(c *openCase) error {
		if err := c.Seal(ctx); err != nil {
			return err
		}
		var a answer
		err := c.Select(ctx, flags.Arg(0), nil, func(columns []string, values []driver.Value) error {
			a.columns = columns
			row := make([]any, len(values))
			for i, v := range values {
				row[i] = plainValue(v)
			}
			a.rows = append(a.rows, row)
			return nil
		}, &a.columns)
		if err != nil {
			return usagef("query: %w", err)
		}
		return write(&a, io)
	})
}

// answer is the result of a query.
type answer struct {
	columns []string
	rows    [][]any
}

// plainValue is a value of the database in a form that prints and marshals well.
func plainValue(v any) any {
	switch v := v.(type) {
	case time.Time:
		return v.UTC().Format("2006-01-02T15:04:05.999999Z")
	case *big.Int:
		return json.Number(v.String())
	case []byte:
		return string(v)
	case []any:
		list := make([]any, len(v))
		for i, e := range v {
			list[i] = plainValue(e)
		}
		return list
	case map[string]any:
		object := map[string]any{}
		for k, e := range v {
			object[k] = plainValue(e)
		}
		return object
	}
	return v
}

func cell(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case []any, map[string]any:
		text, err := json.Marshal(v)
		if err != nil {
			return fmt.Sprint(v)
		}
		return string(text)
	}
	return fmt.Sprint(v)
}

func (a *answer) table(io streams) error {
	t := tablewriter.NewTable(io.out, tablewriter.WithHeaderAutoFormat(tw.Off), tablewriter.WithHeaderAlignment(tw.AlignLeft))
	head := make([]string, len(a.columns))
	for i, name := range a.columns {
		head[i] = safetext.Line(name)
	}
	t.Header(head)
	for _, row := range a.rows {
		cells := make([]string, len(row))
		for i, v := range row {
			cells[i] = safetext.Line(cell(v))
		}
		if err := t.Append(cells); err != nil {
			return err
		}
	}
	return t.Render()
}

func (a *answer) csv(io streams) error {
	w := csv.NewWriter(io.data())
	if err := w.Write(a.columns); err != nil {
		return err
	}
	for _, row := range a.rows {
		cells := make([]string, len(row))
		for i, v := range row {
			cells[i] = reports.Inert(cell(v))
		}
		if err := w.Write(cells); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

func (a *answer) json(io streams) error {
	w := bufio.NewWriter(io.data())
	fmt.Fprint(w, "[")
	for i, row := range a.rows {
		if i > 0 {
			fmt.Fprint(w, ",")
		}
		fmt.Fprint(w, "\n{")
		for j, v := range row {
			if j > 0 {
				fmt.Fprint(w, ",")
			}
			name, err := json.Marshal(a.columns[j])
			if err != nil {
				return err
			}
			value, err := json.Marshal(v)
			if err != nil {
				return err
			}
			fmt.Fprintf(w, "%s:%s", name, value)
		}
		fmt.Fprint(w, "}")
	}
	fmt.Fprint(w, "\n]\n")
	return w.Flush()
}
