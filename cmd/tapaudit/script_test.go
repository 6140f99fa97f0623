package main

import (
	"context"
	"database/sql"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write the scripts' golden files anew")

// TestMain makes the whole program a command named tapaudit, for the scripts and for tests that start it themselves.
func TestMain(m *testing.M) {
	testscript.Main(suite{m}, map[string]func(){
		"tapaudit": func() { os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) },
	})
}

// suite runs every test at one moment, and removes in the end what they share.
type suite struct{ *testing.M }

func (s suite) Run() int {
	var err error
	if shared, err = os.MkdirTemp("", "tapaudit-tests-"); err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(shared)
	if err := os.Setenv("SOURCE_DATE_EPOCH", "1791158400"); err != nil { // 2026-10-05
		log.Fatal(err)
	}
	return s.M.Run()
}

// TestScripts runs the real program the way a user's shell does.
func TestScripts(t *testing.T) {
	t.Parallel()
	scripts, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for name, reason := range notHere {
		path := filepath.Join("testdata", "script", name+".txtar")
		i := slices.Index(scripts, path)
		if i < 0 {
			t.Fatalf("%s, which is not run since it %s, is no script", path, reason)
		}
		scripts = slices.Delete(scripts, i, i+1)
	}
	testscript.Run(t, testscript.Params{
		Files:               scripts,
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("SOURCE_DATE_EPOCH", os.Getenv("SOURCE_DATE_EPOCH"))
			env.Setenv("NO_COLOR", "1")
			evidence, err := filepath.Abs("testdata/evidence")
			if err != nil {
				return err
			}
			env.Setenv("EVIDENCE", evidence)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status":  status,
			"rows":    countRows,
			"cut":     cutColumns,
			"head":    firstBytes,
			"repeat":  repeatFile,
			"binary":  writeBinary,
			"nowhere": nowhere,
			"bytes":   writeBytes,
			"swap":    swapText,
			"alter":   alterDatabase,
			"slashes": slashes,
			"tree":    tree,
		},
	})
}

// status N COMMAND ARG... runs a command and demands its exit status; testscript itself knows only success and
// failure.
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N command [arg...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

// table is a CSV file of a report, each row by the names of its columns.
func table(file string) (heads []string, rows []map[string]string, err error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", file, err)
	}
	if len(records) == 0 {
		return nil, nil, fmt.Errorf("%s has no header", file)
	}
	for _, record := range records[1:] {
		row := map[string]string{}
		for i, name := range records[0] {
			row[name] = record[i]
		}
		rows = append(rows, row)
	}
	return records[0], rows, nil
}

// countRows is the command rows N FILE [COLUMN=REGEXP]...: exactly N rows of a CSV file match all patterns, each as a
// whole.
func countRows(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: rows N file [column=regexp...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	heads, rows, err := table(ts.MkAbs(args[1]))
	ts.Check(err)
	patterns := map[string]*regexp.Regexp{}
	for _, arg := range args[2:] {
		column, pattern, _ := strings.Cut(arg, "=")
		known := false
		for _, h := range heads {
			known = known || h == column
		}
		if !known {
			ts.Fatalf("%s has no column %s", args[1], column)
		}
		compiled, err := regexp.Compile(`(?s)\A(?:` + pattern + `)\z`)
		ts.Check(err)
		patterns[column] = compiled
	}
	got := 0
	for _, row := range rows {
		matches := true
		for column, pattern := range patterns {
			matches = matches && pattern.MatchString(row[column])
		}
		if matches {
			got++
			ts.Logf("%v", row)
		}
	}
	if got != want {
		ts.Fatalf("%d rows match, want %d", got, want)
	}
}

// cutColumns is the command cut FILE COLUMN,...: the columns of a CSV file, to standard output.
func cutColumns(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: cut file column,...")
	}
	_, rows, err := table(ts.MkAbs(args[0]))
	ts.Check(err)
	for _, row := range rows {
		var cells []string
		for _, name := range strings.Split(args[1], ",") {
			cell, ok := row[name]
			if !ok {
				ts.Fatalf("%s has no column %s", args[0], name)
			}
			cells = append(cells, cell)
		}
		fmt.Fprintln(ts.Stdout(), strings.TrimRight(strings.Join(cells, " | "), " "))
	}
}

// firstBytes is the command head N FROM TO: TO becomes the first N bytes of FROM.
func firstBytes(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: head n from to")
	}
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	text := ts.ReadFile(args[1])
	if n >= len(text) {
		ts.Fatalf("%s has only %d bytes", args[1], len(text))
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(text[:n]), 0o600))
}

// repeatFile is the command repeat N FROM TO: FROM, N times, at the end of TO.
func repeatFile(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: repeat n from to")
	}
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	to, err := os.OpenFile(ts.MkAbs(args[2]), os.O_APPEND|os.O_WRONLY, 0)
	ts.Check(err)
	_, err = to.WriteString(strings.Repeat(ts.ReadFile(args[1]), n))
	ts.Check(errors.Join(err, to.Close()))
}

// writeBinary is the command binary FILE: a file of every byte there is.
func writeBinary(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: binary file")
	}
	all := make([]byte, 4096)
	for i := range all {
		all[i] = byte(i * 7)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), all, 0o600))
}

// writeBytes is the command bytes FILE TEXT: both with the escapes of a string of Go, so that they can hold anything.
func writeBytes(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: bytes file text")
	}
	ts.Check(os.WriteFile(ts.MkAbs(unescaped(ts, args[0])), []byte(unescaped(ts, args[1])), 0o600))
}

// swapText is the command swap OLD NEW FROM TO: TO becomes FROM with another text in the place of one that it has; NEW
// has the escapes of a string of Go.
func swapText(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: swap old new from to")
	}
	text := ts.ReadFile(args[2])
	if !strings.Contains(text, args[0]) {
		ts.Fatalf("%s does not hold %q", args[2], args[0])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[3]), []byte(strings.ReplaceAll(text, args[0], unescaped(ts, args[1]))), 0o600))
}

func unescaped(ts *testscript.TestScript, text string) string {
	s, err := strconv.Unquote(`"` + text + `"`)
	ts.Check(err)
	return s
}

// alterDatabase is the command alter FILE SQL...: somebody changes a database with DuckDB. With -journal before it the
// changes stay in the journal beside the file, which is as it was.
func alterDatabase(ts *testscript.TestScript, neg bool, args []string) {
	journal := len(args) > 0 && args[0] == "-journal"
	if journal {
		args = args[1:]
	}
	if neg || len(args) < 2 {
		ts.Fatalf("usage: alter [-journal] file sql...")
	}
	path := ts.MkAbs(args[0])
	changed := path
	if journal {
		changed = path + ".changed"
		ts.Check(os.WriteFile(changed, []byte(ts.ReadFile(path)), 0o600))
		defer os.Remove(changed)
	}
	db, err := sql.Open("duckdb", changed)
	ts.Check(err)
	statements := args[1:]
	if journal {
		statements = append([]string{"PRAGMA disable_checkpoint_on_shutdown"}, statements...)
	}
	for _, statement := range statements {
		if _, err = db.Exec(statement); err != nil {
			break
		}
	}
	ts.Check(errors.Join(err, db.Close()))
	if journal {
		ts.Check(os.WriteFile(path+".wal", []byte(ts.ReadFile(changed+".wal")), 0o600))
	}
}

// slashes is the command slashes: what the command before said, its paths with slashes on every system.
func slashes(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: slashes")
	}
	said, complained := ts.ReadFile("stdout"), ts.ReadFile("stderr")
	fmt.Fprint(ts.Stdout(), filepath.ToSlash(said))
	fmt.Fprint(ts.Stderr(), filepath.ToSlash(complained))
}

// tree is the command tree FOLDER: the paths of all that lies below it, to standard output.
func tree(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: tree folder")
	}
	ts.Check(filepath.WalkDir(ts.MkAbs(args[0]), func(file string, _ fs.DirEntry, err error) error {
		fmt.Fprintln(ts.Stdout(), file)
		return err
	}))
}

// nowhere REGEXP PATH...: no file at or below the paths has a text that matches, markup and line breaks aside.
// "stdout" and "stderr" are those of the command before.
func nowhere(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: nowhere regexp path...")
	}
	pattern, err := regexp.Compile(args[0])
	ts.Check(err)
	looked := 0
	look := func(name, text string) {
		looked++
		if found := pattern.FindStringIndex(plain(text)); found != nil {
			around := plain(text)
			ts.Fatalf("%s: %q", name, around[max(found[0]-60, 0):min(found[1]+60, len(around))])
		}
	}
	for _, path := range args[1:] {
		if path == "stdout" || path == "stderr" {
			look(path, ts.ReadFile(path))
			continue
		}
		ts.Check(filepath.WalkDir(ts.MkAbs(path), func(file string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			text, err := os.ReadFile(file)
			look(file, string(text))
			return err
		}))
	}
	if looked == 0 {
		ts.Fatalf("there is nothing to look at")
	}
}

var (
	noSentence = regexp.MustCompile(`(?s)<(style|script|pre)\b.*?</(style|script|pre)>`)
	tag        = regexp.MustCompile(`<[^<>]{0,400}>`)
)

// plain is a text as a reader sees its sentences: without markup and code, each run of white space one blank.
func plain(text string) string {
	text = noSentence.ReplaceAllString(text, " ")
	return strings.Join(strings.Fields(tag.ReplaceAllString(text, " ")), " ")
}
