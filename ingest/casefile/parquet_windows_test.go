package casefile

import (
	"path/filepath"
	"slices"
	"testing"
)

// TestVerbatimPaths: Parquet is written and read by the paths that Windows takes without a look at them.
func TestVerbatimPaths(t *testing.T) {
	c, err := Open(t.Context(), "", Options{Loads: true})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	path := `\\?\` + filepath.Join(t.TempDir(), "a[1].parquet")
	if _, err := c.WriteParquet(t.Context(), "SELECT 1 AS n", "", path); err != nil {
		t.Fatal(err)
	}
	var checker Checker
	defer checker.Close()
	_, rows, err := checker.Check(t.Context(), []string{path})
	if err != nil || !slices.Equal(rows, []int64{1}) {
		t.Errorf("%d rows, %v; want 1", rows, err)
	}
}

// TestGlobEscaped: a share loses no more than the beginning either.
func TestGlobEscaped(t *testing.T) {
	for path, want := range map[string]string{
		`\\?\C:\a[1]\x.parquet`:          `C:\a[[]1]\x.parquet`,
		`\\?\UNC\server\share\x.parquet`: `\\server\share\x.parquet`,
		`\\server\share\x.parquet`:       `\\server\share\x.parquet`,
	} {
		if got := globEscaped(path); got != want {
			t.Errorf("%s becomes %s, want %s", path, got, want)
		}
	}
}
