package casefile

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/duckdb/duckdb-go/v2"
)

var errEOF = io.EOF

// Row is one record on its way into the case: its place, its time, and its text in the shape that its table's
// mapping reads. Text must be valid UTF-8: DuckDB makes anything else NULL without an error.
type Row struct {
	Line, Ordinal int64
	Time          time.Time // zero where it has none
	Text          string
}

// feed is a table function of ours, feed(), which yields the rows of the batch at hand.
type feed struct{ rows []Row }

type feedScan struct {
	rows []Row
	next int
}

var feedColumns = []struct {
	name string
	t    duckdb.Type
}{
	{"line", duckdb.TYPE_BIGINT}, {"ordinal", duckdb.TYPE_BIGINT}, {"time", duckdb.TYPE_TIMESTAMP}, {"text", duckdb.TYPE_VARCHAR},
}

func (f *feed) register(conn *sql.Conn) error {
	return duckdb.RegisterTableUDF(conn, "feed", duckdb.ChunkTableFunction{
		BindArguments: func(map[string]any, ...any) (duckdb.ChunkTableSource, error) {
			return &feedScan{rows: f.rows}, nil
		},
	})
}

func (s *feedScan) ColumnInfos() []duckdb.ColumnInfo {
	infos := make([]duckdb.ColumnInfo, len(feedColumns))
	for i, c := range feedColumns {
		t, err := duckdb.NewTypeInfo(c.t)
		if err != nil {
			panic(err) // the four types are constants
		}
		infos[i] = duckdb.ColumnInfo{Name: c.name, T: t}
	}
	return infos
}

func (s *feedScan) Cardinality() *duckdb.CardinalityInfo {
	return &duckdb.CardinalityInfo{Cardinality: uint(len(s.rows)), Exact: true}
}

func (s *feedScan) Init() {}

func (s *feedScan) FillChunk(chunk duckdb.DataChunk) error {
	n := min(duckdb.GetDataChunkCapacity(), len(s.rows)-s.next)
	for i := range n {
		r := &s.rows[s.next+i]
		var at any
		if !r.Time.IsZero() {
			at = Timestamp(r.Time)
		}
		for column, value := range []any{r.Line, r.Ordinal, at, r.Text} {
			if err := chunk.SetValue(column, i, value); err != nil {
				return err
			}
		}
	}
	s.next += n
	return chunk.SetSize(n)
}

// Column is a key that a mapping reads, with the DuckDB type in which it is read. A nested value that is kept
// whole is JSON; a STRUCT names the members that are used.
type Column struct{ Name, Type string }

// Columns is what a mapping reads of a record.
type Columns []Column

// spec is the columns as read_json and from_json take them.
func (cs Columns) spec() string {
	var b strings.Builder
	for i, c := range cs {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, `"%s": '%s'`, c.Name, quoted(c.Type))
	}
	return "{" + b.String() + "}"
}

// Insert loads rows by the mapping: a SELECT over the relation record, which has the columns line, ordinal, recorded_at (the
// time as Go read it) and those of columns, and a bound $source.
func (c *Case) Insert(ctx context.Context, table, mapping string, columns Columns, source int, rows []Row) error {
	c.feed.rows = rows
	defer func() { c.feed.rows = nil }()
	query := fmt.Sprintf(`INSERT INTO %s
WITH record AS (
    SELECT line, ordinal, recorded_at, r.* FROM (
        SELECT line, ordinal, time AS recorded_at, from_json(text, '%s') AS r FROM feed()
    )
)
%s`, table, quoted(columns.jsonSpec()), mapping)
	result, err := c.conn.ExecContext(ctx, query, sql.Named("source", source))
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n != int64(len(rows)) {
		return fmt.Errorf("%d of %d records reached the table %s (%v); this is a defect of tapaudit, please report it", n, len(rows), table, err)
	}
	return nil
}

// jsonSpec is the columns as from_json takes them.
func (cs Columns) jsonSpec() string {
	var b strings.Builder
	for i, c := range cs {
		if i > 0 {
			b.WriteString(",")
		}
		fmt.Fprintf(&b, `"%s":%s`, c.Name, jsonType(c.Type))
	}
	return "{" + b.String() + "}"
}

// jsonType turns STRUCT(a VARCHAR, b BIGINT) into from_json's {"a":"VARCHAR","b":"BIGINT"}.
func jsonType(t string) string {
	if element, ok := strings.CutSuffix(t, "[]"); ok {
		return "[" + jsonType(element) + "]"
	}
	inner, ok := strings.CutPrefix(t, "STRUCT(")
	if !ok {
		return `"` + t + `"`
	}
	var parts []string
	for _, member := range strings.Split(strings.TrimSuffix(inner, ")"), ", ") {
		name, kind, _ := strings.Cut(member, " ")
		parts = append(parts, fmt.Sprintf(`"%s":"%s"`, name, kind))
	}
	return "{" + strings.Join(parts, ",") + "}"
}

// ErrNotClean says that a file is not what the fast path reads: it must take the careful one.
var ErrNotClean = errors.New("not clean")

// InsertFile loads a file of newline-delimited JSON with DuckDB's own reader by the same kind of mapping as Insert,
// or returns an error, whatever is wrong with the file. relation names the relation record out of the reader's
// columns, for files in which the record lies inside an envelope. It returns the number of rows.
func (c *Case) InsertFile(ctx context.Context, table, relation, mapping string, columns Columns, source int, path string, maximum int) (int64, error) {
	query := fmt.Sprintf(`INSERT INTO %s
WITH line AS (
    SELECT row_number() OVER () AS line, *
    FROM read_json(
        '%s', format = 'newline_delimited', records = true, hive_partitioning = false,
        compression = 'uncompressed', maximum_object_size = %d, columns = %s
    )
),
record AS (%s)
%s`, table, quoted(globEscaped(path)), maximum, columns.spec(), relation, mapping)
	result, err := c.conn.ExecContext(ctx, query, sql.Named("source", source))
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// globEscaped makes a path name just itself: DuckDB takes paths for patterns.
func globEscaped(path string) string {
	return strings.NewReplacer("[", "[[]", "*", "[*]", "?", "[?]").Replace(path)
}

// InsertRaw keeps records' own texts. Whoever calls it has masked every passcode.
func (c *Case) InsertRaw(ctx context.Context, source int, rows []Row) error {
	if len(rows) == 0 {
		return nil
	}
	c.feed.rows = rows
	defer func() { c.feed.rows = nil }()
	_, err := c.conn.ExecContext(ctx, `INSERT INTO raw_record SELECT $source, line, ordinal, text FROM feed()`, sql.Named("source", source))
	return err
}
