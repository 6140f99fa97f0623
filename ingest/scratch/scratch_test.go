//go:build unix

package scratch

import (
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// TestAbandonedFoldersAreRemoved: what a killed program left goes with the next folder, and nothing else does.
func TestAbandonedFoldersAreRemoved(t *testing.T) {
	parent := t.TempDir()
	living, err := Make(parent, ".work-")
	if err != nil {
		t.Fatal(err)
	}
	abandoned, err := Make(parent, ".work-")
	if err != nil {
		t.Fatal(err)
	}
	abandoned.unlock() // as the kernel does for a killed program
	write(t, filepath.Join(abandoned.Path, "inside"))

	kept := []string{filepath.Base(living.Path), ".work-", ".work-mine", ".work-7x", "work-7", ".work-8", ".work-9",
		".work-10"}
	for _, name := range kept[1:5] {
		if err := os.Mkdir(filepath.Join(parent, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(parent, ".work-8"))
	elsewhere := t.TempDir()
	write(t, filepath.Join(elsewhere, "file"))
	if err := os.Symlink(elsewhere, filepath.Join(parent, ".work-9")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(parent, ".work-10"), 0o755); err != nil { // not as we make them
		t.Fatal(err)
	}

	next, err := Make(parent, ".work-")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(abandoned.Path); !os.IsNotExist(err) {
		t.Errorf("the abandoned folder is still there: %v", err)
	}
	for _, name := range kept {
		if _, err := os.Lstat(filepath.Join(parent, name)); err != nil {
			t.Errorf("%s is gone: %v", name, err)
		}
	}
	if _, err := os.Stat(filepath.Join(elsewhere, "file")); err != nil {
		t.Errorf("a link was followed: %v", err)
	}
	if info, err := os.Stat(next.Path); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the new folder: %v %v", info, err)
	}
	for _, f := range []*Folder{living, next} {
		if err := f.Remove(); err != nil {
			t.Error(err)
		}
		if _, err := os.Lstat(f.Path); !os.IsNotExist(err) {
			t.Errorf("%s was not removed: %v", f.Path, err)
		}
	}
}

// TestManyAtOnce: folders made at the same time do not take one another for abandoned.
func TestManyAtOnce(t *testing.T) {
	parent := t.TempDir()
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			for range 50 {
				f, err := Make(parent, ".work-")
				if err != nil {
					t.Error(err)
					return
				}
				if err := os.WriteFile(filepath.Join(f.Path, "x"), nil, 0o600); err != nil {
					t.Error(err)
				}
				if err := f.Remove(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if entries, err := os.ReadDir(parent); err != nil || len(entries) > 0 {
		t.Errorf("left: %v %v", entries, err)
	}
}

func write(t *testing.T, path string) {
	t.Helper()
	if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
}
