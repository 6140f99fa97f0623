//go:build unix

// What the program imports is asked of the go command, which a machine that only runs tests need not have.

package main

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// goCommand runs the go command and returns what it prints.
func goCommand(t *testing.T, args ...string) string {
	t.Helper()
	var problems strings.Builder
	command := exec.CommandContext(t.Context(), "go", args...)
	command.Stderr = &problems
	out, err := command.Output()
	if err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, &problems)
	}
	return string(out)
}

// network are the packages that can open a connection or listen.
var network = regexp.MustCompile(`^(net|net/http|net/http/.*|net/rpc|net/rpc/.*|net/smtp|net/textproto|crypto/tls|log/syslog|golang\.org/x/net/.*)$`)

// libraries are those of our dependencies that import one of them, and what for.
var libraries = map[string]string{
	"github.com/andybalholm/brotli":       "helpers for HTTP servers, not used; parquet-go needs the compression",
	"github.com/go-viper/mapstructure/v2": "turns texts into addresses; duckdb-go needs it for structures",
	"github.com/google/uuid":              "looks at the network interfaces for UUIDs of version 1, not used; duckdb-go needs its type",
	"github.com/xuri/excelize/v2":         "asks of what kind a picture is, not used",
	"golang.org/x/net/html":               "character sets of old workbooks, for excelize; not used",
	"golang.org/x/net/html/charset":       "likewise",
	"github.com/olekukonko/errors":        "tells HTTP errors by their status, not used; tablewriter needs its errors",
	"github.com/schollz/progressbar/v3":   "shows progress over HTTP, not used",
	"github.com/spf13/pflag":              "flags that are addresses, not used",
}

// TestLibrariesThatImportTheNetwork: a dependency that begins to import it is noticed. That nothing of it is called,
// the tests below and the trace of system calls in cmd/tools/torture show.
func TestLibrariesThatImportTheNetwork(t *testing.T) {
	found := map[string]bool{}
	for line := range strings.Lines(goCommand(t, "list", "-deps", "-f",
		`{{if not .Standard}}{{.ImportPath}} {{join .Imports " "}}{{end}}`, ".")) {
		imports := strings.Fields(line)
		if len(imports) == 0 {
			continue
		}
		for _, name := range imports[1:] {
			if network.MatchString(name) {
				found[imports[0]] = true
				if libraries[imports[0]] == "" {
					t.Errorf("%s imports %s; see what for, and whether we can do without", imports[0], name)
				}
			}
		}
	}
	for name := range libraries {
		if !found[name] {
			t.Errorf("%s does not import the network any more", name)
		}
	}
}

// TestNoPackageImportsTheNetwork: none of our packages imports what can open a connection or listen. net/netip and
// net/url only read texts.
func TestNoPackageImportsTheNetwork(t *testing.T) {
	ours := 0
	for line := range strings.Lines(goCommand(t, "list", "-deps", "-f", `{{.ImportPath}} {{join .Imports " "}}`,
		".")) {
		imports := strings.Fields(line)
		if !strings.HasPrefix(imports[0], "tapaudit/") {
			continue
		}
		ours++
		for _, name := range imports[1:] {
			if network.MatchString(name) {
				t.Errorf("%s imports %s", imports[0], name)
			}
		}
	}
	if ours < 8 {
		t.Errorf("only %d packages of ours were looked at", ours)
	}
}

// TestNoClientInTheProgram: libraries that we use import net/http; the linker must find no use for its client, its
// server or a listener.
func TestNoClientInTheProgram(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "tapaudit")
	goCommand(t, "build", "-buildvcs=false", "-ldflags=-w", "-o", binary, ".")
	symbols := goCommand(t, "tool", "nm", binary)
	if !strings.Contains(symbols, "main.auditCommand") {
		t.Fatal("the symbols of the program are not to be seen")
	}
	opener := regexp.MustCompile(`\bnet/http\.(\(\*(Client|Transport|Server)\)\.\w+|ListenAndServe\w*|Get|Post)$|\bnet\.(Listen\w*|Dial|DialTimeout|\(\*ListenConfig\)\.\w+)$|\bcrypto/tls\.(Dial|Client)$`)
	for line := range strings.Lines(symbols) {
		if opener.MatchString(strings.TrimSpace(line)) {
			t.Errorf("the program holds %s", strings.TrimSpace(line))
		}
	}
}
