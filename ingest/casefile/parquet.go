package casefile

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/duckdb/duckdb-go/v2"
)

// Parquet reads a Parquet file with DuckDB's own reader, in a database of its own. In the case's, an error in the
// middle of a file would end the transaction, and an internal one would make the database unusable. That database is
// in memory, has little of it, and may not spill to disk. Not safe for concurrent use.
type Parquet struct {
	db    *sql.DB
	conn  *sql.Conn
	query string
	times bool // nested values hold timestamps
	sink  sink
	end   func() error
}

// DefaultParquetMemory is what reading may take. A page of each column has to fit, and DuckDB itself writes pages of
// 100 MB.
const DefaultParquetMemory = "700MiB"

// meanwhile is what the case's own database may take while a Parquet file is read, so that both stay within what the
// process may take.
const meanwhile = "256MiB"

// parquetColumns is how many columns a table may have. Microsoft's sign-in tables have fewer than 150.
const parquetColumns = 2000

// ErrParquetMemory says that rows need more memory than reading them may take; fewer at a time may do.
var ErrParquetMemory = errors.New("the rows take more memory than reading them may take")

// OpenParquet opens the Parquet file at path; until it is closed, the case itself has less memory. Only columns that
// are wanted are read. memory is as DuckDB reads it, "" meaning DefaultParquetMemory. The caller has checked the
// footer: DuckDB is not asked about a file that is none. Errors hold evidence (names, values): say their kind only.
func (c *Case) OpenParquet(ctx context.Context, path, memory string,
	wanted func(column string) bool) (*Parquet, error) {
	path, err := filepath.Abs(path) // "file:x" would be taken for a URL
	if err != nil {
		return nil, err
	}
	connector, err := duckdb.NewConnector("?autoinstall_known_extensions=false&autoload_known_extensions=false", nil)
	if err != nil {
		return nil, err
	}
	p := &Parquet{db: sql.OpenDB(connector), end: func() error {
		return c.setMemory(context.WithoutCancel(ctx),
			c.memory)
	}}
	if err := errors.Join(c.setMemory(ctx, meanwhile),
		p.start(ctx, path, cmp.Or(memory, DefaultParquetMemory), wanted)); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

func (c *Case) setMemory(ctx context.Context, limit string) error {
	return c.Exec(ctx, "SET GLOBAL memory_limit = '"+quoted(limit)+"'")
}

func (p *Parquet) start(ctx context.Context, path, memory string, wanted func(string) bool) error {
	var err error
	if p.conn, err = p.db.Conn(ctx); err != nil {
		return err
	}
	for _, s := range []string{
		"SET GLOBAL TimeZone = 'UTC'",
		"SET GLOBAL memory_limit = '" + quoted(memory) + "'",
		"SET GLOBAL temp_directory = ''",
		"SET GLOBAL threads = 1", // rows come in order
	} {
		if _, err := p.conn.ExecContext(ctx, s); err != nil {
			return err
		}
	}
	if err := p.sink.register(p.conn); err != nil {
		return err
	}
	// Old writers do not say that a column of bytes is text.
	relation := fmt.Sprintf(`read_parquet('%s', hive_partitioning = false, binary_as_string = true, file_row_number = true)`, quoted(globEscaped(path)))
	rows, err := p.conn.QueryContext(ctx, `SELECT column_name, column_type FROM (DESCRIBE FROM `+relation+`)`)
	if err != nil {
		return err
	}
	defer rows.Close()
	var members []string
	for rows.Next() {
		var name, kind string
		if err := rows.Scan(&name, &kind); err != nil {
			return err
		}
		if name == "file_row_number" || !wanted(name) {
			continue
		}
		if len(members) == parquetColumns {
			return fmt.Errorf("more than %d columns", parquetColumns)
		}
		value := `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
		switch {
		case strings.HasPrefix(kind, "TIMESTAMP") && !strings.HasSuffix(kind, "]"):
			value = `replace(` + value + `::TIMESTAMP::VARCHAR, ' ', 'T') || 'Z'`
		case kind == "JSON": // its text may be none, which to_json would end the reading with
			value += `::VARCHAR`
		default:
			p.times = p.times || strings.Contains(kind, "TIMESTAMP")
		}
		members = append(members, `'`+quoted(name)+`', `+value)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	p.query = fmt.Sprintf(`
SELECT count(sink(file_row_number, text)) FROM (
    SELECT file_row_number, json_object(%s)::VARCHAR AS text FROM %s WHERE file_row_number >= $first
        AND file_row_number < $end
)`, strings.Join(members, ", "), relation)
	return nil
}

// Close ends reading.
func (p *Parquet) Close() error {
	var err error
	if p.conn != nil {
		err = p.conn.Close()
	}
	return errors.Join(err, p.db.Close(), p.end())
}

// Records calls record for the rows from first up to but not including end, in order. Each comes with its 0-based
// number and as one JSON object: nested columns nested, times as ISO 8601 in UTC with Z. After an error the rows for
// which record was called are good. The error is ErrParquetMemory, that of record, or DuckDB's; after the last, open
// anew.
func (p *Parquet) Records(ctx context.Context, first, end int64, record func(row int64, text string) error) error {
	p.sink.err = nil
	p.sink.record = func(row int64, text string) error {
		if p.times {
			text = nestedTime.ReplaceAllString(text, `"${1}T${2}Z"`)
		}
		return record(row, text)
	}
	var n int64
	err := p.conn.QueryRowContext(ctx, p.query, sql.Named("first", first), sql.Named("end", end)).Scan(&n)
	switch {
	case p.sink.err != nil:
		return p.sink.err
	case ctx.Err() != nil:
		return ctx.Err()
	case outOfMemory(err):
		return ErrParquetMemory
	}
	return err
}

// nestedTime is a timestamp inside a nested value, as DuckDB writes it into JSON with its time zone set to UTC.
var nestedTime = regexp.MustCompile(`"(20\d\d-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d{1,9})?)(?:\+00)?"`)

// sink is a function of ours, sink(row, text), by which rows leave DuckDB one by one: the driver would otherwise
// keep a whole result in memory.
type sink struct {
	record func(row int64, text string) error
	err    error
}

func (s *sink) register(conn *sql.Conn) error {
	return duckdb.RegisterScalarUDF(conn, "sink", (*sinkFunction)(s))
}

type sinkFunction sink

func (s *sinkFunction) Config() duckdb.ScalarFuncConfig {
	types := make([]duckdb.TypeInfo, 3)
	for i, t := range []duckdb.Type{duckdb.TYPE_BIGINT, duckdb.TYPE_VARCHAR, duckdb.TYPE_BOOLEAN} {
		var err error
		if types[i], err = duckdb.NewTypeInfo(t); err != nil {
			panic(err) // the three types are constants
		}
	}
	return duckdb.ScalarFuncConfig{InputTypeInfos: types[:2], ResultTypeInfo: types[2], Volatile: true}
}

func (s *sinkFunction) Executor() duckdb.ScalarFuncExecutor {
	return duckdb.ScalarFuncExecutor{RowExecutor: func(values []driver.Value) (any, error) {
		if s.err == nil {
			s.err = s.record(values[0].(int64), values[1].(string))
		}
		return true, s.err
	}}
}
