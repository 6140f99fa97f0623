package main

import (
	"encoding/csv"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const repository = "../.."

// readersFolder is a folder such as a reader has: evidence, a configuration and what it names.
func readersFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	sample := filepath.Join(repository, "sample-logs")
	if err := os.CopyFS(filepath.Join(dir, "evidence"), os.DirFS(filepath.Join(sample, "evidence"))); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"tapaudit.yaml", "roster.csv", "register.csv"} {
		content, err := os.ReadFile(filepath.Join(sample, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestColumns: reports/README.md lists the columns that a report's tables have. With -update it is written so.
func TestColumns(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(sampleReport(t), "*.csv"))
	if err != nil || len(files) < 9 {
		t.Fatalf("%d tables: %v", len(files), err)
	}
	table := "| table | columns |\n|---|---|\n"
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		heads, err := csv.NewReader(f).Read()
		f.Close()
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		table += fmt.Sprintf("| `%s` | %s |\n", filepath.Base(file), strings.Join(heads, ", "))
	}
	page := filepath.Join(repository, "reports", "README.md")
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "<!-- columns -->\n", "<!-- end columns -->\n"
	before, rest, ok := strings.Cut(string(text), begin)
	listed, after, ends := strings.Cut(rest, end)
	if !ok || !ends {
		t.Fatalf("%s has no %sto %s", page, begin, end)
	}
	if listed == table {
		return
	}
	if !*update {
		t.Fatalf("%s lists other columns; run go test ./cmd/tapaudit -run Columns -update. They are:\n%s", page, table)
	}
	if err := os.WriteFile(page, []byte(before+begin+table+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestChangelog: the first release that it tells of is this one.
func TestChangelog(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(repository, "CHANGELOG.md"))
	if err != nil {
		t.Fatal(err)
	}
	if m := regexp.MustCompile(`(?m)^## (.*)$`).FindStringSubmatch(string(text)); m == nil || m[1] != version {
		t.Errorf("CHANGELOG.md begins with %q, the program is version %s", m, version)
	}
}

// TestCommandsAreListed: cmd/README.md has a row for every command that help lists.
func TestCommandsAreListed(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(repository, "cmd", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	help, err := exec.Command("tapaudit", "--help").Output()
	if err != nil {
		t.Fatal(err)
	}
	_, listed, _ := strings.Cut(string(help), "Available Commands:\n")
	listed, _, _ = strings.Cut(listed, "\n\n")
	commands := 0
	for line := range strings.Lines(listed) {
		command := strings.Fields(line)[0]
		commands++
		if command != "help" && !strings.Contains(string(page), "\n| `tapaudit "+command) {
			t.Errorf("cmd/README.md has no row for %s", command)
		}
	}
	if commands < 15 {
		t.Errorf("help lists %d commands:\n%s", commands, help)
	}
}

// TestOrganisations: the examples for kinds of organisations are configurations without errors, and name what lies
// beside them.
func TestOrganisations(t *testing.T) {
	files, err := fs.Glob(os.DirFS(repository), "sample-logs/organisations/*/tapaudit.yaml")
	if err != nil || len(files) < 3 {
		t.Fatalf("%d examples: %v", len(files), err)
	}
	for _, file := range files {
		if out, err := exec.Command("tapaudit", "config", "check", filepath.Join(repository, file)).CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
	}
}
