package reports

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tapaudit/reports/folder"
	"tapaudit/reports/reporttest"
)

// toolFormats are the outputs that are written for one other tool each, when they are asked for.
var toolFormats = []string{"xlsx", "timesketch", "ocsf", "summary"}

// TestGoldenForOtherTools compares those outputs, the workbook by what a reader of it sees: its bytes belong to the
// library.
func TestGoldenForOtherTools(t *testing.T) {
	dir := write(t, reporttest.Hostile(), toolFormats...)
	got := map[string]string{}
	for _, name := range reporttest.Names(t, dir) {
		switch name {
		case "manifest.json":
		case "findings.xlsx":
			got[name+".txt"] = reporttest.SeenInWorkbook(t, filepath.Join(dir, name))
		default:
			got[name] = reporttest.Read(t, dir, name)
		}
	}
	golden := filepath.Join("testdata", "tools")
	if *Update {
		if err := os.MkdirAll(golden, 0o755); err != nil {
			t.Fatal(err)
		}
		for name, text := range got {
			if err := os.WriteFile(filepath.Join(golden, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	want := map[string]string{}
	for _, name := range reporttest.Names(t, golden) {
		want[name] = reporttest.Read(t, golden, name)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("outputs differ from %s; if that is meant, run go test ./reports -update (-want +got):\n%s", golden,
			diff)
	}
}

func TestOutputsForOtherToolsAreThoseOfTheFormats(t *testing.T) {
	want := []string{"findings.xlsx", "manifest.json", "ocsf.jsonl", "summary.md", "timesketch.csv",
		"timesketch.jsonl"}
	dir := write(t, reporttest.Hostile(), toolFormats...)
	if diff := cmp.Diff(want, reporttest.Names(t, dir)); diff != "" {
		t.Error(diff)
	}
	found, err := folder.Verify(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if found.Same != len(want)-1 || len(found.Differences) > 0 {
		t.Errorf("verify finds %d files as listed, and %v", found.Same, found.Differences)
	}
	if diff := cmp.Diff(DefaultFormats(), []string{"html", "csv", "json", "parquet"}); diff != "" {
		t.Errorf("formats when none are asked for: %s", diff)
	}
}

func TestOutputsForOtherToolsAreTheSameBytesEachTime(t *testing.T) {
	r := reporttest.Large(300)
	a := write(t, r, toolFormats...)
	for range 5 { // a map's order shows in some runs only
		b := write(t, r, toolFormats...)
		for _, name := range reporttest.Names(t, a) {
			if reporttest.Read(t, a, name) != reporttest.Read(t, b, name) {
				t.Fatalf("%s differs between two runs", name)
			}
		}
	}
}
