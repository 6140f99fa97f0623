package analysis

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestEveryModelFileRunsInItsOrder: run.go runs the model's files one after the other by their names.
func TestEveryModelFileRunsInItsOrder(t *testing.T) {
	source, err := os.ReadFile("run.go")
	if err != nil {
		t.Fatal(err)
	}
	var run []string
	for _, m := range regexp.MustCompile(`run\("(\w+)"\)`).FindAllStringSubmatch(string(source), -1) {
		run = append(run, m[1])
	}
	files, err := filepath.Glob("model/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files in model (%v)", err)
	}
	for i, name := range files {
		files[i] = strings.TrimSuffix(filepath.Base(name), ".sql")
	}
	if diff := cmp.Diff(files, run); diff != "" {
		t.Errorf("the model's files (-there +run):\n%s", diff)
	}
}

// TestTheModelDeclaresEveryTable: no Go source of the judgement makes a table, view or macro.
func TestTheModelDeclaresEveryTable(t *testing.T) {
	declares := regexp.MustCompile(`CREATE (OR REPLACE )?(TABLE|VIEW|MACRO)`)
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := entry.Name(); entry.IsDir() && (name == "extract" || name == "lake" || name == "testdata") {
			return filepath.SkipDir // what these make is not part of a case
		}
		if filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if declares.Match(text) {
			t.Errorf("%s declares a table; model/*.sql is the place", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
