package casefile

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/duckdb/duckdb-go/v2"
)

var errEOF = io.EOF

// Row is one record on its way into the case: its place, its time, and its values in the columns that its table's
// mapping reads, "" where it has none. Values must be valid UTF-8: DuckDB makes anything else NULL without an error.
type Row struct {
	Line, Ordinal int64
	Time          time.Time // zero where it has none
	Values        []string
}

// Column is what a mapping reads: its name and its type, which is VARCHAR, BIGINT, BOOLEAN, or JSON for a nested value
// that is kept whole, as its text. A name with dots is a member of nested objects.
type Column struct{ Name, Type string }

// Columns are what a mapping reads of a record.
type Columns []Column

// feed is a table function of ours, feed(), which yields the rows of the batch at hand: line, ordinal, recorded_at and
// the batch's columns.
type feed struct {
	columns Columns
	rows    []Row
}

const feedPlaces = 3 // columns before those of the batch

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
	infos := []duckdb.ColumnInfo{
		info("line", duckdb.TYPE_BIGINT), info("ordinal", duckdb.TYPE_BIGINT), info("recorded_at", duckdb.TYPE_TIMESTAMP),
	}
	for _, c := range s.columns {
		switch c.Type {
		case "BIGINT":
			infos = append(infos, info(c.Name, duckdb.TYPE_BIGINT))
		case "BOOLEAN":
			infos = append(infos, info(c.Name, duckdb.TYPE_BOOLEAN))
		default:
			infos = append(infos, info(c.Name, duckdb.TYPE_VARCHAR))
		}
	}
	return infos
}

func (s *feedScan) Cardinality() *duckdb.CardinalityInfo {
	return &duckdb.CardinalityInfo{Cardinality: uint(len(s.rows)), Exact: true}
}

func (s *feedScan) Init() {}

func (s *feedScan) FillChunk(chunk duckdb.DataChunk) error {
	rows := s.rows[s.next:min(s.next+duckdb.GetDataChunkCapacity(), len(s.rows))]
	s.next += len(rows)
	for i := range rows {
		r := &rows[i]
		err := errors.Join(duckdb.SetChunkValue(chunk, 0, i, r.Line), duckdb.SetChunkValue(chunk, 1, i, r.Ordinal))
		if r.Time.IsZero() {
			err = errors.Join(err, duckdb.SetChunkValue[any](chunk, 2, i, nil))
		} else {
			err = errors.Join(err, duckdb.SetChunkValue(chunk, 2, i, Timestamp(r.Time)))
		}
		if err != nil {
			return err
		}
	}
	for c := range s.columns {
		for i := range rows {
			if err := setValue(chunk, feedPlaces+c, i, s.columns[c].Type, rows[i].Values[c]); err != nil {
				return fmt.Errorf("column %s: %w", s.columns[c].Name, err)
			}
		}
	}
	return chunk.SetSize(len(rows))
}

func setValue(chunk duckdb.DataChunk, column, row int, kind, value string) error {
	switch {
	case value == "":
		return duckdb.SetChunkValue[any](chunk, column, row, nil)
	case kind == "BIGINT":
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return err
		}
		return duckdb.SetChunkValue(chunk, column, row, n)
	case kind == "BOOLEAN":
		return duckdb.SetChunkValue(chunk, column, row, value == "true")
	}
	return duckdb.SetChunkValue(chunk, column, row, value)
}

// Insert loads rows by the mapping: a SELECT over the relation record, which has the columns line, ordinal, recorded_at
// and those of columns, and a bound $source.
func (c *Case) Insert(ctx context.Context, table, mapping string, columns Columns, source int, rows []Row) error {
	c.feed = feed{columns, rows}
	defer func() { c.feed = feed{} }()
	result, err := c.conn.ExecContext(ctx, "INSERT INTO "+table+" WITH record AS (FROM feed()) "+mapping, sql.Named("source", source))
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n != int64(len(rows)) {
		return fmt.Errorf("%d of %d records reached the table %s (%v); this is a defect of tapaudit, please report it", n, len(rows), table, err)
	}
	return nil
}

// ErrNotClean says that a file is not what the fast path reads: it must take the careful one.
var ErrNotClean = errors.New("not clean")

// readAtOnce is how much of a file, in bytes, all threads of DuckDB's JSON reader hold at once, in two objects of the largest
// size each. What a thread reads at once becomes a small table of its own, and many of these fill the memory before they are
// put together: then all threads but one wait.
const readAtOnce = 128 << 20

// InsertFile loads a file of newline-delimited JSON with DuckDB's own reader by the same mapping as Insert, or returns an
// error, whatever is wrong with the file. relation makes the relation record out of the relation line, which has the
// reader's columns. It returns the number of rows. Nothing else may have been inserted into the table in the transaction.
func (c *Case) InsertFile(ctx context.Context, table, relation, mapping string, columns Columns, source int, path string) (int64, error) {
	var reader strings.Builder
	for i, col := range columns {
		if i > 0 {
			reader.WriteString(", ")
		}
		fmt.Fprintf(&reader, `"%s": '%s'`, col.Name, quoted(col.Type))
	}
	query := fmt.Sprintf(`INSERT INTO %s
WITH line AS (
    SELECT 0 AS line, *
    FROM read_json(
        '%s', format = 'newline_delimited', records = true, hive_partitioning = false,
        compression = 'uncompressed', maximum_object_size = %d, columns = {%s}
    )
),
record AS (%s)
%s`, table, quoted(globEscaped(path)), min(readAtOnce/2/c.threads, 32<<20), reader.String(), relation, mapping)
	result, err := c.conn.ExecContext(ctx, query, sql.Named("source", source))
	if err != nil {
		return 0, err
	}
	loaded, err := result.RowsAffected()
	if err != nil {
		return 0, err
	}
	// Numbering the lines while they are read would take one thread. Rows keep the order of the file, so their own numbers
	// tell it.
	err = c.Exec(ctx, `
UPDATE `+table+` AS t SET line = t.rowid - first_row + 1, ordinal = t.rowid - first_row + 1
FROM (SELECT min(rowid) AS first_row FROM `+table+` WHERE source_id = $source)
WHERE t.source_id = $source`, sql.Named("source", source))
	return loaded, err
}

// globEscaped makes a path name just itself: DuckDB takes paths for patterns.
func globEscaped(path string) string {
	return strings.NewReplacer("[", "[[]", "*", "[*]", "?", "[?]").Replace(path)
}

// InsertRaw keeps records' own texts, the one value of each row. Whoever calls it has masked every passcode.
func (c *Case) InsertRaw(ctx context.Context, source int, rows []Row) error {
	if len(rows) == 0 {
		return nil
	}
	return c.Insert(ctx, "raw_record", "SELECT $source, line, ordinal, text FROM record", Columns{{"text", "VARCHAR"}}, source, rows)
}
