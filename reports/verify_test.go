package reports

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func verifyFolder(t *testing.T, dir string) *Verification {
	t.Helper()
	v, err := VerifyFolder(context.Background(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func put(t *testing.T, text string, path ...string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(path...), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestVerifyNamesEveryDifference(t *testing.T) {
	dir := write(t, hostile())
	v := verifyFolder(t, dir)
	if v.Same != 14 || len(v.Differences) > 0 {
		t.Fatalf("untouched: %d the same, %v", v.Same, v.Differences)
	}

	put(t, strings.Replace(read(t, dir, "logins.csv"), "yes", "no!", 1), dir, "logins.csv") // of the same size
	put(t, read(t, dir, "passes.csv")+"x", dir, "passes.csv")
	put(t, "", dir, "notes.txt")
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
	want := []string{"changed coverage.csv", "changed logins.csv", "added more", "added notes.txt", "changed passes.csv", "missing policy.csv"}
	if diff := cmp.Diff(want, got); diff != "" || v.Same != 10 {
		t.Errorf("%d the same (-want +got):\n%s", v.Same, diff)
	}
}

func TestVerifyOpensNothingOutsideTheFolder(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "report")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	put(t, "", parent, "secret")
	empty := "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	put(t, `{"tool":"tapaudit","outputs":[{"path":"../secret","sha256":"`+empty+`"},{"path":"manifest.json"},{"path":""},{"path":"."}]}`, dir, "manifest.json")
	v := verifyFolder(t, dir)
	if v.Same != 0 || len(v.Differences) != 4 {
		t.Errorf("%d the same, %v", v.Same, v.Differences)
	}
}

func TestVerifyRefusesWhatIsNoReport(t *testing.T) {
	dir := t.TempDir()
	for _, text := range []string{"", "{}", `{"tool":"other"}`, "[]"} {
		if text != "" {
			put(t, text, dir, "manifest.json")
		}
		if _, err := VerifyFolder(context.Background(), dir); !errors.Is(err, ErrNotReport) {
			t.Errorf("manifest %q: %v", text, err)
		}
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := VerifyFolder(ended, write(t, hostile(), "json")); !errors.Is(err, context.Canceled) {
		t.Errorf("after its end: %v", err)
	}
}

func TestCompareInputs(t *testing.T) {
	m := &Manifest{Inputs: []ManifestFile{
		{Path: "e/a", SHA256: "1"}, {Path: "e/b", SHA256: "2"}, {Path: "e/c", SHA256: "3"}, {Path: "e/d", SHA256: "4"},
		{Path: "e/link"}, {Path: "e/locked", SHA256: "6"}, {Path: "e/x", SHA256: "7"}, {Path: "e/y", SHA256: "7"},
		{Path: "e.zip/m", Container: "e.zip", SHA256: "8"},
	}}
	same, differences := m.CompareInputs([]ManifestFile{
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
func TestHostileManifests(t *testing.T) {
	for name, text := range map[string]string{
		"too many entries": `{"tool":"tapaudit","tenants":["` + strings.Repeat(`","`, mostManifestCommas+1) + `"]}`,
		"deep":             `{"tool":"tapaudit","x":` + strings.Repeat("[", 1<<20) + `}`,
	} {
		dir := t.TempDir()
		put(t, text, dir, "manifest.json")
		if _, err := VerifyFolder(t.Context(), dir); !errors.Is(err, ErrNotReport) {
			t.Errorf("%s: %v", name, err)
		}
	}
	large := filepath.Join(t.TempDir(), "large")
	if err := errors.Join(os.Mkdir(large, 0o700), os.WriteFile(filepath.Join(large, "manifest.json"), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(filepath.Join(large, "manifest.json"), mostManifestBytes+1); err != nil {
		t.Fatal(err)
	}
	if _, err := VerifyFolder(t.Context(), large); !errors.Is(err, ErrNotReport) || !strings.Contains(err.Error(), "has more than") {
		t.Errorf("large: %v", err)
	}
}
