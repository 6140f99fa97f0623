package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

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
	if err != nil {
		t.Fatal(err)
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
