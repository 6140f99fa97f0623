package casefile

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tapaudit/ingest/record"
)

func open(t *testing.T, path string, opts Options) *Case {
	t.Helper()
	c, err := Open(context.Background(), path, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func TestSelectTakesOneSelectOnly(t *testing.T) {
	ctx := context.Background()
	c := open(t, filepath.Join(t.TempDir(), "case.duckdb"), Options{})
	if err := c.Seal(ctx); err != nil {
		t.Fatal(err)
	}
	none := func([]string, []driver.Value) error { return nil }
	for _, query := range []string{
		"SELECT 1", "  -- a comment\n SELECT 1;", "/* so */ WITH a AS (SELECT 1) SELECT * FROM a;\n-- end",
		"FROM source", "(SELECT 1)", "VALUES (1)",
		"SELECT ';' AS \";\", $$;$$", "SELECT path FROM source WHERE path = $path",
	} {
		if err := c.Select(ctx, query, map[string]any{"path": "x", "unused": 1}, none); err != nil {
			t.Errorf("%s: %v", query, err)
		}
	}
	for query, want := range map[string]string{
		"DELETE FROM source; SELECT 1":            "only one SELECT",
		"SELECT 1; DELETE FROM source":            "only one SELECT",
		"DELETE FROM source":                      "only one SELECT",
		"WITH a AS (SELECT 1) DELETE FROM source": "only one SELECT",
		"PRAGMA version":                          "only one SELECT",
		"PRAGMA enable_profiling":                 "only one SELECT",
		"ATTACH ':memory:' AS other":              "only one SELECT",
		"COPY source TO 'out.csv'":                "only one SELECT",
		"SET memory_limit = '1TB'":                "only one SELECT",
		"INSTALL httpfs":                          "only one SELECT",
		"LOAD httpfs":                             "only one SELECT",
		"EXPLAIN ANALYZE DELETE FROM source":      "only one SELECT",
		"SELECT $other":                           "not defined",
		"SELECT '":                                "not closed",
		"SELECT /*":                               "not closed",
	} {
		err := c.Select(ctx, query, nil, none)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want an error with %q", query, err, want)
		}
	}
	var left int
	if err := c.QueryRow(ctx, "SELECT count(*) FROM case_info").Scan(&left); err != nil || left != 1 {
		t.Errorf("after all that the case has %d rows of case_info, %v", left, err)
	}
}

func TestSealedSettingsStay(t *testing.T) {
	ctx := context.Background()
	c := open(t, filepath.Join(t.TempDir(), "case.duckdb"), Options{})
	if err := c.Seal(ctx); err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{"SET GLOBAL enable_external_access = true", "SET GLOBAL lock_configuration = false",
		"SET threads = 1", "INSTALL httpfs", "LOAD icu_of_somebody"} {
		if err := c.Exec(ctx, s); err == nil {
			t.Errorf("%s was accepted", s)
		}
	}
}

func TestReadOnlyTransactionWritesNothing(t *testing.T) {
	ctx := context.Background()
	c := open(t, filepath.Join(t.TempDir(), "case.duckdb"), Options{})
	err := c.ReadOnly(ctx, func() error { return c.Exec(ctx, "DELETE FROM case_info") })
	if err == nil {
		t.Error("a read-only transaction deleted")
	}
}

func TestSchemaVersions(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "case.duckdb")
	c := open(t, path, Options{})
	// An older case is brought up to date, one step and one transaction at a time.
	steps := make([]string, SchemaVersion)
	for i := range steps {
		steps[i] = fmt.Sprintf("CREATE TABLE step_%d (a INTEGER)", i+1)
	}
	if err := c.Exec(ctx, "UPDATE case_info SET schema_version = 1"); err != nil {
		t.Fatal(err)
	}
	if err := c.migrate(ctx, 1, SchemaVersion+1, steps); err != nil {
		t.Fatal(err)
	}
	var version int
	if err := c.QueryRow(ctx, "SELECT schema_version FROM case_info").Scan(&version); err != nil ||
		version != SchemaVersion+1 {
		t.Fatalf("schema version %d, %v", version, err)
	}
	if err := c.Exec(ctx, fmt.Sprintf("SELECT * FROM step_1, step_%d", SchemaVersion)); err != nil {
		t.Error(err)
	}
	c.Close()
	// A newer one is refused.
	if _, err := Open(ctx, path, Options{}); err == nil ||
		!strings.Contains(err.Error(), fmt.Sprintf("newer tapaudit (schema %d, this one knows %d)", SchemaVersion+1,
			SchemaVersion)) {
		t.Errorf("a newer case: %v", err)
	}
}

// TestMigrations: a case of an older schema becomes what a new one is, and what its records say is told of them.
func TestMigrations(t *testing.T) {
	ctx := context.Background()
	path := ofVersion(t, 1)
	db, err := sql.Open("duckdb", path)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{
		"INSERT INTO source SELECT n, 'file ' || n, '', 10, 'hash', NULL, 'format', NULL, NULL, false, false, 5, 1, NULL, 0, '' FROM range(1, 3) AS s(n)",
		"INSERT INTO quarantine SELECT 2, line, 0, 'no id', '', '' FROM range(1, 4) AS q(line)", `
INSERT INTO signin_record BY NAME
SELECT 1 AS source_id, row_number() OVER () AS line, line AS ordinal, id, TIMESTAMP '2026-07-01' AS time, true AS interactive, false AS trusted_location,
    'signin' AS log, true AS can_show_tap, steps, failure_reason, error_code, method_bits
FROM (VALUES ('none', '[{"authenticationMethod":"Password"}]', 'Other.', 0, NULL),
    ('step', '[{"authenticationMethod":"Temporary Access  Pass"}]', NULL, 0, NULL),
    ('reason', NULL, 'Your Temporary AccessPass has expired', NULL, NULL),
    ('error', NULL, NULL, 130504, NULL), ('bits', NULL, NULL, 0, 16)) AS made(id, steps, failure_reason, error_code, method_bits)`,
	} {
		if _, err := db.ExecContext(ctx, s); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(ctx, path, Options{ReadOnly: true}); err == nil ||
		!strings.Contains(err.Error(), fmt.Sprintf("older tapaudit (schema 1, this one writes %d)", SchemaVersion)) {
		t.Errorf("an older case, to be looked at: %v", err)
	}
	list := func(c *Case, query string) string {
		var all string
		if err := c.QueryRow(ctx, query).Scan(&all); err != nil {
			t.Error(err)
		}
		return all
	}
	old, fresh := open(t, path, Options{}), open(t, filepath.Join(t.TempDir(), "case.duckdb"), Options{})
	if got := list(old, `SELECT string_agg(id, ' ' ORDER BY line) FROM signin_record WHERE may_concern_pass`); got != "step reason error bits" {
		t.Errorf("may concern a pass: %s", got)
	}
	if got := list(old, "SELECT string_agg(source_id || ': ' || records_quarantined, ', ' ORDER BY source_id) FROM source"); got != "1: 0, 2: 3" {
		t.Errorf("in quarantine, by source: %s", got)
	}
	for _, query := range []string{
		`SELECT string_agg(sql, chr(10) ORDER BY table_name) FROM duckdb_tables()`,
		`SELECT string_agg(function_name || ' ' || macro_definition, chr(10) ORDER BY function_name) FROM duckdb_functions() WHERE NOT internal AND function_type = 'macro'`,
	} {
		if got, want := list(old, query), list(fresh, query); got != want {
			t.Errorf("a case that was brought up to date has\n%s\nand a new one\n%s", got, want)
		}
	}
}

func TestNotACase(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	text := filepath.Join(dir, "text")
	if err := os.WriteFile(text, []byte("not a database, and longer than a few bytes"), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		text:                          "cannot be opened",
		filepath.Join(dir, "a?b"):     "question mark",
		filepath.Join(dir, "no", "x"): "cannot be opened",
	} {
		if c, err := Open(ctx, path, Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v %v, want %q", path, c, err, want)
		}
	}
	// DuckDB itself takes these for databases, in memory: what is loaded into them is lost.
	for name, content := range map[string]string{"table.csv": "a,b\n1,2\n", "table.json": "{\"a\":1}\n",
		"table.parquet": "PAR1PAR1PAR1", "empty.csv": ""} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := Open(ctx, path, Options{})
		if err == nil {
			c.Close()
		}
		if text, _ := os.ReadFile(path); err == nil && (content != "" || len(text) == 0) {
			t.Errorf("%s was opened as a case, and is %q now", name, text)
		}
	}
	if _, err := Open(ctx, filepath.Join(dir, "absent"), Options{ReadOnly: true}); err == nil ||
		!strings.Contains(err.Error(), "does not exist") {
		t.Errorf("reading an absent case: %v", err)
	}
}

// TestTemporaryCase: a case in the caller's private folder is made where it lies.
func TestTemporaryCase(t *testing.T) {
	dir := t.TempDir()
	open(t, filepath.Join(dir, "case.duckdb"), Options{TempDir: dir})
}

func TestInsertKeepsPlaceAndTime(t *testing.T) {
	ctx := context.Background()
	c := open(t, filepath.Join(t.TempDir(), "case.duckdb"), Options{})
	at := time.Date(2026, 7, 1, 12, 0, 0, 123456789, time.FixedZone("", 7200))
	values := func(tenant, time, policy string) []string {
		row := make([]string, len(record.Policy.Columns))
		for column, value := range map[string]string{"tenant_id": tenant, "time": time, "policy": policy} {
			row[record.Policy.At(column)] = value
		}
		return row
	}
	err := c.Load(ctx, record.Policy, []Row{
		{Source: 5, Line: 7, Ordinal: 3, Values: values("t", record.Instant(at), `{"state":"enabled"}`)},
		{Source: 5, Line: 9, Ordinal: 4, Values: values("", "", "{}")},
	})
	if err != nil {
		t.Fatal(err)
	}
	var source, line, ordinal int
	var stored time.Time
	var policy string
	if err := c.QueryRow(ctx,
		"SELECT source_id, line, ordinal, time, policy::VARCHAR FROM policy_snapshot WHERE tenant_id = 't'").Scan(&source, &line, &ordinal, &stored, &policy); err != nil {
		t.Fatal(err)
	}
	if source != 5 || line != 7 || ordinal != 3 || !stored.Equal(at.Truncate(time.Microsecond)) ||
		policy != `{"state":"enabled"}` {
		t.Errorf("got %d %d %d %v %s", source, line, ordinal, stored, policy)
	}
	var undated int
	if err := c.QueryRow(ctx,
		"SELECT count(*) FROM policy_snapshot WHERE time IS NULL AND tenant_id IS NULL").Scan(&undated); err != nil ||
		undated != 1 {
		t.Errorf("%d undated rows, %v", undated, err)
	}
}
