package casefile

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// altered is a new case that somebody has changed with DuckDB.
func altered(t *testing.T, path string, statements ...string) {
	t.Helper()
	if _, err := os.Stat(path); err != nil {
		open(t, path, Options{}).Close()
	}
	db, err := sql.Open("duckdb", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

func content(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestStrangersCase: whatever a case holds that this program does not put there is refused by its name, whichever way
// the case is opened. No file is touched, not even the case's own.
func TestStrangersCase(t *testing.T) {
	victims := t.TempDir()
	secret, logs := filepath.Join(victims, "secret.txt"), filepath.Join(victims, "logs")
	if err := os.WriteFile(secret, []byte("THE SECRET"), 0o600); err != nil {
		t.Fatal(err)
	}
	clean := filepath.Join(t.TempDir(), "clean.duckdb")
	open(t, clean, Options{}).Close()
	empty := content(t, clean)
	reads := "(SELECT content FROM read_text('" + secret + "'))"
	for name, test := range map[string]struct {
		statements []string
		want       string
	}{
		"macro table duckdb_databases": {[]string{"CREATE MACRO duckdb_databases() AS TABLE SELECT content AS path, false AS internal FROM read_text('" + secret + "')"}, `macro table "duckdb_databases"`},
		"macro table duckdb_tables": {[]string{"CREATE MACRO duckdb_tables() AS TABLE SELECT 1 AS a"},
			`macro table "duckdb_tables"`},
		"macro table duckdb_functions": {[]string{"CREATE MACRO duckdb_functions() AS TABLE SELECT 1 AS a"},
			`macro table "duckdb_functions"`},
		"macro table feed": {[]string{"CREATE MACRO feed() AS TABLE SELECT 1 AS a"},
			`macro table "feed"`},
		"macro lower":                {[]string{"CREATE MACRO lower(x) AS " + reads}, `macro "lower"`},
		"macro count":                {[]string{"CREATE MACRO count(x) AS " + reads}, `macro "count"`},
		"macro coalesce by operator": {[]string{`CREATE MACRO "+"(a, b) AS ` + reads}, `macro "+"`},
		"macro list_value":           {[]string{"CREATE MACRO list_value(x) AS " + reads}, `macro "list_value"`},
		"macro json_serialize_sql":   {[]string{`CREATE MACRO json_serialize_sql(x) AS '{"error": false, "statements": [{}]}'`}, `macro "json_serialize_sql"`},
		"our macro, otherwise": {[]string{"CREATE OR REPLACE MACRO present(x) AS " + reads},
			`macro "present"`},
		"our macro, twice": {[]string{"CREATE OR REPLACE MACRO present(x) AS x, (x, y) AS y"},
			`macro "present"`},
		"a macro of a derived name": {[]string{"CREATE MACRO passes() AS " + reads,
			"CREATE VIEW other AS SELECT passes() AS a"}, `view "other"`},
		"view case_info": {[]string{"DROP TABLE case_info",
			"CREATE VIEW case_info AS SELECT 2 AS schema_version FROM read_text('" + secret + "')"},
			`view "case_info"`},
		"view that writes": {[]string{"CREATE VIEW v AS FROM enable_logging('QueryLog', storage := 'file', storage_path := '" + logs + "')"}, `view "v"`},
		"schema":           {[]string{"CREATE SCHEMA other"}, `schema "other"`},
		"schema like a database": {[]string{"CREATE SCHEMA system",
			`CREATE VIEW "case".system.main AS SELECT 1 AS a`}, `schema "system"`},
		"macro in another schema": {[]string{"CREATE SCHEMA pg_catalog2",
			"CREATE MACRO pg_catalog2.lower(x) AS 1"}, `macro "pg_catalog2.lower"`},
		"column": {[]string{"ALTER TABLE source ADD COLUMN more VARCHAR"}, `table "source"`},
		"type of a column": {[]string{"ALTER TABLE signin_record ALTER asn TYPE VARCHAR"},
			`table "signin_record"`},
		"default": {[]string{"ALTER TABLE signin_record ALTER upn SET DEFAULT md5('a')"},
			`table "signin_record"`},
		"null where none may be": {[]string{"ALTER TABLE quarantine ALTER reason DROP NOT NULL"},
			`table "quarantine"`},
		"generated column": {[]string{"CREATE TABLE g (a INTEGER, b VARCHAR GENERATED ALWAYS AS (lower(a::VARCHAR)))"}, `table "g"`},
		"check": {[]string{"DROP TABLE quarantine",
			"CREATE TABLE quarantine (source_id INTEGER NOT NULL CHECK (length(source_id::VARCHAR) < 5))"},
			`table "quarantine"`},
		"collation": {[]string{"DROP TABLE raw_record",
			"CREATE TABLE raw_record (source_id INTEGER NOT NULL, line BIGINT NOT NULL, ordinal BIGINT NOT NULL, text VARCHAR COLLATE NOCASE NOT NULL)"}, `table "raw_record"`},
		"index on an expression": {[]string{"CREATE INDEX i ON signin_record (lower(upn))"}, `index "i"`},
		"type":                   {[]string{"CREATE TYPE verdict AS ENUM ('good')"}, `type "verdict"`},
		"type named as DuckDB's": {[]string{`CREATE SCHEMA s`, `CREATE TYPE s."varchar" AS ENUM ('a')`},
			`schema "s"`},
		"sequence": {[]string{"CREATE SEQUENCE s"}, `sequence "s"`},
		"table":    {[]string{"CREATE TABLE mine (a INTEGER)"}, `table "mine"`},
		"comment":  {[]string{"COMMENT ON TABLE source IS 'hostile'"}, `table "source"`},
		"name that acts on a terminal": {[]string{"CREATE TABLE \"a\x1b[31mb\u202ec\u200bd\" (a INTEGER)"},
			`table "a\x1b[31mb\u202ec\u200bd"`},
		"several": {[]string{"CREATE TABLE a1 (a INTEGER)", "CREATE TABLE a2 (a INTEGER)",
			"CREATE TABLE a3 (a INTEGER)", "CREATE TABLE a4 (a INTEGER)", "CREATE TABLE a5 (a INTEGER)",
			"CREATE TABLE a6 (a INTEGER)", "CREATE TABLE a7 (a INTEGER)"}, `table "a5" and 2 more`},
		"a table that is not there": {[]string{"DROP TABLE raw_record"}, "it lacks the table raw_record"},
		"no version":                {[]string{"DELETE FROM case_info"}, "it says 0 times which schema it has"},
		"two versions": {[]string{"INSERT INTO case_info VALUES (1)"},
			"it says 2 times which schema it has"},
		"a version that never was": {[]string{"UPDATE case_info SET schema_version = -1"},
			"its schema is number -1"},
		"another database": {[]string{"DROP TABLE case_info"}, "not a case of tapaudit"},
		"a name as of a rule's table": {[]string{"CREATE TABLE logins (a INTEGER DEFAULT random())"},
			`table "logins"`},
		"a file's name as a table's": {[]string{`CREATE VIEW "x.csv" AS SELECT 1 AS a`}, `view "x.csv"`},
		"a view of what is not allowed": {[]string{"CREATE VIEW source2 AS FROM '" + secret + ".csv'"},
			`view "source2"`},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "case.duckdb")
			if strings.Contains(test.statements[0], ".csv'") { // a view is made of a file that is there
				if err := os.WriteFile(secret+".csv", []byte("a,b\n1,2\n"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.WriteFile(path, []byte(empty), 0o600); err != nil {
				t.Fatal(err)
			}
			altered(t, path, test.statements...)
			if err := os.RemoveAll(logs); err != nil {
				t.Fatal(err)
			}
			before := content(t, path)
			for _, opts := range []Options{{ReadOnly: true}, {}} {
				c, err := Open(t.Context(), path, opts)
				if err == nil {
					c.Close()
				}
				if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "SECRET") {
					t.Errorf("%+v: %v, want %s", opts, err, test.want)
				}
			}
			if content(t, path) != before {
				t.Error("the case has changed")
			}
			if _, err := os.Stat(logs); err == nil || content(t, secret) != "THE SECRET" {
				t.Errorf("%s was written, or %s was", logs, secret)
			}
		})
	}
}

// TestDerivedGoes: what analysis derives may be there; where it is not as it is derived now, only those who derive it
// anew take it.
func TestDerivedGoes(t *testing.T) {
	derived := Catalog{{"table", "passes", "CREATE TABLE passes(a INTEGER);"},
		{"view", "logins", "CREATE VIEW logins AS SELECT * FROM passes;"}}
	path := filepath.Join(t.TempDir(), "case.duckdb")
	altered(t, path, "CREATE TABLE passes (a INTEGER)", "CREATE VIEW logins AS SELECT * FROM passes")
	open(t, path, Options{ReadOnly: true, Derived: derived}).Close()

	altered(t, path, "CREATE OR REPLACE VIEW logins AS SELECT 2 AS a", "DROP TABLE passes",
		"CREATE MACRO passes(x) AS 1")
	if _, err := Open(t.Context(), path, Options{ReadOnly: true, Derived: derived}); err == nil ||
		!strings.Contains(err.Error(), "makes it anew") {
		t.Errorf("to be looked at: %v", err)
	}
	c := open(t, path, Options{Derived: derived})
	left, err := c.Catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, there := left.find("logins"); there {
		t.Error("the view is still there")
	}
	c.Close()
	open(t, path, Options{ReadOnly: true}).Close()
}

// TestOlderCase: a case of every older version comes to what a new one has, and what was derived in it goes.
func TestOlderCase(t *testing.T) {
	newest, err := catalogOfVersion(SchemaVersion)
	if err != nil {
		t.Fatal(err)
	}
	for version := 1; version < SchemaVersion; version++ {
		strange := ofVersion(t, version)
		exec := func(path, statements string) {
			t.Helper()
			db, err := sql.Open("duckdb", path)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if _, err := db.Exec(statements); err != nil {
				t.Fatal(err)
			}
		}
		exec(strange, "CREATE SEQUENCE s")
		if _, err := Open(t.Context(), strange, Options{}); err == nil ||
			!strings.Contains(err.Error(), `sequence "s"`) {
			t.Errorf("version %d, with a sequence: %v", version, err)
		}
		path := ofVersion(t, version)
		exec(path, "CREATE TABLE derived_then (a INTEGER); CREATE VIEW seen_then AS FROM derived_then")
		derived := Catalog{{"table", "derived_then", ""}, {"view", "seen_then", "otherwise"}}
		if _, err := Open(t.Context(), path, Options{Loads: true}); err == nil ||
			!strings.Contains(err.Error(), `table "derived_then"`) {
			t.Errorf("version %d, with what nobody derives: %v", version, err)
		}
		if _, err := Open(t.Context(), path, Options{ReadOnly: true, Derived: derived}); err == nil ||
			!strings.Contains(err.Error(), "older tapaudit") {
			t.Errorf("version %d, to be looked at: %v", version, err)
		}
		c := open(t, path, Options{Loads: true, Derived: derived})
		has, err := c.Catalog(t.Context())
		if err != nil || has.String() != newest.String() {
			t.Errorf("version %d: %v\n%s", version, err, has)
		}
		c.Close()
	}
}

// TestCaseByAnyName: a file's name is no name in a statement, and changes no setting.
func TestCaseByAnyName(t *testing.T) {
	names := []string{"system", "temp.duckdb", "main.duckdb", "memory.duckdb", "pg_catalog.duckdb", "a#b.duckdb",
		"100%.duckdb", "%zz",
		"it's [so].duckdb", "é.duckdb"}
	if runtime.GOOS != "windows" { // whose files cannot be called so
		names = append(names, `it's "so" [x]*\.duckdb`, "s3:x", "postgres:x", " ")
	}
	for _, name := range names {
		path := filepath.Join(t.TempDir(), name)
		open(t, path, Options{}).Close()
		for _, opts := range []Options{{ReadOnly: true}, {Loads: true}} {
			c := open(t, path, opts)
			exec(t, c, "FROM source")
			if err := c.Seal(t.Context()); err != nil {
				t.Fatal(err)
			}
			for _, s := range []string{"FROM read_text('/etc/hostname')", "ATTACH '" + t.TempDir() + "/x.duckdb'",
				"COPY source TO '" + t.TempDir() + "/x.csv'", "SET threads = 9", "SET temp_directory = '/'"} {
				if err := c.Exec(t.Context(), s); err == nil && (s != "SET threads = 9" || !opts.Loads) {
					t.Errorf("%q, %+v: %s was done", name, opts, s)
				}
			}
			c.Close()
		}
	}
}

// TestJournal: a journal beside a case is told; what it brings is looked at like the rest.
func TestJournal(t *testing.T) {
	dir := t.TempDir()
	path, other := filepath.Join(dir, "case.duckdb"), filepath.Join(dir, "other.duckdb")
	open(t, path, Options{}).Close()
	clean, err := StateOf(t.Context(), path)
	if err != nil || len(clean.Journals) != 0 || clean.Name != "case.duckdb" || clean.Bytes == 0 {
		t.Fatalf("%+v, %v", clean, err)
	}
	journal := func(statement string) {
		t.Helper()
		if err := os.Remove(other + ".wal"); err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		if err := os.WriteFile(other, []byte(content(t, path)), 0o600); err != nil {
			t.Fatal(err)
		}
		db, err := sql.Open("duckdb", other)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		// Closing would take the journal away, and Windows reads no file that is open to be written.
		if _, err := db.Exec("PRAGMA disable_checkpoint_on_shutdown; " + statement); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path+".wal", []byte(content(t, other+".wal")), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	journal("CREATE MACRO lower(x) AS 'evil'")
	for _, opts := range []Options{{ReadOnly: true}, {}, {Loads: true}} {
		if _, err := Open(t.Context(), path, opts); err == nil || !strings.Contains(err.Error(), `macro "lower"`) {
			t.Errorf("%+v: %v", opts, err)
		}
	}
	journal("INSERT INTO quarantine VALUES (1, 1, 1, 'r', 'e', 's', 1)")
	seen, err := StateOf(t.Context(), path)
	if err != nil || len(seen.Journals) != 1 || seen.Journals[0].Name != "case.duckdb.wal" || seen.Equal(clean) ||
		seen.SHA256 != clean.SHA256 {
		t.Errorf("%+v, %v", seen, err)
	}
	c := open(t, path, Options{ReadOnly: true})
	var n int
	if err := c.QueryRow(t.Context(), "SELECT count(*) FROM quarantine").Scan(&n); err != nil || n != 1 {
		t.Errorf("%d rows, %v", n, err)
	}
	c.Close()
	if after, err := StateOf(t.Context(), path); err != nil || !after.Equal(seen) {
		t.Errorf("looking has changed it: %+v, %v", after, err)
	}
	if none, err := StateOf(t.Context(), filepath.Join(dir, "absent")); none != nil || err != nil {
		t.Errorf("an absent case: %+v, %v", none, err)
	}
	if _, err := StateOf(t.Context(), dir); err == nil {
		t.Error("a folder has a state")
	}
}

// endless are SELECTs that take longer than anybody waits; the last of them does not stop when DuckDB is told to.
var endless = []string{
	"SELECT count(*) FROM range(100000000) AS a, range(100000000) AS b",
	"WITH RECURSIVE r AS (SELECT 1 AS a UNION ALL SELECT a + 1 FROM r) SELECT count(*) FROM r",
	"SELECT regexp_matches(repeat('a', 2000000), '(a*)*b' || range::VARCHAR) FROM range(1000000)",
	"SELECT levenshtein(repeat('a', 60000), repeat('b', 60000) || range::VARCHAR) FROM range(100)",
}

// TestEndlessSelect: a SELECT ends soon after its time is up, and soon after an interrupt, whatever it does. Whether
// the case can be used afterwards depends on whether DuckDB stopped; that it does not hang does not.
func TestEndlessSelect(t *testing.T) {
	none := func([]string, []driver.Value) error { return nil }
	for _, query := range endless {
		for _, interrupted := range []bool{false, true} {
			c, err := Open(t.Context(), "", Options{Threads: 1, Limits: Limits{Time: 200 * time.Millisecond}})
			if err != nil {
				t.Fatal(err)
			}
			ctx := t.Context()
			if interrupted {
				c.limits.Time = time.Hour
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, 200*time.Millisecond)
				defer cancel()
			}
			err = c.ReadOnly(ctx, func() error { return c.Select(ctx, query, nil, none) })
			if interrupted && !errors.Is(err, context.DeadlineExceeded) || !interrupted && !errors.Is(err, ErrLimit) {
				t.Errorf("%s: %v", query, err)
			}
			if c.abandoned {
				if err := c.Exec(t.Context(), "SELECT 1"); err == nil {
					t.Error("a case that was given up answers")
				}
			} else if err := c.Exec(t.Context(), "SELECT 1"); err != nil {
				t.Errorf("%s: afterwards: %v", query, err)
			}
			if err := c.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestLimitsOfAnAnswer(t *testing.T) {
	c := open(t, "", Options{Limits: Limits{Rows: 10, Bytes: 1000}})
	for query, want := range map[string]string{
		"FROM range(10)":                  "",
		"FROM range(11)":                  "more than 10 rows",
		"SELECT repeat('x', 1000)":        "",
		"SELECT repeat('x', 1001)":        "more than 0 MiB",
		"SELECT [repeat('x', 1001)]":      "more than 0 MiB",
		"SELECT {'a': repeat('x', 1001)}": "more than 0 MiB",
	} {
		n := 0
		err := c.Select(t.Context(), query, nil, func([]string, []driver.Value) error { n++; return nil })
		if want == "" && err != nil || want != "" &&
			(!errors.Is(err, ErrTooMuch) || !strings.Contains(err.Error(), want)) || n > 10 {
			t.Errorf("%s: %v after %d rows, want %q", query, err, n, want)
		}
	}
}

// TestMemoryOfAnAnswer: what DuckDB does not count, and what Go holds, ends a SELECT too.
func TestMemoryOfAnAnswer(t *testing.T) {
	if residentBytes() == 0 {
		return // what Limits says of this system
	}
	for _, query := range []string{
		"SELECT sum(length(repeat('x', 100000000 + range))) FROM range(2000)",
		"SELECT repeat('x', 1000000) FROM range(100000)",
	} {
		c, err := Open(t.Context(), "", Options{Threads: 1, MemoryLimit: "64MiB"})
		if err != nil {
			t.Fatal(err)
		}
		before, most := residentBytes(), int64(0)
		err = c.Select(t.Context(), query, nil, func([]string, []driver.Value) error { return nil })
		most = residentBytes()
		if err == nil || !errors.Is(err, ErrLimit) && !strings.Contains(err.Error(), "Out of Memory") {
			t.Errorf("%s: %v", query, err)
		}
		if most > before+3*beyond {
			t.Errorf("%s: %d MiB", query, (most-before)>>20)
		}
		c.Close()
	}
}

// TestEveryFunctionWithAnEffectIsJudged: a function that a new DuckDB brings, and that is more than its arguments, is
// looked at by somebody before a rule may name it.
func TestEveryFunctionWithAnEffectIsJudged(t *testing.T) {
	only := map[string]bool{} // of which only the answer changes
	for _, name := range []string{
		"current_connection_id", "current_query", "current_query_id", "current_transaction_id", "error",
		"gen_random_uuid", "random", "stats", "uuid", "uuidv4", "uuidv7",
	} {
		only[name] = true
	}
	c := open(t, "", Options{})
	rows, err := c.Query(t.Context(),
		"SELECT DISTINCT function_name FROM duckdb_functions() WHERE stability = 'VOLATILE'")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		n++
		if refused := slices.Contains(refusedFunctions, name); only[name] == refused {
			t.Errorf("%s: may be named %v, refused %v; decide which", name, only[name], refused)
		}
	}
	if err := rows.Err(); err != nil || n < 10 {
		t.Errorf("%d functions, %v", n, err)
	}
}
