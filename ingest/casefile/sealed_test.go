package casefile

import (
	"context"
	"database/sql/driver"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// refusedTableFunctions are DuckDB's other table functions, each with why it is not one that only looks.
var refusedTableFunctions = map[string]string{
	"arrow_scan": "reads memory", "arrow_scan_dumb": "reads memory", "seq_scan": "reads memory",
	"check_peg_parser": "parses another text", "query": "runs another text",
	"query_table": "names a table or a file by a text", "json_execute_serialized_sql": "runs another text",
	"sql_auto_complete": "parses another text",
	"checkpoint":        "writes", "force_checkpoint": "writes",
	"disable_logging": "a setting", "enable_logging": "a setting, and prints or writes",
	"truncate_duckdb_logs": "changes", "disable_profiling": "a setting",
	"enable_profiling":   "a setting, and prints or writes",
	"disable_peg_parser": "a setting", "enable_peg_parser": "a setting",
	"duckdb_extensions": "looks into the home directory", "duckdb_secrets": "looks into the home directory",
	"which_secret": "looks into the home directory", "duckdb_secret_types": "of no use",
	"duckdb_approx_database_count": "of no use", "duckdb_connection_count": "of no use",
	"duckdb_databases": "tells the path of the case", "duckdb_dependencies": "of no use",
	"duckdb_indexes":            "of no use",
	"duckdb_coordinate_systems": "of no use", "duckdb_external_file_cache": "tells paths",
	"duckdb_log_contexts": "of no use", "duckdb_logs": "of no use", "duckdb_logs_parsed": "of no use",
	"duckdb_optimizers":          "of no use",
	"duckdb_prepared_statements": "of no use", "duckdb_profiling_settings": "of no use",
	"duckdb_sequences": "of no use", "duckdb_table_sample": "of no use", "duckdb_temporary_files": "tells paths",
	"duckdb_variables": "of no use",
	"feed":             "ours, for loading", "glob": "files", "parquet_bloom_probe": "files", "parquet_file_metadata": "files",
	"parquet_full_metadata": "files", "parquet_kv_metadata": "files", "parquet_metadata": "files",
	"parquet_scan":   "files",
	"parquet_schema": "files", "read_blob": "files", "read_csv": "files", "read_csv_auto": "files",
	"read_duckdb": "files", "read_json": "files", "read_json_auto": "files", "read_json_objects": "files",
	"read_json_objects_auto": "files",
	"read_ndjson":            "files", "read_ndjson_auto": "files", "read_ndjson_objects": "files", "read_parquet": "files",
	"read_text": "files", "sniff_csv": "files",
	"pragma_collations": "of no use", "pragma_metadata_info": "of no use", "pragma_user_agent": "of no use",
	"test_all_types": "of no use", "test_vector_types": "of no use",
}

// TestEveryTableFunctionIsJudged: a table function that a new DuckDB brings is looked at by somebody before a rule may
// name it.
func TestEveryTableFunctionIsJudged(t *testing.T) {
	c := open(t, filepath.Join(t.TempDir(), "case.duckdb"), Options{})
	rows, err := c.Query(t.Context(),
		"SELECT DISTINCT function_name FROM duckdb_functions() WHERE function_type IN ('table', 'table_macro')")
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
		if allowed, refused := slices.Contains(allowedTableFunctions, name),
			refusedTableFunctions[name] != ""; allowed == refused {
			t.Errorf("%s: allowed %v, refused %v; decide which", name, allowed, refused)
		}
	}
	if err := rows.Err(); err != nil || n < 80 {
		t.Errorf("%d table functions, %v", n, err)
	}
}

// hostileQueries are what a rule or a query may try, each with a word of the error.
func hostileQueries(dir string) map[string]string {
	other := filepath.Join(dir, "other.duckdb")
	queries := map[string]string{
		// Statements.
		"COPY source TO 'out.csv'": "only one SELECT", "COPY source FROM 'in.csv'": "only one SELECT",
		"COPY (SELECT 1) TO '/dev/stdout'": "only one SELECT",
		"ATTACH '" + other + "' AS other":  "only one SELECT", "DETACH other": "only one SELECT",
		"USE memory":     "only one SELECT",
		"INSTALL httpfs": "only one SELECT", "FORCE INSTALL httpfs": "only one SELECT",
		"LOAD httpfs": "only one SELECT", "UPDATE EXTENSIONS": "only one SELECT",
		"SET threads = 1": "only one SELECT", "SET VARIABLE x = 1": "only one SELECT",
		"RESET threads": "only one SELECT", "PRAGMA threads = 1": "only one SELECT",
		"PRAGMA database_list": "only one SELECT", "PRAGMA import_database('x')": "only one SELECT",
		"EXPORT DATABASE 'x'": "only one SELECT", "IMPORT DATABASE 'x'": "only one SELECT",
		"CALL pragma_version()": "only one SELECT", "CALL enable_logging()": "only one SELECT",
		"CHECKPOINT": "only one SELECT", "VACUUM": "only one SELECT", "ANALYZE": "only one SELECT",
		"EXPLAIN SELECT 1": "only one SELECT", "EXPLAIN ANALYZE SELECT 1": "only one SELECT",
		"EXPLAIN ANALYZE DELETE FROM source": "only one SELECT",
		"SUMMARIZE source":                   "only one SELECT", "DESCRIBE source": "only one SELECT", "SHOW TABLES": "only one SELECT",
		"CREATE TABLE x (a INT)": "only one SELECT", "CREATE TEMP TABLE x AS SELECT 1": "only one SELECT",
		"CREATE VIEW x AS SELECT 1": "only one SELECT", "CREATE SEQUENCE x": "only one SELECT",
		"CREATE MACRO x() AS 1": "only one SELECT", "CREATE SECRET x (TYPE s3)": "only one SELECT",
		"DROP TABLE source": "only one SELECT", "ALTER TABLE source ADD COLUMN x INT": "only one SELECT",
		"INSERT INTO case_info VALUES (9)":        "only one SELECT",
		"UPDATE case_info SET schema_version = 9": "only one SELECT", "TRUNCATE source": "only one SELECT",
		"MERGE INTO case_info USING case_info ON true WHEN MATCHED THEN DELETE": "only one SELECT",
		"BEGIN": "only one SELECT", "COMMIT": "only one SELECT", "ROLLBACK": "only one SELECT",
		"PREPARE x AS SELECT 1": "only one SELECT", "EXECUTE x": "only one SELECT", "DEALLOCATE x": "only one SELECT",
		"WITH a AS (DELETE FROM source RETURNING *) SELECT * FROM a": "", "FROM (DELETE FROM source RETURNING *)": "",
		"SELECT 1; SELECT 2": "only one SELECT",
		// Functions with an effect, or that are not there.
		"SELECT nextval('x')": "not allowed here", "SELECT currval('x')": "not allowed here",
		"SELECT setseed(0.5)": "not allowed here", "SELECT write_log('x')": "not allowed here",
		"SELECT path FROM source WHERE WRITE_LOG(path) IS NULL": "not allowed here",
		`SELECT "write_log"('x')`:                               "not allowed here", "SELECT main.write_log('x')": "not allowed here",
		"SELECT list_transform([1], lambda x: write_log('x'))": "not allowed here",
		"SELECT sleep_ms(1)":    "not allowed here",
		"SELECT getenv('HOME')": "does not exist", "SELECT set_config('threads', '1', false)": "does not exist",
		"SELECT load_extension('x')": "does not exist", "SELECT pg_read_file('x')": "does not exist",
		"SELECT '1.2.3.4'::INET": "", "SELECT * FROM st_read('x')": "not allowed here",
		// Table functions where they may hide.
		"SELECT * FROM ENABLE_LOGGING('QueryLog', storage := 'stdout')": "not allowed here",
		"WITH a AS (FROM enable_profiling()) SELECT 1":                  "not allowed here",
		"SELECT (SELECT count(*) FROM checkpoint())":                    "not allowed here",
		"SELECT 1 WHERE EXISTS (FROM truncate_duckdb_logs())":           "not allowed here",
		"SELECT 1 UNION ALL SELECT 2 FROM disable_peg_parser()":         "not allowed here",
		"FROM source, LATERAL (FROM read_text(source.path))":            "not allowed here",
		"FROM query('SELECT 1')":                                        "not allowed here", "FROM query_table('source')": "not allowed here",
		"FROM query_table('" + other + "')":                                                                "not allowed here",
		"FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))":                                 "not allowed here",
		"SELECT * FROM (PIVOT source ON read_text('x'))":                                                   "",
		"SELECT path FROM source ORDER BY (SELECT 1 FROM glob('/*'))":                                      "not allowed here",
		"SELECT path FROM source LIMIT (SELECT count(*) FROM glob('/*'))":                                  "not allowed here",
		"SELECT path FROM source QUALIFY (SELECT count(*) FROM glob('/*'))>0":                              "not allowed here",
		"WITH RECURSIVE r AS (SELECT 1 AS a UNION ALL SELECT a + 1 FROM r, glob('/*') WHERE a < 2) FROM r": "not allowed here",
		"VALUES ((SELECT count(*) FROM glob('/*')))":                                                       "not allowed here",
		// Names of files and addresses as tables.
		"FROM '/etc/hostname'": "", "FROM 'x.csv'": "disabled", "FROM 'x.json'": "disabled",
		"FROM 'x.parquet'": "disabled", "FROM 's3://bucket/x.parquet'": "disabled",
		"FROM 'https://contoso.example/x.csv'": "disabled", `FROM "x.csv"`: "disabled", "FROM '" + other + "'": "",
		"FROM 'file:x.csv'": "disabled", "SELECT * FROM 'x*.parquet'": "disabled",
	}
	for name := range refusedTableFunctions {
		queries[fmt.Sprintf("SELECT * FROM %s('/etc/hostname')", name)] = "not allowed here"
	}
	return queries
}

// TestSealedCaseAnswersNothingElse: whatever a rule or a query tries, it gets an error, and nothing was read, written
// or changed.
func TestSealedCaseAnswersNothingElse(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	open(t, filepath.Join(dir, "other.duckdb"), Options{}).Close()
	if err := os.Mkdir(filepath.Join(dir, "working"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Chdir(filepath.Join(dir, "working"))
	for name, text := range map[string]string{"x.csv": "a,b\n1,2\n", "x.json": `{"a":1}`, "in.csv": "1\n"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, "case.duckdb")
	open(t, path, Options{}).Close()
	for _, readOnly := range []bool{false, true} {
		c, err := Open(ctx, path, Options{ReadOnly: readOnly})
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Seal(ctx); err != nil {
			t.Fatal(err)
		}
		settings := func() (all []string) {
			rows, err := c.Query(ctx, "SELECT name || '=' || coalesce(value, '') FROM duckdb_settings() ORDER BY name")
			if err != nil {
				t.Fatal(err)
			}
			defer rows.Close()
			for rows.Next() {
				var s string
				if err := rows.Scan(&s); err != nil {
					t.Fatal(err)
				}
				all = append(all, s)
			}
			return all
		}
		before := settings()
		for query, want := range hostileQueries(dir) {
			rows := 0
			err := c.ReadOnly(ctx, func() error {
				return c.Select(ctx, query, nil, func([]string, []driver.Value) error { rows++; return nil })
			})
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: got %v, want an error with %q", query, err, want)
			}
			if rows > 0 {
				t.Errorf("%s: %d rows", query, rows)
			}
		}
		if after := settings(); !slices.Equal(before, after) {
			t.Errorf("settings changed:\n%v\n%v", before, after)
		}
		var version, tables int
		if err := c.QueryRow(ctx,
			"SELECT (SELECT schema_version FROM case_info), (SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'main')").Scan(&version, &tables); err != nil || version != SchemaVersion || tables < 10 {
			t.Errorf("schema version %d, %d tables, %v", version, tables, err)
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(".")
	if err != nil || len(entries) != 3 {
		t.Errorf("the working directory holds %v, %v", entries, err)
	}
}

// TestQueriesThatLook: what an investigator asks is answered.
func TestQueriesThatLook(t *testing.T) {
	ctx := context.Background()
	c := open(t, filepath.Join(t.TempDir(), "case.duckdb"), Options{})
	if err := c.Seal(ctx); err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{
		"SELECT table_name, column_count FROM duckdb_tables()", "FROM duckdb_columns()", "FROM (DESCRIBE source)",
		"FROM (SUMMARIZE source)", "FROM (SHOW TABLES)",
		"FROM pragma_table_info('source')", "SELECT * FROM range(3)", "SELECT unnest([1, 2])",
		"SELECT * FROM unnest([1, 2])",
		"SELECT * FROM generate_series(DATE '2026-01-01', DATE '2026-01-05', INTERVAL 1 DAY)",
		`SELECT * FROM json_each('{"a": 1}')`, "SELECT [x + 1 for x in [1, 2] if x > 1]",
		"SELECT * FROM information_schema.tables",
		"SELECT path FROM source QUALIFY row_number() OVER (ORDER BY path) = 1",
		"SELECT path, count(*) FROM source GROUP BY ALL ORDER BY ALL", "FROM histogram('source', path)",
		"SELECT COLUMNS('path|bytes') FROM source", "SELECT * EXCLUDE (note) FROM source",
		"WITH RECURSIVE r AS (SELECT 1 AS a UNION ALL SELECT a + 1 FROM r WHERE a < 5) FROM r",
		"SELECT path FROM source ASOF JOIN quarantine ON source.source_id >= quarantine.source_id",
	} {
		if err := c.Select(ctx, query, nil, func([]string, []driver.Value) error { return nil }); err != nil {
			t.Errorf("%s: %v", query, err)
		}
	}
}
