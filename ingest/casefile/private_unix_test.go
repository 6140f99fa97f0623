//go:build unix

package casefile

import (
	"os"
	"path/filepath"
	"testing"
)

func TestCaseIsPrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "case.duckdb")
	open(t, path, Options{})
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; a case holds personal data", info.Mode(), err)
	}
}
