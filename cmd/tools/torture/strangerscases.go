//go:build linux

package main

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	_ "github.com/duckdb/duckdb-go/v2" // makes the cases
)

// altered runs statements on the case at path. HOME in them is the user's folder. With a log, what they changed stays
// in the .wal beside it.
func (t *trap) altered(path string, log bool, statements ...string) error {
	db, err := sql.Open("duckdb", path)
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if log {
		statements = append([]string{"PRAGMA disable_checkpoint_on_shutdown", "SET wal_autocheckpoint = '1TB'"},
			statements...)
	}
	for _, statement := range statements {
		if _, err := db.ExecContext(context.Background(), strings.ReplaceAll(statement, "HOME", t.home)); err != nil {
			return fmt.Errorf("%.200s: %w", statement, err)
		}
	}
	return db.Close()
}

// tableAs gives the statement that made a table of the case, with a text in it replaced.
func (t *trap) tableAs(path, table, old, fresh string) ([]string, error) {
	db, err := sql.Open("duckdb", path)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	var text string
	if err := db.QueryRow("SELECT sql FROM duckdb_tables() WHERE table_name = ?", table).Scan(&text); err != nil {
		return nil, err
	}
	i := strings.LastIndex(text, old)
	if i < 0 {
		return nil, fmt.Errorf("%q is not in %s", old, text)
	}
	return []string{"DROP TABLE " + table, text[:i] + fresh + text[i+len(old):]}, db.Close()
}

// uses are what a user does with a case that somebody handed over. The short form has the first only, the rest by
// turns.
func uses(t *trap) [][]string {
	file := t.in("case.duckdb")
	all := [][]string{
		{"query", "--case", file, "SELECT count(*), lower(min(user_id)) FROM signin_record"},
		{"report", "--case", file, "--out", t.to("report")},
		{"analyze", "--case", file},
		{"ingest", t.s.few(), "--case", file},
		{"run", t.s.few(), "--case", file, "--out", t.to("other")},
	}
	if t.s.short {
		return all[:1]
	}
	return all
}

// reads is an expression that gives the user's secret, where files can be read.
const reads = `(SELECT content FROM read_text('HOME/secret.txt'))`

func strangeCases() (all []stranger) {
	statements := func(name, says string, lines ...string) {
		all = append(all, stranger{name: "a case with " + name, ends: refused, says: says, runs: uses,
			make: func(t *trap) error {
				if err := copyFile(t.s.whole.analysed, t.in("case.duckdb")); err != nil {
					return err
				}
				return t.altered(t.in("case.duckdb"), false, lines...)
			}})
	}
	statements("a macro duckdb_databases()", "duckdb_databases",
		`CREATE MACRO duckdb_databases() AS TABLE SELECT 'x' AS database_name, `+reads+` AS path`)
	statements("a macro duckdb_functions()", "duckdb_functions",
		`CREATE MACRO duckdb_functions() AS TABLE SELECT 'x' AS function_name WHERE false`)
	statements("a macro duckdb_tables()", "duckdb_tables",
		`CREATE MACRO duckdb_tables() AS TABLE SELECT 'x' AS table_name WHERE false`)
	statements("a macro lower", "lower", `CREATE MACRO lower(x) AS `+reads)
	statements("macros lower by number of arguments", "lower", `CREATE MACRO lower(x) AS x, (x, y) AS `+reads)
	statements("a macro count", "count", `CREATE MACRO count(x) AS 1`)
	statements("a macro count_star", "count_star", `CREATE MACRO count_star() AS 1`)
	statements("a macro coalesce and others that the parser makes", "list_value",
		`CREATE MACRO list_value(x) AS `+reads)
	statements("a macro json_serialize_sql", "json_serialize_sql",
		`CREATE MACRO json_serialize_sql(x) AS '{"error":false,"statements":[]}'::JSON`)
	statements("a macro named as an operator", `\+`, `CREATE MACRO "+"(x, y) AS `+reads)
	statements("a macro table read_csv", "read_csv",
		`CREATE MACRO read_csv(x) AS TABLE SELECT * FROM read_text('HOME/secret.txt')`)
	statements("a macro that lists a folder", "files",
		`CREATE MACRO files(x) AS (SELECT list(file) FROM glob('HOME/*'))`)
	statements("a view case_info", "case_info", `CREATE TABLE kept AS FROM case_info`, `DROP TABLE case_info`,
		`CREATE VIEW case_info AS SELECT * FROM kept WHERE (SELECT count(*) FROM read_text('HOME/secret.txt')) > 0`)
	statements("a view signin_record", "signin_record", `ALTER TABLE signin_record RENAME TO was`,
		`CREATE VIEW signin_record AS SELECT * REPLACE (`+reads+` AS user_id) FROM was`)
	statements("a view for a derived table", "logins", `DROP VIEW logins`,
		`CREATE VIEW logins AS SELECT * FROM read_csv('HOME/table.csv')`)
	unread := func() { // analyze makes anew what is derived, and reads nothing of what was there
		a := &all[len(all)-1]
		a.ends, a.says, a.changes = either, "", true
	}
	unread()
	statements("a view of the user's table", "stolen",
		`CREATE VIEW stolen AS SELECT * FROM read_csv('HOME/table.csv')`)
	statements("a view named as a system's", "duckdb_settings",
		`CREATE VIEW duckdb_settings AS SELECT 'enable_external_access' AS name, 'false' AS value`)
	statements("a view named as the master table", "sqlite_master", `CREATE VIEW sqlite_master AS SELECT 1 AS x`)
	statements("a schema of its own", "evil", `CREATE SCHEMA evil`,
		`CREATE VIEW evil.signin_record AS SELECT * FROM read_text('HOME/secret.txt')`)
	statements("a schema named temp", "temp", `CREATE SCHEMA "temp"`,
		`CREATE VIEW "case"."temp".signin_record AS SELECT 1 AS x`)
	statements("a schema named system", "system", `CREATE SCHEMA "system"`,
		`CREATE MACRO "case"."system".lower(x) AS 1`)
	statements("a sequence", "counts", `CREATE SEQUENCE counts`)
	statements("a type of its own", "severity", `CREATE TYPE severity AS ENUM ('low', 'high')`)
	statements("a table too many", "extra", `CREATE TABLE extra (x VARCHAR)`)
	statements("a table with a default that acts", "extra", `CREATE MACRO evil() AS `+reads,
		`CREATE TABLE extra (x VARCHAR DEFAULT (upper('x')))`)
	statements("an index on an expression", "sly", `CREATE INDEX sly ON signin_record ((upper(user_id)))`)
	statements("an index of its own", "sly", `CREATE INDEX sly ON source (path)`)
	statements("a unique index", "sly", `CREATE UNIQUE INDEX sly ON source (source_id)`)
	statements("a default", "source", `ALTER TABLE source ALTER COLUMN path SET DEFAULT 'x' || version()`)
	statements("a column too many", "source", `ALTER TABLE source ADD COLUMN sly VARCHAR DEFAULT 'x'`)
	statements("a column too few", "signin_record", `ALTER TABLE signin_record DROP COLUMN user_id`)
	statements("a column of another name", "signin_record", `ALTER TABLE signin_record RENAME COLUMN user_id TO sly`)
	statements("a column of another type", "signin_record", `ALTER TABLE signin_record ALTER COLUMN user_id TYPE BLOB`)
	statements("a table too few", "signin_record", `DROP TABLE signin_record`)
	statements("a derived table of other columns", "logins", `DROP VIEW logins`, `CREATE TABLE logins (x INTEGER)`)
	unread()
	statements("a comment on a table that clears the screen", "source", "COMMENT ON TABLE source IS '\x1b[2J\u202ex'")
	statements("a view whose name clears the screen", "",
		"CREATE VIEW \"\x1b]0;pwned\x07\u202e\u200b\" AS SELECT 1 AS x")
	statements("a view whose name is HTML and SQL", "",
		`CREATE VIEW "<script>alert(1)</script>""; DROP TABLE source; --" AS SELECT 1 AS x`)
	for _, version := range []string{"999", "-1", "0", "2147483647"} {
		statements("the schema version "+version, "", `UPDATE case_info SET schema_version = `+version)
	}
	statements("two schema versions", "", `INSERT INTO case_info SELECT * FROM case_info`)
	statements("no schema version", "", `DELETE FROM case_info`)

	for name, change := range inOrder(map[string][3]string{
		"a generated column":       {"source", ")", `, sly VARCHAR GENERATED ALWAYS AS (upper('x')) VIRTUAL)`},
		"a check that acts":        {"source", ")", `, CHECK (upper(path) <> 'x'))`},
		"a column that must be":    {"source", ")", `, UNIQUE (path))`},
		"a default in a new table": {"raw_record", ")", `, sly VARCHAR DEFAULT (upper('x')))`},
	}) {
		all = append(all, stranger{name: "a case with " + name, ends: refused, says: change[0], runs: uses,
			make: func(t *trap) error {
				file := t.in("case.duckdb")
				if err := copyFile(t.s.whole.ingested, file); err != nil {
					return err
				}
				statements, err := t.tableAs(file, change[0], change[1], change[2])
				if err != nil {
					return err
				}
				return t.altered(file, false, statements...)
			}})
	}
	all = append(all, stranger{name: "a case with a macro for every built-in function", ends: refused, says: "macro",
		runs: uses, long: true, make: func(t *trap) error {
			file := t.in("case.duckdb")
			if err := copyFile(t.s.whole.ingested, file); err != nil {
				return err
			}
			db, err := sql.Open("duckdb", "")
			if err != nil {
				return err
			}
			defer db.Close()
			var script string
			if err := db.QueryRow(`SELECT string_agg(format('CREATE OR REPLACE MACRO "{}"(x) AS 1', name), ';') FROM (
			SELECT DISTINCT function_name AS name FROM duckdb_functions() WHERE function_type IN ('scalar', 'aggregate') AND regexp_full_match(function_name, '[a-z_0-9]+'))`).Scan(&script); err != nil {
				return err
			}
			return t.altered(file, false, script)
		}})
	return append(all, strangeLogs()...)
}

// strangeLogs are cases with something beside them or in place of them.
func strangeLogs() (all []stranger) {
	read := func(t *trap) [][]string { return uses(t)[:1] }
	beside := func(name, says string, ends []int, lay func(t *trap, file string) error) {
		all = append(all, stranger{name: "a case " + name, ends: ends, says: says, runs: read,
			make: func(t *trap) error {
				file := t.in("case.duckdb")
				if err := copyFile(t.s.whole.ingested, file); err != nil {
					return err
				}
				return lay(t, file)
			}})
	}
	beside("with a log that deletes", `(?i)log|wal`, either, func(t *trap, file string) error {
		return t.altered(file, true, `DELETE FROM signin_record WHERE user_id IS NOT NULL`)
	})
	beside("with a log that brings a view", `(?i)log|wal|stolen`, refused, func(t *trap, file string) error {
		return t.altered(file, true, `CREATE VIEW stolen AS SELECT * FROM read_csv('HOME/table.csv')`)
	})
	beside("with a log that brings a macro", `(?i)log|wal|lower`, refused, func(t *trap, file string) error {
		return t.altered(file, true, `CREATE MACRO lower(x) AS `+reads)
	})
	beside("with a log of noise", `(?i)log|wal`, either, func(_ *trap, file string) error {
		return os.WriteFile(file+".wal", []byte(noise(5000)), 0o600)
	})
	beside("with the log of another", `(?i)log|wal`, refused, func(t *trap, file string) error {
		other := t.own("..", "other.duckdb")
		if err := t.altered(other, true, `CREATE TABLE x (y INTEGER)`, `INSERT INTO x VALUES (1)`); err != nil {
			return err
		}
		return os.Rename(other+".wal", file+".wal")
	})
	beside("with a log that leads to the user's file", `(?i)log|wal|link`, refused, func(t *trap, file string) error {
		return os.Symlink(t.own("table.csv"), file+".wal")
	})
	for _, not := range notFiles {
		if not.name != "2 GB of nothing" { // it is hashed, which takes its time
			beside("whose log is "+not.name, `(?i)log|wal`, refused,
				func(t *trap, file string) error { return not.make(t, file+".wal") })
		}
		all = append(all, stranger{name: "a case that is " + not.name, ends: refused, says: "case", runs: uses,
			make: func(t *trap) error { return not.make(t, t.in("case.duckdb")) }})
		if not.name == "2 GB of nothing" {
			all[len(all)-1].times = 5 // run hashes it before it opens it
		}
	}
	whole := func(name string, lay func(t *trap, file string) error) {
		all = append(all, stranger{name: "a case that is " + name, ends: refused, says: "case", runs: uses,
			make: func(t *trap) error { return lay(t, t.in("case.duckdb")) }})
	}
	whole("a link to the user's table", func(t *trap,
		file string) error {
		return os.Symlink(t.own("table.csv"), file)
	})
	whole("a table", func(t *trap, file string) error { return copyFile(t.own("table.csv"), file) })
	whole("cut", func(t *trap, file string) error {
		if err := copyFile(t.s.whole.ingested, file); err != nil {
			return err
		}
		return os.Truncate(file, 5000)
	})
	whole("all header", func(t *trap, file string) error {
		return sparse(file, strings.Repeat("\x00", 8)+"DUCK"+strings.Repeat("\xff", 200))
	})
	for i := range 12 {
		// DuckDB's own checksums tell; what they do not cover must not crash either.
		all = append(all, stranger{name: fmt.Sprintf("a case with a changed byte, %d", i), ends: either, runs: read,
			long: i > 2, make: func(t *trap) error {
				file := t.in("case.duckdb")
				if err := copyFile(t.s.whole.ingested, file); err != nil {
					return err
				}
				f, err := os.OpenFile(file, os.O_RDWR, 0)
				if err != nil {
					return err
				}
				defer f.Close()
				size, err := f.Seek(0, io.SeekEnd)
				if err != nil {
					return err
				}
				at := int64(i) * 4099
				if i > 5 {
					at = int64(i) * 999_983 % size
				}
				_, err = f.WriteAt([]byte{0xa5}, at)
				return err
			}})
	}
	endless := func(name, query string, more ...string) {
		all = append(all, stranger{name: "a query " + name, ends: []int{1, 2, 130},
			make: func(*trap) error { return nil }, runs: func(t *trap) [][]string {
				return [][]string{append([]string{"query", "--case", t.s.whole.ingested, query}, more...)}
			}})
	}
	endless("that never ends",
		`SELECT count(*) FROM range(1000000000000) AS a(x), range(1000000) AS b(y) WHERE x * y = 7`, "--timeout", "2s")
	endless("that calls itself for ever",
		`WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r) SELECT max(x) FROM r`, "--timeout", "2s")
	endless("with a billion rows", `SELECT range AS x FROM range(1000000000)`, "--format", "csv", "--timeout", "20s")
	endless("with rows of a megabyte", `SELECT repeat('x', 1000000) AS x FROM range(1000000)`, "--format", "json",
		"--timeout", "20s")
	endless("with one value of gigabytes", `SELECT repeat('x', 4000000000) AS x`, "--timeout", "20s")
	endless("that gathers a list without end", `SELECT list(x) FROM range(10000000000) AS a(x)`, "--timeout", "20s")
	endless("for a table of a million rows on the terminal", `SELECT repeat('x', 2000) AS x FROM range(3000000)`,
		"--timeout", "20s")
	for name, query := range inOrder(map[string]string{"never ends": `SELECT count(*) FROM range(1000000000000) AS a(x), range(1000000) AS b(y) WHERE x * y = 7`,
		"sorts without end": `SELECT x FROM range(100000000000) AS a(x) ORDER BY hash(x) LIMIT 5`}) {
		all = append(all, stranger{name: "an interrupted query that " + name, ends: []int{130}, signal: true,
			make: func(*trap) error { return nil },
			runs: func(t *trap) [][]string { return [][]string{{"query", "--case", t.s.whole.ingested, query}} },
			also: func(_ *trap, r result) error {
				if r.took > 2*time.Second+20*time.Second { // two, on a machine at work
					return fmt.Errorf("it ended %v after the signal", r.took-2*time.Second)
				}
				return nil
			}})
	}
	for name, query := range inOrder(map[string]string{"reads a file": `SELECT * FROM read_text('HOME/secret.txt')`,
		"reads a file by name": `SELECT * FROM 'HOME/table.csv'`,
		"writes":               `COPY (SELECT 1) TO 'HOME/table.csv'`, "attaches": `ATTACH 'HOME/x.duckdb'`,
		"lists": `SELECT * FROM glob('HOME/*')`, "asks the environment": `SELECT getenv('HOME')`,
		"sets": `SET enable_external_access = true`, "loads": `LOAD httpfs`, "installs": `INSTALL httpfs`,
		"drops": `DROP TABLE signin_record`, "two": `SELECT 1; DROP TABLE signin_record`,
		"hides a query in a query": `SELECT * FROM query('SELECT * FROM read_text(''HOME/secret.txt'')')`,
		"hides a table":            `SELECT * FROM query_table('HOME/table.csv')`,
		"deletes in a WITH":        `WITH x AS (SELECT 1) DELETE FROM signin_record`,
		"explains and does":        `EXPLAIN ANALYZE DELETE FROM signin_record`, "calls": `CALL pragma_user_agent()`,
		"exports": `EXPORT DATABASE 'HOME/export'`, "asks JSON": `SELECT * FROM read_json_auto('HOME/secret.json')`,
		"runs a serialised one": `SELECT * FROM json_execute_serialized_sql('{}')`,
		"pragma":                `PRAGMA database_list`, "reads parquet's footer": `SELECT * FROM parquet_metadata('HOME/table.csv')`,
		"sniffs":      `SELECT * FROM sniff_csv('HOME/table.csv')`,
		"reads blobs": `SELECT * FROM read_blob('HOME/secret.txt')`, "prepares": `PREPARE x AS SELECT 1`,
		"logs":        `CALL enable_logging(storage_path='HOME/log')`,
		"checkpoints": `CHECKPOINT`, "secret": `CREATE PERSISTENT SECRET s (TYPE s3)`,
		"variable": `SET VARIABLE x = 1`}) {
		all = append(all, stranger{name: "a query that " + name, ends: refused,
			make: func(t *trap) error { return nil }, runs: func(t *trap) [][]string {
				return [][]string{{"query", "--case", t.s.whole.ingested, strings.ReplaceAll(query, "HOME", t.home)}}
			}})
	}
	return all
}
