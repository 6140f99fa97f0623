package casefile

import (
	"context"
	"database/sql/driver"
	"errors"
	"path/filepath"
	"testing"
	"time"
)

var errEnough = errors.New("enough")

// FuzzSelect: whatever text is called a SELECT, the case and its settings stay as they are.
func FuzzSelect(f *testing.F) {
	for _, seed := range []string{
		"SELECT 1", "SELECT 1;", "SELECT ';'", "SELECT 1; DELETE FROM case_info", "DELETE FROM case_info; SELECT 1",
		"/* ; */ SELECT 1 -- ;", "SELECT $$;$$", "SELECT $a$;$a$; DELETE FROM case_info", "(SELECT 1)",
		"FROM case_info",
		"WITH a AS (SELECT 1) DELETE FROM case_info", "VALUES (1)", "SELECT e'\\'; DELETE FROM case_info; --'",
		`SELECT "a""; DELETE FROM case_info; --"`, "SELECT 1 /* /* */ ; DELETE FROM case_info; */",
		"SELECT * FROM enable_logging()", "PRAGMA version",
	} {
		f.Add(seed)
	}
	c, err := Open(context.Background(), filepath.Join(f.TempDir(), "case.duckdb"),
		Options{Threads: 1, MemoryLimit: "200MiB"})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { c.Close() })
	if err := c.Seal(context.Background()); err != nil {
		f.Fatal(err)
	}
	state := func(t testing.TB) (s string) {
		err := c.QueryRow(context.Background(), `SELECT (SELECT list(schema_version) FROM case_info)::VARCHAR || (SELECT count(*) FROM duckdb_tables()) || (SELECT count(*) FROM duckdb_databases())
			|| (SELECT count(*) FROM duckdb_functions() WHERE NOT internal) || (SELECT list(name || '=' || coalesce(value, '') ORDER BY name) FROM duckdb_settings())::VARCHAR`).Scan(&s)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	before := state(f)
	f.Fuzz(func(t *testing.T, query string) {
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		n := 0
		// Its answer does not matter.
		_ = c.ReadOnly(ctx, func() error {
			return c.Select(ctx, query, nil, func([]string, []driver.Value) error {
				if n++; n > 1000 {
					return errEnough
				}
				return nil
			})
		})
		if after := state(t); after != before {
			t.Fatalf("%q changed\n%s\nto\n%s", query, before, after)
		}
	})
}
