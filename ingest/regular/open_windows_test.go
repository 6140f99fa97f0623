package regular

import (
	"os"
	"path/filepath"
	"testing"
)

// TestNoDevice: what Windows takes for a device, in whatever folder and with whatever ending, is told from a file.
func TestNoDevice(t *testing.T) {
	for path, device := range map[string]bool{
		"CON": true, "nul": true, "NUL ": true, "COM1.txt": true, "COM\u00b9": true, `cases\aux.duckdb`: true, "CONIN$": true,
		"a/prn.d/b": true, `\\.\C:`: true, `\\.\pipe\tapaudit`: true, `\\?\C:\cases\CON`: true,
		"console": false, "COM0": false, "null.txt": false, `..\report`: false, `C:\cases\report`: false,
		`\\?\C:\cases\report`: false, `\\server\share\report`: false,
	} {
		if err := NoDevice(path); (err != nil) != device {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// TestOpenFolder: a folder opens by its path as it is, and by the one that Windows takes without a look at it.
func TestOpenFolder(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "file"), []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{dir, `\\?\` + dir} {
		root, err := OpenFolder(path)
		if err != nil {
			t.Error(err)
			continue
		}
		if text, err := ReadPlain(root, "file", 10); err != nil || string(text) != "text" {
			t.Errorf("%s: %q, %v", path, text, err)
		}
		root.Close()
	}
	if _, err := OpenFolder(filepath.Join(dir, "file")); err == nil {
		t.Error("a file opens as a folder")
	}
}
