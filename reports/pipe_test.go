//go:build unix

package reports

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"aead.dev/minisign"
	"golang.org/x/sys/unix"

	"tapaudit/reports/compare"
	"tapaudit/reports/folder"
	"tapaudit/reports/reporttest"
	"tapaudit/reports/tools"
)

// TestPipesKeepNobodyWaiting: in the place of any file of a report, and of a manifest.
func TestPipesKeepNobodyWaiting(t *testing.T) {
	pipe := func(dir, name string) {
		path := filepath.Join(dir, name)
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		if err := unix.Mkfifo(path, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	dir := write(t, reporttest.Hostile())
	pipe(dir, "findings.json")
	pipe(dir, "coverage.csv")
	pipe(dir, "more")
	if v := verifyFolder(t, dir); len(v.Differences) != 3 {
		t.Errorf("%v", v.Differences)
	}
	if err := folder.Check(t.Context(), dir, false); !errors.Is(err, folder.ErrNotListed) {
		t.Error(err)
	}
	if _, err := compare.Reports(t.Context(), dir, dir, true); err == nil {
		t.Error("a pipe was compared")
	}
	pipe(dir, folder.SignatureName)
	public, _, err := minisign.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	if c, err := folder.CheckSignature(dir, public); err != nil || c.Bad == nil {
		t.Errorf("%v %v", c, err)
	}
	pipe(dir, folder.ManifestName)
	for _, replace := range []bool{false, true} {
		if err := folder.Check(t.Context(), dir, replace); !errors.Is(err, folder.ErrNotReport) {
			t.Error(err)
		}
	}
	if _, err := folder.Verify(t.Context(), dir); !errors.Is(err, folder.ErrNotReport) {
		t.Error(err)
	}
	if _, err := tools.WriteRemediation(t.Context(), nil, dir,
		filepath.Join(t.TempDir(), "fixes.ps1")); !errors.Is(err, folder.ErrNotReport) {
		t.Error(err)
	}
}
