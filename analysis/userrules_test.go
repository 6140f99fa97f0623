package analysis_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tapaudit/analysis"
	"tapaudit/analysis/settings"
	"tapaudit/ingest/casefile"
)

// rule is a rule's file with an id, and front matter after it.
func rule(id, more string) string {
	return "---\nid: " + id + "\ntitle: A title\nseverity: low\npopulation: logins\n" + more +
		"why: Because.\nhow_to_verify: Look.\nhow_to_fix: Mend it.\n---\nSELECT 1\n"
}

// TestUserRulesAreBounded: each file by itself, and the folder.
func TestUserRulesAreBounded(t *testing.T) {
	builtIn, err := analysis.BuiltInRules()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want := map[string]string{ // the name of a faulty file to what is said of it
		"taken.sql":     "there is a rule TAP-ISSUED already",
		"again.sql":     "there is a rule OWN-GOOD already",
		"large.sql":     "it has more than 1048576 bytes",
		"head.sql":      "the front matter is larger than 65536 bytes",
		"id.sql":        "the id \"TAP-ISSUED \" is not a rule's",
		"lower.sql":     "the id \"own-x\" is not a rule's",
		"homoglyph.sql": "the id \"\u0422AP-ISSUED\" is not a rule's",
		"http.sql":      "does not begin with https://",
		"script.sql":    "does not begin with https://",
		"user.sql":      "does not begin with https://",
		"host.sql":      "does not begin with https://",
		"bidi.sql":      "line 11 has the character U+202E, which nobody sees",
		"control.sql":   "line 6 has the character U+0000",
		"escape.sql":    "controls: line 1 has the character U+009B",
		"utf16.sql":     "it is not UTF-8 text",
		"entries.sql":   "references has more than 50 entries",
		"parameter.sql": "the parameter \"a b\" has no name that SQL can use",
		"bomb.sql":      "anchor, alias, tag",
		"deep.sql":      "nested deeper",
		"dashes.sql":    "nested deeper",
		"indented.sql":  "indented.sql: ",
	}
	file("aa.sql", "\uFEFF"+rule("OWN-GOOD", "references: [\"https://learn.example/a?b#c\"]\nparameters: {a_1: 2}\n"))
	file("taken.sql", rule("TAP-ISSUED", ""))
	file("again.sql", rule("OWN-GOOD", ""))
	file("large.sql", rule("OWN-X", "")+strings.Repeat(" ", 1<<20))
	file("head.sql", rule("OWN-X", "needs: ["+strings.Repeat(" ", 1<<16)+"]\n"))
	file("id.sql", rule("\"TAP-ISSUED \"", ""))
	file("lower.sql", rule("own-x", ""))
	file("homoglyph.sql", rule("\u0422AP-ISSUED", ""))
	file("http.sql", rule("OWN-X", "references: [\"http://learn.example/\"]\n"))
	file("script.sql", rule("OWN-X", "references: [\"javascript:alert(1)//https://\"]\n"))
	file("user.sql", rule("OWN-X", "references: [\"https://learn.microsoft.com@evil.example/\"]\n"))
	file("host.sql", rule("OWN-X", "references: [\"https:///x\"]\n"))
	file("bidi.sql", rule("OWN-X", "")+"-- \u202E\n")
	file("control.sql", rule("OWN-X", "controls: [\"\x00\"]\n"))
	file("escape.sql", rule("OWN-X", "controls: [\"\\x9b2J\"]\n"))
	file("utf16.sql", "\xff\xfe-\x00-\x00-\x00\n\x00")
	file("entries.sql", rule("OWN-X", "references: ["+strings.Repeat("\"https://learn.example/\",", 51)+"]\n"))
	file("parameter.sql", rule("OWN-X", "parameters: {\"a b\": 1}\n"))
	bomb := "controls: [&a0 [x,x,x,x,x,x,x,x,x]"
	for i := range 20 {
		bomb += fmt.Sprintf(", &a%d [%s*a%d]", i+1, strings.Repeat(fmt.Sprintf("*a%d, ", i), 9), i)
	}
	file("bomb.sql", rule("OWN-X", bomb+"]\n"))
	file("deep.sql", rule("OWN-X", "controls: "+strings.Repeat("[", 30_000)+"\n"))
	file("dashes.sql", rule("OWN-X", "controls: "+strings.Repeat("- ", 30_000)+"\n"))
	indented := "controls:\n"
	for i := range 300 {
		indented += strings.Repeat(" ", i+1) + "x:\n"
	}
	file("indented.sql", rule("OWN-X", indented))
	file("no rule.txt", "text")
	file(".hidden.sql", "text")

	rules, faults, err := analysis.UserRules(dir, builtIn)
	if err != nil {
		t.Fatal(err)
	}
	if len(rules) != 1 || rules[0].ID != "OWN-GOOD" || rules[0].Origin != filepath.Join(dir, "aa.sql") {
		t.Errorf("rules: %v", rules)
	}
	if len(faults) != len(want) {
		t.Errorf("%d faults, want %d", len(faults), len(want))
	}
	for _, fault := range faults {
		name := filepath.Base(strings.SplitN(fault.Error(), ": ", 2)[0])
		if said := want[name]; said == "" || !strings.Contains(fault.Error(), said) {
			t.Errorf("%s: %.300s", name, fault)
		}
	}

	for i := range 1001 {
		file(fmt.Sprintf("more%d.sql", i), "")
	}
	if _, _, err := analysis.UserRules(dir, builtIn); err == nil ||
		!strings.Contains(err.Error(), "1000 at most are read") {
		t.Errorf("too many files: %v", err)
	}
}

func TestRunWithoutRulesIsAnError(t *testing.T) {
	c, err := casefile.Open(t.Context(), "", casefile.Options{TempDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := analysis.Run(t.Context(), c, &settings.Settings{}, nil, analysis.Options{}); err == nil ||
		!strings.Contains(err.Error(), "without rules") {
		t.Errorf("error: %v", err)
	}
}
