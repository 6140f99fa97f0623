package reports

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tapaudit/reports/folder"
	"tapaudit/reports/reporttest"
)

// TestWhatOthersPutIntoAReportStays: nothing that the manifest does not vouch for is deleted, unless that is asked
// for; and then no link is followed.
func TestWhatOthersPutIntoAReportStays(t *testing.T) {
	elsewhere := t.TempDir()
	reporttest.Put(t, "mine", elsewhere, "precious.txt")
	for name, change := range map[string]func(dir string) error{
		"notes.txt (added)": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "notes.txt"), nil,
				0o600)
		},
		".hidden (added)": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, ".hidden"), nil,
				0o600)
		},
		"._notes.txt (added)": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "._notes.txt"), nil,
				0o600)
		},
		"thumbs.db (added)": func(dir string) error { return os.Mkdir(filepath.Join(dir, "thumbs.db"), 0o700) },
		"more (added)": func(dir string) error {
			return os.MkdirAll(filepath.Join(dir, "more", "deep"),
				0o700)
		},
		"link (added)": func(dir string) error { return os.Symlink(elsewhere, filepath.Join(dir, "link")) },
		"a␛[2Jb (added)": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "a\x1b[2Jb"), nil,
				0o600)
		},
		"findings.json (changed)": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "findings.json"), []byte("[ ]\n"), 0o600)
		},
		"findings.csv (changed)": func(dir string) error {
			path := filepath.Join(dir, "findings.csv")
			return errors.Join(os.Remove(path), os.Symlink(filepath.Join(elsewhere, "precious.txt"), path))
		},
	} {
		dir := write(t, reporttest.Hostile(), "csv", "json")
		if err := change(dir); err != nil {
			t.Fatal(err)
		}
		before := reporttest.Names(t, dir)
		for _, err := range []error{folder.Check(t.Context(), dir, false),
			WriteFolder(t.Context(), dir, reporttest.Hostile(), Options{Formats: []string{"csv"}})} {
			if !errors.Is(err, folder.ErrNotListed) || !strings.Contains(err.Error(), name) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if diff := cmp.Diff(before, reporttest.Names(t, dir)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if v := verifyFolder(t, dir+".new-1"); v.Same == 0 || len(v.Differences) > 0 {
			t.Errorf("%s: the finished report is not kept whole: %v", name, v.Differences)
		}
		if err := WriteFolder(t.Context(), dir, reporttest.Hostile(),
			Options{Formats: []string{"json"}, Replace: true}); err != nil {
			t.Errorf("%s, to be replaced: %v", name, err)
		}
		if diff := cmp.Diff([]string{"findings.json", "incidents.json", "manifest.json"},
			reporttest.Names(t, dir)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if got := reporttest.Read(t, elsewhere, "precious.txt"); got != "mine" {
			t.Errorf("%s: a link was followed: %q", name, got)
		}
	}
}

// TestWhatIsNobodysWorkIsReplaced: what file browsers leave, a signature and a file that is missing hinder nothing.
func TestWhatIsNobodysWorkIsReplaced(t *testing.T) {
	dir := write(t, reporttest.Hostile(), "csv", "json")
	for _, name := range []string{".DS_Store", "Thumbs.db", "desktop.ini", ".directory", "._findings.json",
		"._manifest.json", folder.SignatureName} {
		reporttest.Put(t, "", dir, name)
	}
	if err := os.Remove(filepath.Join(dir, "passes.csv")); err != nil {
		t.Fatal(err)
	}
	if err := WriteFolder(t.Context(), dir, reporttest.Hostile(), Options{Formats: []string{"json"}}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"findings.json", "incidents.json", "manifest.json"},
		reporttest.Names(t, dir)); diff != "" {
		t.Error(diff)
	}
	looked := filepath.Join(t.TempDir(), "looked")
	if err := os.Mkdir(looked, 0o700); err != nil {
		t.Fatal(err)
	}
	reporttest.Put(t, "", looked, ".DS_Store")
	if err := WriteFolder(t.Context(), looked, reporttest.Hostile(), Options{Formats: []string{"json"}}); err != nil {
		t.Errorf("a folder that is empty but for what a file browser left: %v", err)
	}
}

// TestNotesThatComeLateStay: what is put into the old report while the new one is made, up to the exchange itself.
func TestNotesThatComeLateStay(t *testing.T) {
	fill := func(f *folder.Folder) error {
		return f.Create("file", func(w io.Writer) error { _, err := io.WriteString(w, "new"); return err })
	}
	for when, late := range map[string]int{"before the exchange": 0, "after it": 1} {
		dir := write(t, reporttest.Hostile(), "json")
		calls := 0
		err := folder.Replace(t.Context(), dir, folder.Replacing{Check: func(ctx context.Context, path string) error {
			if calls == late {
				reporttest.Put(t, "mine", path, "notes.txt")
			}
			calls++
			return folder.Check(ctx, path, false)
		}}, fill)
		if !errors.Is(err, folder.ErrNotListed) {
			t.Fatalf("%s: %v", when, err)
		}
		old, fresh := dir, dir+".new-1"
		if late == 1 {
			old, fresh = dir+".old-1", dir
		}
		if reporttest.Read(t, old, "notes.txt") != "mine" || reporttest.Read(t, old, "manifest.json") == "" ||
			reporttest.Read(t, fresh, "file") != "new" {
			t.Errorf("%s: %v", when, err)
		}
		if !strings.Contains(err.Error(), filepath.Base(dir)+map[int]string{0: ".new-1", 1: ".old-1"}[late]) {
			t.Errorf("%s: the error does not name what is kept: %v", when, err)
		}
	}
}

// TestNamesOfWhatIsKept: nothing is written over, whatever lies there.
func TestNamesOfWhatIsKept(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "report")
	reporttest.Put(t, "", dir)
	if err := errors.Join(os.Mkdir(dir+".new-1", 0o700), os.Symlink("/nowhere", dir+".new-2")); err != nil {
		t.Fatal(err)
	}
	err := WriteFolder(t.Context(), dir, reporttest.Hostile(), Options{Formats: []string{"json"}})
	if !errors.Is(err, folder.ErrNotReport) || !strings.Contains(err.Error(), `report.new-3"`) {
		t.Error(err)
	}
	if diff := cmp.Diff([]string{"report", "report.new-1", "report.new-2", "report.new-3"},
		reporttest.Names(t, parent)); diff != "" {
		t.Error(diff)
	}
}

// TestAReportOfNothingReplacesNone: it is written where nothing stands, and nowhere else.
func TestAReportOfNothingReplacesNone(t *testing.T) {
	nothing := reporttest.Hostile()
	nothing.Unassessed = "none of it lies in the period"
	dir := filepath.Join(t.TempDir(), "report")
	if err := WriteFolder(t.Context(), dir, nothing, Options{Formats: []string{"json"}}); err != nil {
		t.Fatal(err)
	}
	for _, replace := range []bool{false, true} {
		err := WriteFolder(t.Context(), dir, nothing, Options{Formats: []string{"csv"}, Replace: replace})
		if !errors.Is(err, folder.ErrUnassessed) || !strings.Contains(err.Error(), nothing.Unassessed) {
			t.Errorf("replace %v: %v", replace, err)
		}
	}
	if diff := cmp.Diff([]string{"findings.json", "incidents.json", "manifest.json"},
		reporttest.Names(t, dir)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"report"}, reporttest.Names(t, filepath.Dir(dir))); diff != "" {
		t.Error(diff)
	}
}

func TestALinkToNothingIsRefused(t *testing.T) {
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(filepath.Join(t.TempDir(), "absent"), link); err != nil {
		t.Fatal(err)
	}
	if err := folder.Check(t.Context(), link, true); !errors.Is(err, folder.ErrNotReport) {
		t.Error(err)
	}
}

func TestCheckingEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	dir := write(t, reporttest.Hostile(), "json")
	cancel()
	if err := folder.Check(ctx, dir, false); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
