package analysis

import (
	"strings"
	"testing"
)

// FuzzParseRule: a rule's file is a rule or an error that names it.
func FuzzParseRule(f *testing.F) {
	rules, err := BuiltInRules()
	if err != nil {
		f.Fatal(err)
	}
	for _, r := range rules[:5] {
		f.Add([]byte(r.Source))
	}
	for _, seed := range []string{
		"", "---\n---\n", "---\nid: X\n---\nSELECT 1", "---\r\nid: X\r\n---\r\nSELECT 1", "---\nid: [\n---\n",
		"---\nparameters: {a: &a [*a]}\n---\n", "---\n? {}\n---\n",
		"---\nid: X\ntitle: X\nseverity: low\npopulation: logins\nwhy: w\nhow_to_verify: v\nhow_to_fix: f\nparameters: {a: 1e999, b: [1, {c: d}]}\n---\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := ParseRule("name.sql", text)
		switch {
		case err != nil && !strings.HasPrefix(err.Error(), "name.sql: "):
			t.Fatalf("the error does not name the file: %v", err)
		case err == nil && (r.ID == "" || r.Title == "" || r.Severity.Rank() < 0 || populations[r.Population] == nil):
			t.Fatalf("%q is a rule: %+v", text, r)
		}
	})
}
