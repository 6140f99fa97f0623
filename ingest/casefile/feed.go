package casefile

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/duckdb/duckdb-go/v2"

	"tapaudit/ingest/record"
)

var errEOF = io.EOF

// Row is one row on its way into the case: its place, where it is a record's, and its values by the columns of its
// table, "" where it has none. Values must be valid UTF-8: DuckDB makes anything else NULL without an error. Times,
// days and lists are texts, lists in JSON.
type Row struct {
	Source        int
	Line, Ordinal int64
	Values        []string
}

// Column is a column that rows are fed into.
type Column struct {
	Name  string
	Type  record.Type
	Blank bool // of a text: where a row has none, it is the empty text and not NULL
}

// feed is a table function of ours, feed(), which yields the rows of the batch at hand. It gives their place, and the
// columns in which some row has a value.
type feed struct {
	columns []fedColumn
	rows    []Row
}

type fedColumn struct {
	Column
	at int // among a row's values
}

// place are the columns that say where a record stands.
var place = []string{"source_id", "line", "ordinal"}

type feedScan struct {
	feed
	next int
}

func (f *feed) register(conn *sql.Conn) error {
	return duckdb.RegisterTableUDF(conn, "feed", duckdb.ChunkTableFunction{
		BindArguments: func(map[string]any, ...any) (duckdb.ChunkTableSource, error) {
			return &feedScan{feed: *f}, nil
		},
	})
}

func (s *feedScan) ColumnInfos() []duckdb.ColumnInfo {
	info := func(name string, t duckdb.Type) duckdb.ColumnInfo {
		known, err := duckdb.NewTypeInfo(t)
		if err != nil {
			panic(err) // the types are constants
		}
		return duckdb.ColumnInfo{Name: name, T: known}
	}
	var infos []duckdb.ColumnInfo
	for _, name := range place {
		infos = append(infos, info(name, duckdb.TYPE_BIGINT))
	}
	for _, c := range s.columns {
		switch c.Type {
		case record.Number:
			infos = append(infos, info(c.fed(), duckdb.TYPE_BIGINT))
		case record.Bool:
			infos = append(infos, info(c.fed(), duckdb.TYPE_BOOLEAN))
		default:
			infos = append(infos, info(c.fed(), duckdb.TYPE_VARCHAR))
		}
	}
	return infos
}

// fed is the column's name in feed(), where no other has it.
func (c fedColumn) fed() string { return "value_" + strconv.Itoa(c.at) }

// value is the column's value, of its type.
func (c fedColumn) value() string {
	if c.Blank {
		return "coalesce(" + c.fed() + ", '')"
	}
	element, isList := strings.CutSuffix(string(c.Type), "[]")
	switch {
	case isList:
		return "from_json(" + c.fed() + `, '["` + element + `"]')`
	case c.Type == record.Text || c.Type == record.Number || c.Type == record.Bool:
		return c.fed()
	}
	return "CAST(" + c.fed() + " AS " + string(c.Type) + ")"
}

func (s *feedScan) Cardinality() *duckdb.CardinalityInfo {
	return &duckdb.CardinalityInfo{Cardinality: uint(len(s.rows)), Exact: true}
}

func (s *feedScan) Init() {}

func (s *feedScan) FillChunk(chunk duckdb.DataChunk) error {
	rows := s.rows[s.next:min(s.next+duckdb.GetDataChunkCapacity(), len(s.rows))]
	s.next += len(rows)
	for i := range rows {
		for c, n := range [...]int64{int64(rows[i].Source), rows[i].Line, rows[i].Ordinal} {
			if err := duckdb.SetChunkValue(chunk, c, i, n); err != nil {
				return err
			}
		}
	}
	for c := range s.columns {
		column := &s.columns[c]
		for i := range rows {
			if err := setValue(chunk, len(place)+c, i, column.Type, rows[i].Values[column.at]); err != nil {
				return fmt.Errorf("column %s: %w", column.Name, err)
			}
		}
	}
	return chunk.SetSize(len(rows))
}

func setValue(chunk duckdb.DataChunk, column, row int, kind record.Type, value string) error {
	switch {
	case value == "":
		return duckdb.SetChunkValue[any](chunk, column, row, nil)
	case kind == record.Number:
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return err
		}
		return duckdb.SetChunkValue(chunk, column, row, n)
	case kind == record.Bool:
		return duckdb.SetChunkValue(chunk, column, row, value == "true")
	}
	return duckdb.SetChunkValue(chunk, column, row, value)
}

// Insert puts rows into a table that has these columns, by their names.
func (c *Case) Insert(ctx context.Context, table string, columns []Column, rows []Row) error {
	return c.insert(ctx, table, nil, columns, rows)
}

// Load puts records of a kind into the case.
func (c *Case) Load(ctx context.Context, kind *record.Kind, rows []Row) error {
	columns := make([]Column, len(kind.Columns))
	for i, k := range kind.Columns {
		columns[i] = Column{Name: k.Name, Type: k.Stored()}
	}
	return c.insert(ctx, kind.Table, place, columns, rows)
}

// LoadTexts keeps records' own texts, the one value of each row. Whoever calls it has masked every passcode.
func (c *Case) LoadTexts(ctx context.Context, rows []Row) error {
	return c.insert(ctx, "raw_record", place, []Column{{Name: "text", Type: record.Text}}, rows)
}

// insert puts rows into a table: some of the columns of their place, and their values. Columns in which no row has a
// value are left out, since a NULL costs as much as a value.
func (c *Case) insert(ctx context.Context, table string, placed []string, columns []Column, rows []Row) error {
	if len(rows) == 0 {
		return nil
	}
	c.feed = feed{rows: rows}
	defer func() { c.feed = feed{} }()
	values := slices.Clone(placed)
	for i, column := range columns {
		if i > 0 && !column.Blank && !slices.ContainsFunc(rows, func(r Row) bool { return r.Values[i] != "" }) {
			continue
		}
		fed := fedColumn{column, i}
		c.feed.columns = append(c.feed.columns, fed)
		values = append(values, fed.value()+` AS "`+column.Name+`"`)
	}
	result, err := c.conn.ExecContext(ctx, "INSERT INTO "+table+" BY NAME SELECT "+strings.Join(values,
		", ")+" FROM feed()")
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n != int64(len(rows)) {
		return fmt.Errorf("%d of %d records reached the table %s (%v); this is a defect of tapaudit, please report it",
			n, len(rows), table, err)
	}
	return nil
}

// ErrNotClean says that files are not what DuckDB's reader may load as they are.
var ErrNotClean = errors.New("not clean")

// globEscaped makes a path name just itself: DuckDB takes paths for patterns. It finds nothing where the question mark
// with which Windows' verbatim paths begin is escaped, so they go without that beginning.
func globEscaped(path string) string {
	if share, ok := strings.CutPrefix(path, `\\?\UNC\`); ok {
		path = `\\` + share
	}
	path = strings.TrimPrefix(path, `\\?\`)
	return strings.NewReplacer("[", "[[]", "*", "[*]", "?", "[?]").Replace(path)
}
