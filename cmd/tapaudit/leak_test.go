package main

import (
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strings"
	"testing"
	"time"
)

// openFiles are the files that this process has open, by name; on systems without /proc, none.
func openFiles(t *testing.T) map[string]int {
	t.Helper()
	open := map[string]int{}
	entries, err := os.ReadDir("/proc/self/fd")
	if runtime.GOOS != "linux" {
		return open
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if name, err := os.Readlink(filepath.Join("/proc/self/fd", e.Name())); err == nil &&
			strings.HasPrefix(name, "/") {
			open[name]++
		}
	}
	return open
}

// TestNothingIsLeftOpen: at the end of a run, of one that failed and of one that was refused, no goroutine runs on and
// no file is open.
func TestNothingIsLeftOpen(t *testing.T) {
	home := t.TempDir()
	t.Setenv("TMPDIR", t.TempDir())
	file, report := filepath.Join(home, "case.duckdb"), filepath.Join(home, "report")
	evidence := filepath.Join(home, "evidence")
	if err := os.CopyFS(evidence, os.DirFS("testdata/evidence/takeover")); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"damaged.json.gz": "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x00x",
		"damaged.zip": "PK\x03\x04x", "damaged.parquet": "PAR1xxxxxxxxPAR1", "odd.csv": "a,b\n1,2\n"} {
		if err := os.WriteFile(filepath.Join(evidence, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	everything := func() {
		tapaudit(t, 0, "run", evidence, "--out", report, "--quiet")
		tapaudit(t, 0, "ingest", evidence, "--case", file, "--quiet")
		tapaudit(t, 0, "report", "--case", file, "--out", report, "--quiet")
		tapaudit(t, 0, "query", "--case", file, "SELECT 1")
		tapaudit(t, 2, "query", "--case", file, "DELETE FROM source")
		tapaudit(t, 2, "query", "--case", file, "SELECT * FROM read_text('x')")
		tapaudit(t, 0, "verify", report, "--evidence", evidence)
		tapaudit(t, 0, "diff", report, report)
		tapaudit(t, 1, "run", filepath.Join(home, "absent"), "--out", report)
		tapaudit(t, 1, "analyze", "--case", filepath.Join(evidence, "odd.csv"))
	}
	everything() // what is made once, for good, is there afterwards
	settle := func() int {
		n := 0
		for range 200 {
			runtime.GC()
			if now := runtime.NumGoroutine(); now == n {
				return n
			} else {
				n = now
			}
			time.Sleep(20 * time.Millisecond)
		}
		return n
	}
	goroutines, files := settle(), openFiles(t)
	everything()
	if after := settle(); after > goroutines {
		var stacks strings.Builder
		if err := pprof.Lookup("goroutine").WriteTo(&stacks, 1); err != nil {
			t.Fatal(err)
		}
		t.Errorf("%d goroutines before, %d after:\n%s", goroutines, after, &stacks)
	}
	for name, n := range openFiles(t) {
		if n > files[name] {
			t.Errorf("%s is still open", name)
		}
	}
}
