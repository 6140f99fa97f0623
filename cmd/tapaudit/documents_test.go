package main

import (
	"encoding/csv"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

const repository = "../.."

// documents are the pages whose commands are run.
var documents = []string{
	"README.md", "ingest/CUSTODY.md", "analysis/CONFIGURATION.md", "analysis/lake/README.md", "reports/README.md",
	"reports/pseudonyms/README.md", "cmd/README.md",
}

// block is a fenced block of a document, by the word behind its fence.
var block = regexp.MustCompile("(?ms)^ *```([a-z]*)\n(.*?)^ *```$")

// linesShown are those that -update puts into a block of output.
const linesShown = 22

// TestDocuments runs each block marked sh as a reader would, one after the other, in a folder with the sample's
// evidence and configuration. A block marked output is what the one before it prints to begin with; -update writes it
// anew.
func TestDocuments(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil || runtime.GOOS != "linux" {
		t.Skip("the pages' commands are for a shell on Linux")
	}
	for _, name := range documents {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			page := filepath.Join(repository, name)
			content, err := os.ReadFile(page)
			if err != nil {
				t.Fatal(err)
			}
			text := string(content)
			dir, printed, ran := readersFolder(t), "", false
			for _, m := range block.FindAllStringSubmatch(text, -1) {
				switch {
				case m[1] == "sh":
					printed, ran = runBlock(t, sh, dir, m[2]), true
				case m[1] == "output" && printed != "":
					shown := beginning(printed, strings.Count(m[2], "\n"))
					switch {
					case *update:
						text = strings.Replace(text, m[0], "```output\n"+beginning(printed, linesShown)+"```", 1)
					case m[2] == "" || m[2] != shown:
						t.Errorf("run go test ./cmd/tapaudit -run Documents -update; the page shows\n%s\nwhat is printed:\n%s", m[2], shown)
					}
					printed = ""
				}
			}
			if !ran {
				t.Error("no block marked sh")
			}
			if text != string(content) {
				if err := os.WriteFile(page, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// runBlock runs commands in a folder and returns what they print.
func runBlock(t *testing.T, sh, dir, commands string) string {
	t.Helper()
	var stdout, stderr strings.Builder
	command := exec.Command(sh, "-e")
	command.Dir, command.Stdin, command.Stdout, command.Stderr = dir, strings.NewReader(commands), &stdout, &stderr
	command.Env = append(os.Environ(), "NO_COLOR=1")
	if err := command.Run(); err != nil {
		t.Fatalf("%v\n%s\n%s%s", err, commands, &stdout, &stderr)
	}
	return stdout.String()
}

// beginning are the first lines of a text, without blanks at their ends.
func beginning(text string, lines int) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if lines--; lines < 0 {
			break
		}
		b.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
	return b.String()
}

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
	dir := readersFolder(t)
	command := exec.Command("tapaudit", "run", "evidence", "--config", "tapaudit.yaml", "--period", "2026Q3",
		"--quiet")
	command.Dir = dir
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	files, err := filepath.Glob(filepath.Join(dir, "tapaudit-report", "*.csv"))
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

// TestOrganisations: the examples for kinds of organisations are configurations without errors, and name what lies beside them.
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
