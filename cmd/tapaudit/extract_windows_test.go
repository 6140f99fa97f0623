package main

import (
	"strings"
	"testing"
)

// TestExtractOfPaths: a lake and the results lie in folders that are named as Windows names them.
func TestExtractOfPaths(t *testing.T) {
	text, _ := tapaudit(t, exitDone, "extract", "--engine", "duckdb", "--period", "2026Q3",
		"--table", `signins=C:\lake\signins`, "--into", `D:\cases\extract`)
	for _, want := range []string{"'C:/lake/signins/", "'D:/cases/extract/"} {
		if !strings.Contains(text, want) {
			t.Errorf("the query does not name %s", want)
		}
	}
}
