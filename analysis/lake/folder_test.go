package lake

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// TestWriteWholeOrNot: a file that cannot be written to its end leaves the old one and nothing else.
func TestWriteWholeOrNot(t *testing.T) {
	dir := t.TempDir()
	f, err := openFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer f.close()
	for _, text := range []string{"one", "two"} {
		if err := f.write("a/file", func(w io.Writer) error {
			_, err := io.WriteString(w, text)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	failed := errors.New("failed")
	if err := f.write("a/file", func(w io.Writer) error {
		_, err := io.WriteString(w, "th")
		return errors.Join(err, failed)
	}); !errors.Is(err, failed) {
		t.Errorf("%v", err)
	}
	if text, err := os.ReadFile(filepath.Join(dir, "a/file")); err != nil || string(text) != "two" {
		t.Errorf("%q, %v", text, err)
	}
	if entries, err := os.ReadDir(filepath.Join(dir, "a")); err != nil || len(entries) != 1 {
		t.Errorf("left: %v, %v", entries, err)
	}
}
