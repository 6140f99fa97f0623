package folder_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tapaudit/reports/folder"
	"tapaudit/reports/reporttest"
)

func TestReplacingWithoutExchange(t *testing.T) {
	parent := t.TempDir()
	for _, name := range []string{"fresh", "old"} {
		if err := os.Mkdir(filepath.Join(parent, name), 0o700); err != nil {
			t.Fatal(err)
		}
		reporttest.Put(t, name, parent, name, "name")
	}
	root, err := os.OpenRoot(parent)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	aside, err := folder.ExchangeByRenames(root, "fresh", "old")
	if err != nil {
		t.Fatal(err)
	}
	if got := reporttest.Read(t, filepath.Join(parent, "old"), "name"); got != "fresh" {
		t.Errorf("the old place holds %q", got)
	}
	if got := reporttest.Read(t, filepath.Join(parent, aside), "name"); got != "old" {
		t.Errorf("what was set aside holds %q", got)
	}
	if _, err := folder.ExchangeByRenames(root, "absent", "old"); err == nil {
		t.Error("nothing was put in the old place")
	}
	if got := reporttest.Read(t, filepath.Join(parent, "old"), "name"); got != "fresh" {
		t.Errorf("after a failure the old place holds %q", got)
	}
}

func TestHostileManifests(t *testing.T) {
	for name, text := range map[string]string{
		"too many entries": `{"tool":"tapaudit","tenants":["` + strings.Repeat(`","`, folder.MostManifestCommas+1) +
			`"]}`,
		"deep": `{"tool":"tapaudit","x":` + strings.Repeat("[", 1<<20) + `}`,
	} {
		dir := t.TempDir()
		reporttest.Put(t, text, dir, "manifest.json")
		if _, err := folder.Verify(t.Context(), dir); !errors.Is(err, folder.ErrNotReport) {
			t.Errorf("%s: %v", name, err)
		}
	}
	large := filepath.Join(t.TempDir(), "large")
	if err := errors.Join(os.Mkdir(large, 0o700),
		os.WriteFile(filepath.Join(large, "manifest.json"), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(filepath.Join(large, "manifest.json"), folder.MostManifestBytes+1); err != nil {
		t.Fatal(err)
	}
	if _, err := folder.Verify(t.Context(), large); !errors.Is(err, folder.ErrNotReport) ||
		!strings.Contains(err.Error(), "has more than") {
		t.Errorf("large: %v", err)
	}
}
