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

// TestNoPackageImportsTheNetwork: none of our packages imports what can open a connection or listen. net/netip and
// net/url only read texts.
func TestNoPackageImportsTheNetwork(t *testing.T) {
	network := regexp.MustCompile(`^(net|net/http|net/http/.*|net/rpc|net/rpc/.*|net/smtp|net/textproto|crypto/tls|log/syslog|golang\.org/x/net/.*)$`)
	ours := 0
	for line := range strings.Lines(goCommand(t, "list", "-deps", "-f", `{{.ImportPath}} {{join .Imports " "}}`, ".")) {
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
	if !strings.Contains(symbols, "main.runAudit") {
		t.Fatal("the symbols of the program are not to be seen")
	}
	opener := regexp.MustCompile(`\bnet/http\.(\(\*(Client|Transport|Server)\)\.\w+|ListenAndServe\w*|Get|Post)$|\bnet\.(Listen\w*|Dial|DialTimeout|\(\*ListenConfig\)\.\w+)$|\bcrypto/tls\.(Dial|Client)$`)
	for line := range strings.Lines(symbols) {
		if opener.MatchString(strings.TrimSpace(line)) {
			t.Errorf("the program holds %s", strings.TrimSpace(line))
		}
	}
}
