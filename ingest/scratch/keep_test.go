package scratch

import (
	"os"
	"testing"
)

// TestKeep: a folder that is kept stays, with nothing beside it, and is nobody's any more.
func TestKeep(t *testing.T) {
	parent := t.TempDir()
	f, err := Make(parent, ".work-")
	if err != nil {
		t.Fatal(err)
	}
	if left := Left(parent, ".work-"); len(left) != 0 {
		t.Errorf("%s is taken for an abandoned folder while its maker lives", left[0].Path)
	}
	f.Keep()
	if entries, err := os.ReadDir(parent); err != nil || len(entries) != 1 {
		t.Errorf("beside the folder: %v, %v", entries, err)
	}
	left := Left(parent, ".work-")
	if len(left) != 1 || left[0].Path != f.Path {
		t.Fatalf("%v is nobody's, want %s", left, f.Path)
	}
	if err := left[0].Remove(); err != nil {
		t.Fatal(err)
	}
}
