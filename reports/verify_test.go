package reports

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tapaudit/reports/folder"
	"tapaudit/reports/reporttest"
)

func verifyFolder(t *testing.T, dir string) *folder.Verification {
	t.Helper()
	v, err := folder.Verify(context.Background(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestVerifyNamesEveryDifference(t *testing.T) {
	dir := write(t, reporttest.Hostile())
	v := verifyFolder(t, dir)
	if v.Same != 17 || len(v.Differences) > 0 {
		t.Fatalf("untouched: %d the same, %v", v.Same, v.Differences)
	}

	reporttest.Put(t, strings.Replace(reporttest.Read(t, dir, "logins.csv"), "yes", "no!", 1), dir,
		"logins.csv") // of the same size
	reporttest.Put(t, reporttest.Read(t, dir, "passes.csv")+"x", dir, "passes.csv")
	reporttest.Put(t, "", dir, "notes.txt")
	for _, name := range []string{"policy.csv", "coverage.csv"} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("/dev/zero", filepath.Join(dir, "coverage.csv")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "more"), 0o700); err != nil {
		t.Fatal(err)
	}
	v = verifyFolder(t, dir)
	var got []string
	for _, d := range v.Differences {
		got = append(got, d.What+" "+d.Path)
	}
	want := []string{"changed coverage.csv", "changed logins.csv", "added more", "added notes.txt",
		"changed passes.csv", "missing policy.csv"}
	if diff := cmp.Diff(want, got); diff != "" || v.Same != 13 {
		t.Errorf("%d the same (-want +got):\n%s", v.Same, diff)
	}
}

func TestVerifyOpensNothingOutsideTheFolder(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "report")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	reporttest.Put(t, "", parent, "secret")
	empty := "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	reporttest.Put(t, `{"tool":"tapaudit","outputs":[{"path":"../secret","sha256":"`+empty+`"},{"path":"manifest.json"},{"path":""},{"path":"."}]}`, dir, "manifest.json")
	v := verifyFolder(t, dir)
	if v.Same != 0 || len(v.Differences) != 4 {
		t.Errorf("%d the same, %v", v.Same, v.Differences)
	}
}

func TestVerifyRefusesWhatIsNoReport(t *testing.T) {
	dir := t.TempDir()
	for _, text := range []string{"", "{}", `{"tool":"other"}`, "[]"} {
		if text != "" {
			reporttest.Put(t, text, dir, "manifest.json")
		}
		if _, err := folder.Verify(context.Background(), dir); !errors.Is(err, folder.ErrNotReport) {
			t.Errorf("manifest %q: %v", text, err)
		}
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := folder.Verify(ended, write(t, reporttest.Hostile(), "json")); !errors.Is(err, context.Canceled) {
		t.Errorf("after its end: %v", err)
	}
}

func TestCompareInputs(t *testing.T) {
	m := &folder.Manifest{Inputs: []folder.ManifestFile{
		{Path: "e/a", SHA256: "1"}, {Path: "e/b", SHA256: "2"}, {Path: "e/c", SHA256: "3"}, {Path: "e/d", SHA256: "4"},
		{Path: "e/link"}, {Path: "e/locked", SHA256: "6"}, {Path: "e/x", SHA256: "7"}, {Path: "e/y", SHA256: "7"},
		{Path: "e.zip/m", Container: "e.zip", SHA256: "8"},
	}}
	same, differences := m.CompareInputs([]folder.ManifestFile{
		{Path: "e/a", SHA256: "1"},                             // as it was
		{Path: "renamed", SHA256: "2"},                         // elsewhere
		{Path: "e/c", SHA256: "33"},                            // other content
		{Path: "e/link"},                                       // could not be hashed then either
		{Path: "e/locked"},                                     // cannot be read now
		{Path: "e/x", SHA256: "7"}, {Path: "e/x", SHA256: "7"}, // one of two copies, visited twice
		{Path: "e/new", SHA256: "9"},
		{Path: "e.zip/m", Container: "e.zip", SHA256: "8"},
	})
	var got []string
	for _, d := range differences {
		got = append(got, d.What+" "+d.Path)
	}
	want := []string{"changed e/c", "missing e/d", "changed e/locked", "added e/new", "missing e/y"}
	if diff := cmp.Diff(want, got); diff != "" || same != 5 {
		t.Errorf("%d the same (-want +got):\n%s", same, diff)
	}
}

// TestHostileManifests: a stranger's manifest is refused within bounds of memory, and leads nowhere.
