package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// tapaudit runs the whole program in this process and demands its exit status.
func tapaudit(t testing.TB, want int, args ...string) (stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	if got := run(t.Context(), args, strings.NewReader(""), &out, &err); got != want {
		t.Fatalf("tapaudit %s: exit status %d, want %d\n%s%s", strings.Join(args, " "), got, want, &out, &err)
	}
	return out.String(), err.String()
}

// shared is a folder for what several tests read.
var shared string

// madeOnce is a report that several tests read and none changes: the first that asks for it has it made.
func madeOnce(name string, args ...string) func(testing.TB) string {
	report := sync.OnceValues(func() (string, error) {
		out := filepath.Join(shared, name)
		var said strings.Builder
		status := run(context.Background(), append([]string{"run", "--out", out, "--quiet"}, args...),
			strings.NewReader(""), &said, &said)
		if status != exitDone {
			return "", fmt.Errorf("the report %s: exit status %d\n%s", name, status, &said)
		}
		return out, nil
	})
	return func(t testing.TB) string {
		t.Helper()
		out, err := report()
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
}

// takeoverReport is the report of the small evidence of an attack.
var takeoverReport = madeOnce("takeover", "testdata/evidence/takeover")

// rowsOf are the rows of a report's CSV file.
func rowsOf(t testing.TB, report, name string) []map[string]string {
	t.Helper()
	_, rows, err := table(filepath.Join(report, name))
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// lines renders rows of a table, a line each, with these columns.
func lines(rows []map[string]string, columns ...string) []string {
	var all []string
	for _, row := range rows {
		var cells []string
		for _, c := range columns {
			cells = append(cells, row[c])
		}
		all = append(all, strings.Join(cells, " | "))
	}
	return all
}

// files are the contents of all files of a folder.
func files(t testing.TB, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		all[filepath.ToSlash(name)] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
