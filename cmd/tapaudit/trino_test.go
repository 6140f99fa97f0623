//go:build trino

package main

import (
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

// TestSameJudgementOnTrino: a tenant with every attack of the sample, and one whose records have fractions of seconds, give
// the same findings, ids included, as full evidence and as an extract made on Trino. 'make test-trino' runs it: it needs
// Trino's folder and command line, as TAPAUDIT_TRINO_SERVER and TAPAUDIT_TRINO_CLI name them, and Java 24 or newer in JAVA_HOME.
func TestSameJudgementOnTrino(t *testing.T) {
	home, cli, java := os.Getenv("TAPAUDIT_TRINO_SERVER"), os.Getenv("TAPAUDIT_TRINO_CLI"), os.Getenv("JAVA_HOME")
	if home == "" || cli == "" || java == "" {
		t.Fatal("TAPAUDIT_TRINO_SERVER, TAPAUDIT_TRINO_CLI and JAVA_HOME do not name Trino and its Java; run 'make test-trino'")
	}
	java = filepath.Join(java, "bin", "java")
	dir := t.TempDir()
	sample := filepath.Join(dir, "sample", "evidence")
	generate := exec.Command("go", "run", "../samplelogs", "--scale", "3", "--out", filepath.Dir(sample))
	if said, err := generate.CombinedOutput(); err != nil {
		t.Fatalf("generating a tenant: %v\n%s", err, said)
	}
	withFractions(t, "testdata/evidence/takeover", filepath.Join(sample, "tenantId=7d1c5a0e-2f1b-4c7e-9a51-3b8f0c6d2e10"))
	full := auditSample(t, "2026Q3", sample)
	tapaudit(t, 0, "lake", sample, "--out", filepath.Join(dir, "lake"), "--quiet")

	tables, err := os.ReadFile("../../analysis/extract/trino-tables.sql")
	if err != nil {
		t.Fatal(err)
	}
	text, _ := tapaudit(t, 0, "extract", "--engine", "trino", "--period", "2026Q3", "--into", "hive.tapaudit",
		"--table", "signins=hive.entra.signins", "--table", "audits=hive.entra.audits")
	began := time.Now()
	server := startTrino(t, java, home, dir)
	t.Logf("Trino started in %s", time.Since(began).Round(time.Second))
	for _, statements := range []string{strings.ReplaceAll(string(tables), "s3://logs/", "local:///"), text} {
		file := filepath.Join(dir, "statements.sql")
		if err := os.WriteFile(file, []byte(statements), 0o600); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		run := exec.Command(java, "-XX:TieredStopAtLevel=1", "-jar", cli, "--server", server, "--client-request-timeout", "30m", "--file", file)
		if said, err := run.CombinedOutput(); err != nil {
			t.Fatalf("Trino: %v\n%s\n%s", err, said, statements)
		}
		first, _, _ := strings.Cut(statements, "\n")
		t.Logf("%s: %s", first, time.Since(began).Round(time.Second))
	}
	result := filepath.Join(dir, "result")
	for _, name := range extract.ResultSets() {
		carry(t, filepath.Join(dir, "metastore", "tapaudit", name), filepath.Join(result, name))
	}
	sameJudgement(t, "extract on Trino", full, auditSample(t, "2026Q3", result, filepath.Join(dir, "lake", "exports")))
}

var wholeSecond = regexp.MustCompile(`(T\d\d:\d\d:\d\d)Z"`)

// withFractions copies evidence and gives its times the seven digits of a second that Entra's have.
func withFractions(t *testing.T, from, to string) {
	t.Helper()
	if err := os.MkdirAll(to, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range files(t, from) {
		if err := os.WriteFile(filepath.Join(to, name), wholeSecond.ReplaceAll([]byte(text), []byte(`$1.1234567Z"`)), 0o600); err != nil {
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

// guard runs a server until its own input ends: when the test closes it, and when the test is gone in whatever way. Nothing
// of the server is worth a slow farewell.
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
		"config.properties": {"coordinator=true", "node-scheduler.include-coordinator=true", "node.environment=test", "node.bind-ip=127.0.0.1",
			"node.internal-address=127.0.0.1", fmt.Sprintf("http-server.http.port=%d", port), "discovery.uri=" + address,
			"plugin.dir=" + filepath.Join(home, "plugin"), "catalog.config-dir=" + filepath.Join(etc, "catalog"),
			// On a machine with much other work client and server may be silent for minutes without being lost.
			"query.client.timeout=30m", "query.remote-task.max-error-duration=30m"},
		"catalog/hive.properties": {"connector.name=hive", "hive.metastore=file", "hive.metastore.catalog.dir=local:///metastore",
			"fs.native-local.enabled=true", "local.location=" + dir},
	} {
		if err := os.WriteFile(filepath.Join(etc, name), []byte(strings.Join(properties, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	said, err := os.Create(filepath.Join(dir, "server.log"))
	if err != nil {
		t.Fatal(err)
	}
	defer said.Close()
	server := exec.Command("sh", "-c", guard, "sh", java, "-Xmx2G", "-XX:TieredStopAtLevel=1", "-Djava.io.tmpdir="+dir, "-Djdk.attach.allowAttachSelf=true", "--enable-native-access=ALL-UNNAMED",
		"-Dconfig="+filepath.Join(etc, "config.properties"), "-cp", filepath.Join(home, "lib", "*"), "io.trino.server.TrinoServer")
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
