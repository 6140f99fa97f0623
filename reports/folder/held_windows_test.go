package folder_test

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/windows"

	"tapaudit/analysis"
	"tapaudit/reports/folder"
	"tapaudit/reports/reporttest"
)

// holding opens a file or a folder as other programs do, who let nobody rename or delete it meanwhile.
func holding(t *testing.T, path string) (release func()) {
	t.Helper()
	wide, err := windows.UTF16PtrFromString(path)
	if err != nil {
		t.Fatal(err)
	}
	handle, err := windows.CreateFile(wide, windows.GENERIC_READ, windows.FILE_SHARE_READ|windows.FILE_SHARE_WRITE, nil,
		windows.OPEN_EXISTING, windows.FILE_FLAG_BACKUP_SEMANTICS, 0)
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := windows.CloseHandle(handle); err != nil {
			t.Error(err)
		}
	}
}

// held is a report at dir that says "old", and a function that replaces it, meanwhile doing something else.
func held(t *testing.T) (dir string, replace func(text string, meanwhile func()) error) {
	dir = filepath.Join(t.TempDir(), "report")
	replace = func(text string, meanwhile func()) error {
		return folder.Replace(t.Context(), dir, folder.Replacing{Check: check}, func(f *folder.Folder) error {
			meanwhile()
			return errors.Join(f.Create("findings.csv", func(w io.Writer) error {
				_, err := io.WriteString(w, text)
				return err
			}), folder.WriteManifest(f, &analysis.Result{}, "", reporttest.At(1, 0, 0)))
		})
	}
	if err := replace("old", func() {}); err != nil {
		t.Fatal(err)
	}
	return dir, replace
}

func check(ctx context.Context, dir string) error { return folder.Check(ctx, dir, false) }

// TestHeldFolder: a report in which a shell stands stays as it is, which is said before the long work; where that
// comes later, the new one is kept beside it.
func TestHeldFolder(t *testing.T) {
	dir, replace := held(t)
	said := func(err error) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), "a shell may stand in it; close that and try again") {
			t.Errorf("said is %v", err)
		}
	}
	release := holding(t, dir)
	said(check(t.Context(), dir))
	release()
	said(replace("new", func() { release = holding(t, dir) }))
	release()
	if names := reporttest.Names(t, filepath.Dir(dir)); !slices.Equal(names, []string{"report", "report.new-1"}) {
		t.Errorf("there are %q", names)
	}
	if old := reporttest.Read(t, dir, "findings.csv"); old != "old" {
		t.Errorf("the report is %q", old)
	}
	if kept := reporttest.Read(t, dir+".new-1", "findings.csv"); kept != "new" {
		t.Errorf("what was kept is %q", kept)
	}
	if err := replace("newest", func() {}); err != nil {
		t.Errorf("released: %v", err)
	}
}

// TestHeldFile: nor is a finished report lost where one file of the old one is open. Windows moves no folder with such
// a file, wine does and cannot delete it; either is told, and the next run clears it up.
func TestHeldFile(t *testing.T) {
	dir, replace := held(t)
	var release func()
	if err := replace("new", func() { release = holding(t, filepath.Join(dir, "findings.csv")) }); err == nil {
		t.Error("nothing is said of the open file")
	}
	release()
	kept := reporttest.Read(t, dir, "findings.csv")
	if kept == "old" {
		kept = reporttest.Read(t, dir+".new-1", "findings.csv")
	}
	if kept != "new" {
		t.Errorf("what was kept is %q", kept)
	}
	if err := replace("newest", func() {}); err != nil {
		t.Errorf("released: %v", err)
	}
	for _, name := range reporttest.Names(t, filepath.Dir(dir)) {
		if strings.HasPrefix(name, ".") {
			t.Errorf("%s is left", name)
		}
	}
}
