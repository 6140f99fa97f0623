package casefile

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/duckdb/duckdb-go/v2"

	"tapaudit/ingest/record"
)

// reader is Parquet files of one schema as a relation; file_row_number counts from 0, and so does file_index, by their
// order.
func reader(paths []string) (string, error) {
	var list []string
	for _, path := range paths {
		whole, err := filepath.Abs(path) // "file:x" would be taken for a URL
		if err != nil {
			return "", err
		}
		list = append(list, "'"+quoted(globEscaped(whole))+"'")
	}
	return "read_parquet([" + strings.Join(list, ", ") + "], hive_partitioning = false, file_row_number = true)", nil
}

// Checker reads whole Parquet files in a database of its own, so that one that cannot be read costs the case nothing:
// an internal error would make its database unusable. The zero value is ready; not safe for concurrent use.
type Checker struct{ db *sql.DB }

// checkerMemory is what checking may take, beside the case's own database.
const checkerMemory = "400MiB"

// Check reads whole files of one schema and gives the types of their columns, as DuckDB reads them, by name, and how
// many rows each has. The caller has checked the footers. Errors hold evidence (names, values): say their kind only.
func (k *Checker) Check(ctx context.Context, paths []string) (types map[string]string, counts []int64, err error) {
	defer func() {
		if err != nil {
			k.Close()
		}
	}()
	files, err := reader(paths)
	if err != nil {
		return nil, nil, err
	}
	if k.db == nil {
		connector, err := duckdb.NewConnector("?autoinstall_known_extensions=false&autoload_known_extensions=false",
			nil)
		if err != nil {
			return nil, nil, err
		}
		k.db = sql.OpenDB(connector)
		k.db.SetMaxOpenConns(1)
		for _, s := range []string{"SET GLOBAL TimeZone = 'UTC'", "SET GLOBAL memory_limit = '" + checkerMemory + "'",
			"SET GLOBAL temp_directory = ''"} {
			if _, err := k.db.ExecContext(ctx, s); err != nil {
				return nil, nil, err
			}
		}
	}
	rows, err := k.db.QueryContext(ctx, "SELECT column_name, column_type FROM (DESCRIBE FROM "+files+")")
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	types = map[string]string{}
	for rows.Next() {
		var name, kind string
		if err := rows.Scan(&name, &kind); err != nil {
			return nil, nil, err
		}
		if strings.EqualFold(name, "file_index") ||
			strings.EqualFold(name, "whole_row") { // it would hide what is meant below
			return nil, nil, ErrNotClean
		}
		types[name] = kind
	}
	if err := rows.Err(); err != nil {
		return nil, nil, err
	}
	counted, err := k.db.QueryContext(ctx,
		"SELECT file_index, count(hash(whole_row)) FROM "+files+" AS whole_row GROUP BY file_index")
	if err != nil {
		return nil, nil, err
	}
	defer counted.Close()
	counts = make([]int64, len(paths)) // a file without rows has no group
	for counted.Next() {
		var file int
		var n int64
		if err := counted.Scan(&file, &n); err != nil {
			return nil, nil, err
		}
		counts[file] = n
	}
	return types, counts, counted.Err()
}

// Close ends checking; Check begins anew.
func (k *Checker) Close() {
	if k.db != nil {
		k.db.Close()
		k.db = nil
	}
}

// LoadParquet loads Parquet files of one schema with DuckDB's own reader: columns are the expressions, over the files'
// columns, of the kind's columns by name. The first is the source named, and the others those that follow it. It
// returns the number of rows.
func (c *Case) LoadParquet(ctx context.Context, kind *record.Kind, columns map[string]string, source int,
	paths []string) (int64, error) {
	files, err := reader(paths)
	if err != nil {
		return 0, err
	}
	values := []string{"$source + file_index AS source_id", "file_row_number + 1 AS line",
		"file_row_number + 1 AS ordinal"}
	for _, column := range kind.Columns {
		values = append(values, columns[column.Name]+" AS "+column.Name)
	}
	result, err := c.conn.ExecContext(ctx,
		fmt.Sprintf("INSERT INTO %s BY NAME SELECT %s FROM %s ORDER BY file_index, file_row_number",
			kind.Table, strings.Join(values, ", "), files), sql.Named("source", source))
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// ParquetTexts calls each for every row that meets the condition and whose column is not NULL. It gives the file (by
// its order, from 0), the row (counted from 1) and the column's value.
func (c *Case) ParquetTexts(ctx context.Context, paths []string, column, condition string,
	each func(file int, row int64, text string) error) error {
	files, err := reader(paths)
	if err != nil {
		return err
	}
	rows, err := c.Query(ctx,
		fmt.Sprintf("SELECT file_index, file_row_number + 1, %s FROM %s WHERE %[1]s IS NOT NULL AND (%[3]s) ORDER BY 1, 2", column, files, condition))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var file int
		var row int64
		var text string
		if err := rows.Scan(&file, &row, &text); err != nil {
			return err
		}
		if err := each(file, row, text); err != nil {
			return err
		}
	}
	return rows.Err()
}

// WriteParquet writes the result of a query of our own into a new Parquet file, in the query's order. In the query,
// {old} stands for the relation of the Parquet file old, where that is not "". It returns how many rows that is.
func (c *Case) WriteParquet(ctx context.Context, query, old, path string) (int64, error) {
	if strings.Contains(query, "{old}") {
		if old == "" {
			return 0, errors.New("the query reads an earlier file, and there is none")
		}
		whole, err := filepath.Abs(old)
		if err != nil {
			return 0, err
		}
		query = strings.ReplaceAll(query, "{old}",
			fmt.Sprintf("read_parquet('%s', hive_partitioning = false)", quoted(globEscaped(whole))))
	}
	whole, err := filepath.Abs(path)
	if err != nil {
		return 0, err
	}
	result, err := c.conn.ExecContext(ctx,
		fmt.Sprintf("COPY (%s) TO '%s' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 61440)", query,
			quoted(whole)))
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}
