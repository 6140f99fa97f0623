package casefile

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/duckdb/duckdb-go/v2"
)

// reader is a Parquet file as a relation; file_row_number counts from 0.
func reader(path string) string {
	return fmt.Sprintf("read_parquet('%s', hive_partitioning = false, file_row_number = true)", quoted(globEscaped(path)))
}

// Checker reads whole Parquet files in a database of its own, so that one that cannot be read costs the case nothing: an
// internal error would make its database unusable. The zero value is ready; not safe for concurrent use.
type Checker struct{ db *sql.DB }

// checkerMemory is what checking may take, beside the case's own database.
const checkerMemory = "400MiB"

// Check reads the whole file and gives the types of its columns, as DuckDB reads them, by name. The caller has checked
// the footer. Errors hold evidence (names, values): say their kind only.
func (k *Checker) Check(ctx context.Context, path string) (types map[string]string, err error) {
	defer func() {
		if err != nil {
			k.Close()
		}
	}()
	if path, err = filepath.Abs(path); err != nil { // "file:x" would be taken for a URL
		return nil, err
	}
	if k.db == nil {
		connector, err := duckdb.NewConnector("?autoinstall_known_extensions=false&autoload_known_extensions=false", nil)
		if err != nil {
			return nil, err
		}
		k.db = sql.OpenDB(connector)
		k.db.SetMaxOpenConns(1)
		for _, s := range []string{"SET GLOBAL TimeZone = 'UTC'", "SET GLOBAL memory_limit = '" + checkerMemory + "'", "SET GLOBAL temp_directory = ''"} {
			if _, err := k.db.ExecContext(ctx, s); err != nil {
				return nil, err
			}
		}
	}
	rows, err := k.db.QueryContext(ctx, "SELECT column_name, column_type FROM (DESCRIBE FROM "+reader(path)+")")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	types = map[string]string{}
	for rows.Next() {
		var name, kind string
		if err := rows.Scan(&name, &kind); err != nil {
			return nil, err
		}
		types[name] = kind
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	var n int64
	return types, k.db.QueryRowContext(ctx, "SELECT count(hash(r)) FROM "+reader(path)+" AS r").Scan(&n)
}

// Close ends checking; Check begins anew.
func (k *Checker) Close() {
	if k.db != nil {
		k.db.Close()
		k.db = nil
	}
}

// InsertParquet loads a Parquet file with DuckDB's own reader: columns are the expressions, over the file's columns,
// of the table's columns after source_id, line and ordinal. It returns the number of rows.
func (c *Case) InsertParquet(ctx context.Context, table, columns string, source int, path string) (int64, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return 0, err
	}
	result, err := c.conn.ExecContext(ctx, fmt.Sprintf("INSERT INTO %s SELECT $source, file_row_number + 1, file_row_number + 1, %s FROM %s ORDER BY file_row_number",
		table, columns, reader(path)), sql.Named("source", source))
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// ParquetTexts calls each with the row (counted from 1) and the column's value of every row that is not NULL and meets
// the condition.
func (c *Case) ParquetTexts(ctx context.Context, path, column, condition string, each func(row int64, text string) error) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	rows, err := c.Query(ctx, fmt.Sprintf("SELECT file_row_number + 1, %s FROM %s WHERE %[1]s IS NOT NULL AND (%[3]s) ORDER BY 1", column, reader(path), condition))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var row int64
		var text string
		if err := rows.Scan(&row, &text); err != nil {
			return err
		}
		if err := each(row, text); err != nil {
			return err
		}
	}
	return rows.Err()
}

// WriteParquet writes the result of a query of our own into a new Parquet file, in the query's order. In the query,
// {old} stands for the relation of the Parquet file old, where that is not "". The file is private.
func (c *Case) WriteParquet(ctx context.Context, query, old, path string) error {
	if strings.Contains(query, "{old}") {
		if old == "" {
			return errors.New("the query reads an earlier file, and there is none")
		}
		whole, err := filepath.Abs(old)
		if err != nil {
			return err
		}
		query = strings.ReplaceAll(query, "{old}", fmt.Sprintf("read_parquet('%s', hive_partitioning = false)", quoted(globEscaped(whole))))
	}
	whole, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	return c.Exec(ctx, fmt.Sprintf("COPY (%s) TO '%s' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 61440)", query, quoted(whole)))
}
