package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tapaudit/analysis"
)

const root = "../../.."

// TestDocumentsAreUpToDate fails when a rule's file says something else than the documents.
func TestDocumentsAreUpToDate(t *testing.T) {
	rows := 0
	for _, name := range documents {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		renewed, err := renew(string(text))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(strings.Split(string(text), "\n"), strings.Split(renewed, "\n")); diff != "" {
			t.Errorf("%s: run make docs (-document +rules):\n%s", name, diff)
		}
		rows += strings.Count(renewed, "\n| TAP-ISSUED-IN-BULK |")
	}
	if rows != 2 {
		t.Errorf("TAP-ISSUED-IN-BULK has %d rows in all documents, want one in its group and one of parameters", rows)
	}
}

// TestRenew: only what stands between the comments changes, and an unknown table is an error.
func TestRenew(t *testing.T) {
	got, err := renew("before\n<!-- docs chains -->\n| STALE |\n<!-- end docs chains -->\nafter\n")
	if err != nil || !strings.HasPrefix(got, "before\n<!-- docs chains -->\n| rule |") ||
		!strings.HasSuffix(got, "|\n<!-- end docs chains -->\nafter\n") ||
		strings.Contains(got, "STALE") {
		t.Errorf("%v\n%s", err, got)
	}
	for _, text := range []string{"nothing", "<!-- docs chain -->\n<!-- end docs chain -->\n",
		"<!-- docs chains -->\n<!-- end docs policy -->\n"} {
		if _, err := renew(text); err == nil {
			t.Errorf("%q: no error", text)
		}
	}
}

// TestConditions: what a condition takes from the rule's parameters is there.
func TestConditions(t *testing.T) {
	rules, err := analysis.BuiltInRules()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rules {
		// Braces in code are a path's.
		if text := codeSpan.ReplaceAllString(condition(r), ""); placeholder.MatchString(text) ||
			strings.ContainsAny(text, "|\n") {
			t.Errorf("%s: %s", r.ID, text)
		}
	}
}
