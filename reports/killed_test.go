package reports

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tapaudit/reports/reporttest"
)

// TestWhatAKillLeft: a report that a killed run was writing goes, and one that it had set aside comes back, with the
// next run; what merely looks like one stays.
func TestWhatAKillLeft(t *testing.T) {
	dir := write(t, reporttest.Hostile(), "csv")
	parent := filepath.Dir(dir)
	before := reporttest.Read(t, dir, "manifest.json")

	// Killed between the two renames, where there is no exchange: no report in its place.
	aside := filepath.Join(parent, ".report.partial-123"+"-old")
	if err := os.Rename(dir, aside); err != nil {
		t.Fatal(err)
	}
	unfinished := filepath.Join(parent, ".report.partial-123")
	if err := os.Mkdir(unfinished, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(unfinished, "findings.csv"), []byte("half a rep"), 0o600); err != nil {
		t.Fatal(err)
	}
	foreign := filepath.Join(parent, ".report.partial-x"+"-old")
	if err := os.Mkdir(foreign, 0o700); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := WriteFolder(ctx, dir, reporttest.Hostile(), Options{Formats: []string{"csv"}}); err == nil {
		t.Fatal("an interrupted run wrote a report")
	}
	if reporttest.Read(t, dir, "manifest.json") != before {
		t.Error("the report that was set aside did not come back")
	}
	if diff := cmp.Diff([]string{filepath.Base(foreign), "report"}, reporttest.Names(t, parent)); diff != "" {
		t.Errorf("beside the report: %s", diff)
	}

	// Killed after both: the one set aside was replaced.
	if err := os.CopyFS(aside, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	if err := WriteFolder(context.Background(), dir, reporttest.Hostile(),
		Options{Formats: []string{"json"}}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"findings.json", "incidents.json", "manifest.json"},
		reporttest.Names(t, dir)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{filepath.Base(foreign), "report"}, reporttest.Names(t, parent)); diff != "" {
		t.Errorf("beside the report: %s", diff)
	}
}
