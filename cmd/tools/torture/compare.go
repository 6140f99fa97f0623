//go:build linux

package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// content is a case by content: for each table how many rows it has, and a sum over the hashes of its rows, in which
// their order has no part.
type content map[string]rows

type rows struct {
	n   int64
	sum string
}

// content reads a case through tapaudit's own query. Columns that are named are left out.
func (s *session) content(file string, without ...string) (content, error) {
	tables, err := s.query(file,
		"SELECT table_name, list(column_name ORDER BY column_index) FROM duckdb_columns() WHERE NOT internal AND table_name IN (SELECT table_name FROM duckdb_tables()) GROUP BY ALL ORDER BY ALL")
	if err != nil {
		return nil, err
	}
	if len(tables) < 10 {
		return nil, fmt.Errorf("%s has %d tables only", file, len(tables))
	}
	var parts []string
	for _, t := range tables {
		var columns []string
		for _, c := range strings.Split(strings.Trim(t[1], "[]"), ",") {
			if c = strings.Trim(c, `" `); !slices.Contains(without, c) {
				columns = append(columns, fmt.Sprintf(`'%s', "%s"`, c, c))
			}
		}
		parts = append(parts, fmt.Sprintf(`SELECT '%s', count(*), coalesce(sum(md5_number_lower(json_object(%s)::VARCHAR)::HUGEINT), 0)::VARCHAR FROM "%s"`,
			t[0], strings.Join(columns, ", "), t[0]))
	}
	answer, err := s.query(file, strings.Join(parts, "\nUNION ALL "))
	if err != nil {
		return nil, err
	}
	c := content{}
	for _, row := range answer {
		n, err := strconv.ParseInt(row[1], 10, 64)
		if err != nil {
			return nil, err
		}
		c[row[0]] = rows{n, row[2]}
	}
	return c, nil
}

// query asks a case.
func (s *session) query(file, sql string) ([][]string, error) {
	r := s.tapaudit(limits{}, "query", "--case", file, "--format", "csv", sql)
	if r.status != 0 {
		return nil, fmt.Errorf("%v", r)
	}
	records, err := csv.NewReader(strings.NewReader(r.out)).ReadAll()
	if err != nil || len(records) == 0 {
		return nil, fmt.Errorf("the answer to a query cannot be read: %v", err)
	}
	return records[1:], nil
}

// compare says in words how a case differs from what it should be, "" where it does not; lost and doubled are rows too
// few and too many.
func (c content) compare(want content) (differs string, lost, doubled int) {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(want)) {
		got, ok := c[name]
		switch {
		case !ok:
			all = append(all, name+" is missing")
			lost += int(max(want[name].n, 1))
		case got.n != want[name].n:
			all = append(all, fmt.Sprintf("%s has %d rows, not %d", name, got.n, want[name].n))
			lost += int(max(want[name].n-got.n, 0))
			doubled += int(max(got.n-want[name].n, 0))
		case got.sum != want[name].sum:
			all = append(all, name+" has other rows")
			lost++
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c)) {
		if _, ok := want[name]; !ok {
			all = append(all, name+" is one table too many")
		}
	}
	return strings.Join(all, "; "), lost, doubled
}

// filesOf are the files of a folder with their texts.
func filesOf(dir string) (map[string]string, error) {
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		all[name], err = withoutCaseFile(name, text)
		return err
	})
	return all, err
}

// caseFileLine is where the page names the case file.
var caseFileLine = regexp.MustCompile(`<div><dt>Case file, as opened</dt>.*?</div>\n?`)

// withoutCaseFile is a report's file without the state of the case file that it was made from. Each run has another
// hash and other journals, so the page that names them has another hash too.
func withoutCaseFile(name string, text []byte) (string, error) {
	switch name {
	case "report.html":
		return caseFileLine.ReplaceAllString(string(text), ""), nil
	case "manifest.json":
		var manifest map[string]any
		if err := json.Unmarshal(text, &manifest); err != nil {
			return "", err
		}
		delete(manifest, "case_file")
		outputs, _ := manifest["outputs"].([]any)
		manifest["outputs"] = slices.DeleteFunc(outputs, func(o any) bool {
			output, _ := o.(map[string]any)
			return output["path"] == "report.html"
		})
		whole, err := json.Marshal(manifest)
		return string(whole), err
	}
	return string(text), nil
}

// differences names the files in which two folders differ, "" where they do not.
func differences(got, want map[string]string) string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if text, ok := got[name]; !ok {
			all = append(all, name+" is missing")
		} else if text != want[name] {
			all = append(all, name+" differs")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if _, ok := want[name]; !ok {
			all = append(all, name+" is one too many")
		}
	}
	return strings.Join(all, "; ")
}

// leftOver is what a folder holds besides the names that are allowed.
func leftOver(dir string, allowed ...string) []string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return []string{err.Error()}
	}
	var left []string
	for _, e := range entries {
		if !slices.Contains(allowed, e.Name()) {
			left = append(left, e.Name())
		}
	}
	return left
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}

// copyFolder copies a folder of plain files and folders, their times included: they are evidence.
func copyFolder(from, to string) error {
	return filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		below, _ := filepath.Rel(from, path)
		target := filepath.Join(to, below)
		if entry.IsDir() {
			return os.MkdirAll(target, 0o700)
		}
		if err := copyFile(path, target); err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		return os.Chtimes(target, info.ModTime(), info.ModTime())
	})
}
