package main

import (
	"bufio"
	"context"
	"database/sql/driver"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/pkg/twwidth"
	"github.com/olekukonko/tablewriter/tw"
	"github.com/spf13/cobra"

	"tapaudit/ingest/casefile"
	"tapaudit/ingest/safetext"
	"tapaudit/reports/tables"
	"tapaudit/reports/terminal"
)

var queryFormats = []string{"table", "csv", "json"}

// What a query may give: in a table, whose columns are as wide as their widest cell, all rows are held at once.
var (
	tableLimits = casefile.Limits{Rows: 100_000, Bytes: 64 << 20}
	flowLimits  = casefile.Limits{Rows: 100_000_000, Bytes: 16 << 30}
)

// queryCommand answers one SELECT over a case, SHOW TABLES or DESCRIBE, read-only.
func queryCommand(io streams) *cobra.Command {
	c := newCommand("query --case FILE \"SELECT …\"", "ask a case, read-only",
		"Answers one SELECT over a case, SHOW TABLES or DESCRIBE, read-only. Files, settings and other databases are out of its reach, and its "+
			"time, memory and rows are limited. 'tapaudit analyze' leaves the derived tables there.",
		example{"list the log-ins",
			`tapaudit query --case case.duckdb "SELECT time, user_name, ip, supervised FROM logins ORDER BY time"`},
		example{"export the passes of one user as CSV",
			`tapaudit query --case case.duckdb --format csv "SELECT * FROM passes WHERE user_name LIKE 'nina@%'"`},
	)
	flags := c.Flags()
	var database databaseFlags
	database.add(io, flags, "case file")
	format := flags.String("format", "table", "table, csv or json")
	expanded := flags.Bool("expanded", false,
		"a table with a line for each value, for rows that are wider than the terminal")
	file := flags.String("out", "", outHelp)
	timeout := flags.Duration("timeout", casefile.DefaultLimits.Time, "how long the query may take, e.g. 30s or 1h")
	c.RunE = func(c *cobra.Command, args []string) error {
		ctx := c.Context()
		if err := database.existing("query"); err != nil {
			return err
		}
		if len(args) != 1 {
			return usagef("query: give one SELECT, in quotes, or SHOW TABLES, or DESCRIBE and the name of a table")
		}
		if *timeout <= 0 {
			return usagef("query: --timeout is %v; it must be more than 0", *timeout)
		}
		if *expanded {
			if *format != "table" {
				return usagef("query: --expanded is for --format table; %s has a line or an object for each row",
					*format)
			}
			*format = "expanded"
		}
		return io.into(*file, func(io streams) error {
			return ask(ctx, database, args[0], *format, *timeout,
				*file != "", io)
		})
	}
	return c
}

// ask writes the answer of one query. whole says that nobody sees what was written of an answer that breaks off.
func ask(ctx context.Context, database databaseFlags, query, format string, timeout time.Duration, whole bool,
	io streams) error {
	var out answerWriter
	database.limits = flowLimits
	switch format {
	case "table":
		out, database.limits = &tableWriter{io: io}, tableLimits
	case "expanded":
		out = &expandedWriter{w: bufio.NewWriter(io.out)}
	case "csv":
		out = &csvWriter{csv.NewWriter(io.data())}
	case "json":
		out = &jsonWriter{w: bufio.NewWriter(io.data())}
	default:
		return noneOf("--format", format, queryFormats)
	}
	database.limits.Time, database.readOnly = timeout, true
	asked, err := questionOf(query)
	if err != nil {
		return err
	}
	return database.with(ctx, func(c *openCase) error {
		var columns []string
		var written error // by the writer, not by the query
		begun := false
		begin := func() error {
			begun = true
			return out.begin(columns)
		}
		answer := c.Select
		if asked.ours {
			answer = c.SelectOurs
		}
		err := answer(ctx, asked.sql, asked.params, func(_ []string, values []driver.Value) error {
			if !begun {
				written = begin()
			}
			if written == nil {
				row := make([]any, len(values))
				for i, v := range values {
					row[i] = plainValue(v)
				}
				written = out.row(row)
			}
			return written
		}, &columns)
		switch {
		case written != nil:
			return written
		case errors.Is(err, casefile.ErrTooMuch) && format == "table":
			return fmt.Errorf("query: %w; --format csv and json take more rows", err)
		case errors.Is(err, casefile.ErrLimit) && begun && format != "table" && !whole:
			return errors.Join(out.flush(), fmt.Errorf("query: what was written is not the whole answer: %w", err))
		case errors.Is(err, casefile.ErrLimit):
			return fmt.Errorf("query: %w", err)
		case err != nil:
			return usagef("query: %w%s", err, whatIsThere(ctx, c, database.path, err))
		case !begun && asked.table != "":
			return usagef("query: there is no table %s; SHOW TABLES lists those that there are",
				safetext.Line(asked.table))
		}
		if !begun {
			if err := begin(); err != nil {
				return err
			}
		}
		return out.end()
	})
}

// answerWriter writes an answer, row by row.
type answerWriter interface {
	begin(columns []string) error
	row(values []any) error
	flush() error // what was written so far
	end() error
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

// tableWriter writes a table as wide as the screen, where it is known how wide that is; a row that does not fit at all
// stands by itself.
type tableWriter struct {
	io   streams
	head []string
	rows [][]string
}

func (w *tableWriter) begin(columns []string) error {
	for _, name := range columns {
		w.head = append(w.head, safetext.Line(name))
	}
	return nil
}

func (w *tableWriter) row(values []any) error {
	cells := make([]string, len(values))
	for i, v := range values {
		cells[i] = safetext.Line(cell(v))
	}
	w.rows = append(w.rows, cells)
	return nil
}

func (w *tableWriter) flush() error { return nil }

func (w *tableWriter) end() error {
	widths := make([]int, len(w.head))
	for _, cells := range append(w.rows, w.head) {
		for i, cell := range cells {
			widths[i] = max(widths[i], twwidth.Width(cell))
		}
	}
	if columns, known := terminal.Width(w.io.out); known {
		const frame, least = 3, 8 // between and around cells; what a cell needs to be read
		var ok bool
		if widths, ok = terminal.Shares(widths, columns-frame*len(widths)-1, least); !ok {
			return w.expand()
		}
	}
	table := tablewriter.NewTable(w.io.out, tablewriter.WithHeaderAutoFormat(tw.Off),
		tablewriter.WithHeaderAlignment(tw.AlignLeft),
		tablewriter.WithHeaderAutoWrap(tw.WrapNone), tablewriter.WithRowAutoWrap(tw.WrapNone))
	fitted := func(cells []string) []string {
		out := make([]string, len(cells))
		for i, cell := range cells {
			if out[i] = cell; twwidth.Width(cell) > widths[i] {
				out[i] = strings.Join(terminal.Lines(widths[i], cell), "\n")
			}
		}
		return out
	}
	table.Header(fitted(w.head))
	for _, cells := range w.rows {
		if err := table.Append(fitted(cells)); err != nil {
			return err
		}
	}
	return table.Render()
}

func (w *tableWriter) expand() error {
	out := &expandedWriter{w: bufio.NewWriter(w.io.out)}
	if err := out.begin(w.head); err != nil {
		return err
	}
	for _, cells := range w.rows {
		values := make([]any, len(cells))
		for i, cell := range cells {
			values[i] = cell
		}
		if err := out.row(values); err != nil {
			return err
		}
	}
	return out.end()
}

// expandedWriter writes each row by itself, a line for each value.
type expandedWriter struct {
	w     *bufio.Writer
	names []string
	rows  int
}

func (w *expandedWriter) begin(columns []string) error {
	widest := 0
	for _, name := range columns {
		w.names = append(w.names, safetext.Line(name))
		widest = max(widest, twwidth.Width(safetext.Line(name)))
	}
	for i, name := range w.names {
		w.names[i] += strings.Repeat(" ", widest-twwidth.Width(name))
	}
	return nil
}

func (w *expandedWriter) row(values []any) error {
	w.rows++
	fmt.Fprintf(w.w, "Row %d\n", w.rows)
	for i, v := range values {
		fmt.Fprintln(w.w, strings.TrimRight("  "+w.names[i]+"  "+safetext.Line(cell(v)), " "))
	}
	_, err := w.w.WriteString("\n") // an error of a bufio.Writer stays
	return err
}

func (w *expandedWriter) flush() error { return w.w.Flush() }
func (w *expandedWriter) end() error   { return w.w.Flush() }

type csvWriter struct{ w *csv.Writer }

func (w *csvWriter) begin(columns []string) error { return w.w.Write(columns) }

func (w *csvWriter) row(values []any) error {
	cells := make([]string, len(values))
	for i, v := range values {
		cells[i] = tables.Inert(cell(v))
	}
	return w.w.Write(cells)
}

func (w *csvWriter) flush() error {
	w.w.Flush()
	return w.w.Error()
}

func (w *csvWriter) end() error { return w.flush() }

type jsonWriter struct {
	w       *bufio.Writer
	columns []string
	rows    int
}

func (w *jsonWriter) begin(columns []string) error {
	w.columns = columns
	_, err := w.w.WriteString("[")
	return err
}

func (w *jsonWriter) row(values []any) error {
	if w.rows++; w.rows > 1 {
		w.w.WriteString(",")
	}
	w.w.WriteString("\n{")
	for i, v := range values {
		if i > 0 {
			w.w.WriteString(",")
		}
		name, err := json.Marshal(w.columns[i])
		if err != nil {
			return err
		}
		value, err := json.Marshal(v)
		if err != nil {
			return err
		}
		w.w.Write(name)
		w.w.WriteString(":")
		w.w.Write(value)
	}
	_, err := w.w.WriteString("}") // an error of a bufio.Writer stays
	return err
}

func (w *jsonWriter) flush() error { return w.w.Flush() }

func (w *jsonWriter) end() error {
	w.w.WriteString("\n]\n")
	return w.w.Flush()
}
