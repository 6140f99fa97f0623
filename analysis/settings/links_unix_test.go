//go:build unix

package settings

import (
	"os"
	"path/filepath"
	"testing"
)

// TestLinksStayInside: nor do links lead a configuration to files of other folders.
func TestLinksStayInside(t *testing.T) {
	above := t.TempDir()
	dir := filepath.Join(above, "configuration")
	outside := write(t, above, "roster.csv", roster)
	write(t, dir, "lists/roster.csv", roster)
	for name, target := range map[string]string{"inside.csv": "lists/roster.csv", "up.csv": "../roster.csv",
		"absolute.csv": outside, "upwards": "..", "null.csv": "/dev/null"} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	namesRoster(t, dir, "inside.csv", "")
	for _, name := range []string{"up.csv", "absolute.csv", "upwards/roster.csv", "null.csv"} {
		namesRoster(t, dir, name, "open "+name+": it leads out of its folder; put the file itself into the folder")
	}
}
