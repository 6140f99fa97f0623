package casefile

import (
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/windows"
)

// TestInUse: a case that another program has open is named as in use, whatever that lets others do; afterwards it opens.
func TestInUse(t *testing.T) {
	path := filepath.Join(t.TempDir(), "case.duckdb")
	c, err := Open(t.Context(), path, Options{Loads: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	wide, err := windows.UTF16PtrFromString(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, shared := range map[string]uint32{"nothing": 0, "reading": windows.FILE_SHARE_READ} {
		held, err := windows.CreateFile(wide, windows.GENERIC_READ|windows.GENERIC_WRITE, shared, nil,
			windows.OPEN_EXISTING, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		_, err = Open(t.Context(), path, Options{Loads: true})
		if err == nil || !strings.Contains(err.Error(), "is in use by another process; wait until it has ended") {
			t.Errorf("shared is %s: %v", name, err)
		}
		if err := windows.CloseHandle(held); err != nil {
			t.Fatal(err)
		}
	}
	c, err = Open(t.Context(), path, Options{Loads: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}
