//go:build unix

package lake

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestExchangedMeanwhile: what is laid into the lake after it was looked through is not followed either.
func TestExchangedMeanwhile(t *testing.T) {
	say := func(w io.Writer) error {
		_, err := io.WriteString(w, "ours")
		return err
	}
	for name, exchange := range map[string]func(dir, victim string) error{
		"the file": func(dir, victim string) error { return os.Symlink(victim, filepath.Join(dir, "a/b/file")) },
		"the file it is before": func(dir, victim string) error {
			return os.Symlink(victim, filepath.Join(dir, "a/b/.file.next"))
		},
		"a folder": func(dir, victim string) error {
			return errors.Join(os.RemoveAll(filepath.Join(dir, "a")),
				os.Symlink(filepath.Dir(victim), filepath.Join(dir, "a")))
		},
		"a folder, by one inside": func(dir, _ string) error {
			return errors.Join(os.MkdirAll(filepath.Join(dir, "c/b"), 0o700), os.RemoveAll(filepath.Join(dir, "a")),
				os.Symlink("c", filepath.Join(dir, "a")))
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir, victim := t.TempDir(), filepath.Join(t.TempDir(), "b", "file")
			if err := errors.Join(os.MkdirAll(filepath.Join(dir, "a/b"), 0o700), os.Mkdir(filepath.Dir(victim), 0o700),
				os.WriteFile(victim, []byte("theirs"), 0o600)); err != nil {
				t.Fatal(err)
			}
			f, err := openFolder(dir)
			if err != nil {
				t.Fatal(err)
			}
			defer f.close()
			if err := exchange(dir, victim); err != nil {
				t.Fatal(err)
			}
			if err := f.write("a/b/file", say); err == nil || !strings.Contains(err.Error(), "in it is a link") {
				t.Errorf("written: %v", err)
			}
			if name != "the file it is before" {
				if there, err := f.copyTo("a/b/file", filepath.Join(t.TempDir(), "copy")); there || err == nil {
					t.Errorf("read: %v", err)
				}
			}
			if text, err := os.ReadFile(victim); err != nil || string(text) != "theirs" {
				t.Errorf("the victim: %q, %v", text, err)
			}
			if entries, err := os.ReadDir(filepath.Dir(victim)); err != nil || len(entries) != 1 {
				t.Errorf("beside the victim: %v, %v", entries, err)
			}
		})
	}
}

// TestFilesArePrivate: what is written into a lake only its owner reads.
func TestFilesArePrivate(t *testing.T) {
	dir := t.TempDir()
	f, err := openFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer f.close()
	if err := f.write("a/file", func(io.Writer) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(filepath.Join(dir, "a/file")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
}
