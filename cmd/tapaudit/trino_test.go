//go:build trino

package main

import (
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"tapaudit/analysis/extract"
)

// TestSameJudgementOnTrino: an extract made on Trino gives the findings of full evidence, ids included. One tenant
// has every attack of the sample, the other has records with fractions of seconds. 'make test-trino' runs the test.
// It needs Trino's folder and command line, as TAPAUDIT_TRINO_SERVER and TAPAUDIT_TRINO_CLI name them, and Java 24 or
// newer in JAVA_HOME.
func TestSameJudgementOnTrino(t *testing.T) {
	home, cli, java := os.Getenv("TAPAUDIT_TRINO_SERVER"), os.Getenv("TAPAUDIT_TRINO_CLI"), os.Getenv("JAVA_HOME")
	if home == "" || cli == "" || java == "" {
		t.Fatal("TAPAUDIT_TRINO_SERVER, TAPAUDIT_TRINO_CLI and JAVA_HOME do not name Trino and its Java; run 'make test-trino'")
	}
	java = filepath.Join(java, "bin", "java")
	dir := t.TempDir()
	sample := filepath.Join(dir, "sample", "evidence")
	generate := exec.Command("go", "run", "../tools/samplelogs", "--scale", "3", "--out", filepath.Dir(sample))
	if said, err := generate.CombinedOutput(); err != nil {
		t.Fatalf("generating a tenant: %v\n%s", err, said)
	}
	withFractions(t, "testdata/evidence/takeover",
		filepath.Join(sample, "tenantId=7d1c5a0e-2f1b-4c7e-9a51-3b8f0c6d2e10"))
	full := auditSample(t, "2026Q3", sample)
	tapaudit(t, 0, "lake", sample, "--out", filepath.Join(dir, "lake"), "--quiet")

	declared, err := os.ReadFile("../../analysis/extract/trino-tables.sql")
	if err != nil {
		t.Fatal(err)
	}
	ofLake, _ := tapaudit(t, 0, "extract", "--engine", "trino", "--period", "2026Q3", "--into", "hive.tapaudit",
		"--table", "signins=hive.entra.signins", "--table", "audits=hive.entra.audits", "--table",
		"activities=hive.entra.activities")
	statements := []string{strings.ReplaceAll(string(declared), "s3://logs/", "local:///"), ofLake}
	into := []string{"tapaudit"}
	for name, layout := range otherLayouts(t, dir, filepath.Join(dir, "lake")) {
		schema := strings.ReplaceAll(name, "-", "_")
		var tables strings.Builder
		fmt.Fprintf(&tables, "CREATE SCHEMA hive.%[1]s;\nCREATE SCHEMA hive.of_%[1]s;\nSET SESSION hive.timestamp_precision = 'MICROSECONDS';\n", schema)
		text := layout.extractOn(t, "trino", "hive.of_"+schema, func(table, file string) string {
			folder := filepath.Join(dir, "tables", schema, table)
			tables.WriteString(declareTable(t, "hive."+schema+"."+table, file, "local:///tables/"+schema+"/"+table))
			if err := errors.Join(os.MkdirAll(folder, 0o700),
				os.Rename(file, filepath.Join(folder, "0.parquet"))); err != nil {
				t.Fatal(err)
			}
			return "hive." + schema + "." + table
		})
		statements, into = append(statements, tables.String(), text), append(into, "of_"+schema)
	}
	began := time.Now()
	server := startTrino(t, java, home, dir)
	t.Logf("Trino started in %s", time.Since(began).Round(time.Second))
	for _, statements := range statements {
		file := filepath.Join(dir, "statements.sql")
		if err := os.WriteFile(file, []byte(statements), 0o600); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		run := exec.Command(java, "-XX:TieredStopAtLevel=1", "-jar", cli, "--server", server,
			"--client-request-timeout", "30m", "--file", file)
		if said, err := run.CombinedOutput(); err != nil {
			t.Fatalf("Trino: %v\n%s\n%s", err, said, statements)
		}
		first, _, _ := strings.Cut(statements, "\n")
		t.Logf("%s: %s", first, time.Since(began).Round(time.Second))
	}
	for _, schema := range into {
		result := filepath.Join(dir, "result-"+schema)
		for _, name := range extract.ResultSets() {
			carry(t, filepath.Join(dir, "metastore", schema, name), filepath.Join(result, name))
		}
		sameJudgement(t, "extract on Trino into "+schema, full,
			auditSample(t, "2026Q3", result, filepath.Join(dir, "lake", "exports")))
	}
}

// declareTable is the statement that makes a table of a folder that holds a file like this one.
func declareTable(t *testing.T, name, file, folder string) string {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query("SELECT column_name, column_type FROM (DESCRIBE FROM read_parquet(?))", file)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var columns []string
	for rows.Next() {
		var column, kind string
		if err := rows.Scan(&column, &kind); err != nil {
			t.Fatal(err)
		}
		columns = append(columns, column+" "+ofTrino(kind))
	}
	if err := rows.Err(); err != nil || len(columns) == 0 {
		t.Fatalf("%s: %d columns, %v", file, len(columns), err)
	}
	return fmt.Sprintf("CREATE TABLE %s (\n    %s\n) WITH (format = 'PARQUET', external_location = '%s');\n", name,
		strings.Join(columns, ",\n    "), folder)
}

// structType is one without another inside.
var structType = regexp.MustCompile(`STRUCT\(([^()]*)\)(\[\])?`)

// ofTrino writes a type of DuckDB's as Trino does, from the inside out.
func ofTrino(kind string) string {
	kind = strings.ReplaceAll(strings.ReplaceAll(kind, "VARCHAR[]", "ARRAY<VARCHAR>"), "TIMESTAMP", "TIMESTAMP<6>")
	for structType.MatchString(kind) {
		kind = structType.ReplaceAllStringFunc(kind, func(text string) string {
			m := structType.FindStringSubmatch(text)
			if m[2] != "" {
				return "ARRAY<ROW<" + m[1] + ">>"
			}
			return "ROW<" + m[1] + ">"
		})
	}
	return strings.NewReplacer("<", "(", ">", ")").Replace(kind)
}

var wholeSecond = regexp.MustCompile(`(T\d\d:\d\d:\d\d)Z"`)

// withFractions copies evidence and gives its times the seven digits of a second that Entra's have.
func withFractions(t *testing.T, from, to string) {
	t.Helper()
	if err := os.MkdirAll(to, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range files(t, from) {
		if err := os.WriteFile(filepath.Join(to, name), wholeSecond.ReplaceAll([]byte(text), []byte(`$1.1234567Z"`)),
			0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// carry copies a table's files as a user does: what the metastore keeps beside them begins with a dot.
func carry(t *testing.T, from, to string) {
	t.Helper()
	if err := os.MkdirAll(to, 0o700); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(from)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), ".") {
			continue
		}
		if err := os.Rename(filepath.Join(from, entry.Name()), filepath.Join(to, entry.Name())); err != nil {
			t.Fatal(err)
		}
	}
}

// guard runs a server until its own input ends: when the test closes it, and when the test is gone in whatever way.
// Nothing of the server is worth a slow farewell.
const guard = `exec 3<&0; "$@" 3<&- & server=$!; { read -r _ <&3; kill -9 $server; } & wait $server; kill $!`

// startTrino starts a server of one node on 127.0.0.1, whose catalog hive has its schemas and files under dir.
func startTrino(t *testing.T, java, home, dir string) (address string) {
	t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := free.Addr().(*net.TCPAddr).Port
	free.Close()
	address = fmt.Sprintf("http://127.0.0.1:%d", port)
	etc := filepath.Join(dir, "etc")
	if err := os.MkdirAll(filepath.Join(etc, "catalog"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, properties := range map[string][]string{
		"config.properties": {"coordinator=true", "node-scheduler.include-coordinator=true", "node.environment=test",
			"node.bind-ip=127.0.0.1",
			"node.internal-address=127.0.0.1", fmt.Sprintf("http-server.http.port=%d", port), "discovery.uri=" +
				address,
			"plugin.dir=" + filepath.Join(home, "plugin"), "catalog.config-dir=" + filepath.Join(etc, "catalog"),
			// On a machine with much other work client and server may be silent for minutes without being lost.
			"query.client.timeout=30m", "query.remote-task.max-error-duration=30m"},
		"catalog/hive.properties": {"connector.name=hive", "hive.metastore=file",
			"hive.metastore.catalog.dir=local:///metastore",
			"fs.native-local.enabled=true", "local.location=" + dir},
	} {
		if err := os.WriteFile(filepath.Join(etc, name), []byte(strings.Join(properties, "\n")+"\n"),
			0o600); err != nil {
			t.Fatal(err)
		}
	}
	said, err := os.Create(filepath.Join(dir, "server.log"))
	if err != nil {
		t.Fatal(err)
	}
	defer said.Close()
	server := exec.Command("sh", "-c", guard, "sh", java, "-Xmx2G", "-XX:TieredStopAtLevel=1", "-Djava.io.tmpdir="+dir,
		"-Djdk.attach.allowAttachSelf=true", "--enable-native-access=ALL-UNNAMED",
		"-Dconfig="+filepath.Join(etc, "config.properties"), "-cp", filepath.Join(home, "lib", "*"),
		"io.trino.server.TrinoServer")
	server.Dir, server.Stdout, server.Stderr = dir, said, said
	hold, err := server.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { server.Wait(); close(ended) }()
	t.Cleanup(func() { hold.Close(); <-ended })
	for began := time.Now(); time.Since(began) < 30*time.Minute; {
		select {
		case <-ended:
			log, _ := os.ReadFile(said.Name())
			t.Fatalf("Trino ended while it started:\n%s", log)
		case <-time.After(time.Second):
		}
		// By hand: no package of ours imports net/http, not even for a test.
		if conn, err := net.Dial("tcp", strings.TrimPrefix(address, "http://")); err == nil {
			fmt.Fprint(conn, "GET /v1/info HTTP/1.0\r\n\r\n")
			info, _ := io.ReadAll(conn)
			conn.Close()
			if strings.Contains(string(info), `"starting":false`) {
				return address
			}
		}
	}
	t.Fatal("Trino did not start within half an hour")
	return ""
}
