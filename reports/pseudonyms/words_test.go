package pseudonyms

import (
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tapaudit/analysis"
)

var update = flag.Bool("update", false, "write ordinary-words.txt anew")

// TestOrdinaryWords: the list holds every word of the sentences that analysis and ingest make, as far as no built-in
// rule's file has it: a name that is such a word must not be replaced inside the report's own sentences.
func TestOrdinaryWords(t *testing.T) {
	rules, err := analysis.BuiltInRules()
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, r := range rules {
		for _, w := range word.FindAllString(r.Source, -1) {
			known[strings.ToLower(w)] = true
		}
	}
	// The packages of the judgement, but for those that lake, extract and scenes are: their sentences reach no report.
	var judgement []string
	for _, name := range strings.Fields(". activity auditlog coverage identity logins passes policy proof roles rows statistics supervision when") {
		judgement = append(judgement, filepath.Join("../../analysis", name))
	}
	said := map[string]bool{}
	for _, folder := range append(judgement, "../../ingest", "../../ingest/evidence", "../../ingest/formats",
		"../../ingest/regular") {
		for _, sentence := range sentences(t, folder) {
			for _, w := range word.FindAllString(sentence, -1) {
				if w = strings.ToLower(w); !known[w] {
					said[w] = true
				}
			}
		}
	}
	// Go's own names of days and months, which sentences hold by way of times.
	for _, w := range strings.Fields("monday tuesday wednesday thursday friday saturday sunday") {
		said[w] = true
	}
	if len(said) < 200 {
		t.Fatalf("the sources hold %d words only", len(said))
	}
	list := slices.Sorted(maps.Keys(said))
	spoken := map[string]bool{}
	for _, folder := range append(judgement, "../../analysis/settings", "../../ingest", "../../ingest/casefile",
		"../../ingest/evidence", "../../ingest/formats") {
		for _, text := range literals(t, folder) {
			for _, w := range word.FindAllString(text, -1) {
				spoken[strings.ToLower(w)] = true
			}
		}
	}
	// Classes of deeds and the operations that have one, Microsoft's words.
	classes, err := os.ReadFile("../../analysis/activity/classes.csv")
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range word.FindAllString(string(classes), -1) {
		spoken[strings.ToLower(w)] = true
	}
	for w := range said {
		delete(spoken, w)
	}
	alone := slices.Sorted(maps.Keys(spoken))
	if *update {
		if err := os.WriteFile("spoken-words.txt", []byte(strings.Join(alone, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, w := range alone {
		if !*update && !spokenWords[w] {
			t.Errorf("spoken-words.txt lacks %q; write it anew with: go test ./reports/pseudonyms -run OrdinaryWords -update", w)
		}
	}
	if *update {
		if err := os.WriteFile("ordinary-words.txt", []byte(strings.Join(list, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	listed, err := os.ReadFile("ordinary-words.txt")
	if err != nil {
		t.Fatal(err)
	}
	have := map[string]bool{}
	for _, w := range strings.Fields(string(listed)) {
		have[w] = true
	}
	for _, w := range list {
		if !have[w] {
			t.Errorf("ordinary-words.txt lacks %q; write it anew with: go test ./reports/pseudonyms -run OrdinaryWords -update", w)
		}
	}
}

var (
	isSQL      = regexp.MustCompile(`\b(SELECT|INSERT|CREATE|UPDATE|DELETE)\b`)
	sqlLiteral = regexp.MustCompile(`'((?:[^']|'')*)'`)
)

// sentences are the string literals of a folder's sources that have a blank; of SQL those inside it.
func sentences(t *testing.T, folder string) []string {
	t.Helper()
	var all []string
	add := func(text string) {
		if isSQL.MatchString(text) {
			for _, m := range sqlLiteral.FindAllStringSubmatch(text, -1) {
				all = append(all, m[1])
			}
			return
		}
		if strings.Contains(text, " ") {
			all = append(all, text)
		}
	}
	for _, text := range literals(t, folder) {
		add(text)
	}
	models, err := filepath.Glob(filepath.Join(folder, "model", "*.sql"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range models {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		add("SELECT " + string(text))
	}
	return all
}

// literals are the string literals of a folder's sources, but for the tags of fields.
func literals(t *testing.T, folder string) []string {
	t.Helper()
	var all []string
	sources, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil || len(sources) == 0 {
		t.Fatalf("%s: no sources (%v)", folder, err)
	}
	for _, path := range sources {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if field, ok := n.(*ast.Field); ok && field.Tag != nil {
				return false
			}
			if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
				if text, err := strconv.Unquote(l.Value); err == nil {
					all = append(all, text)
				}
			}
			return true
		})
	}
	return all
}
