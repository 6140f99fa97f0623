package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestWildcards: what the shells of Windows hand on as it was typed becomes the files that are there.
func TestWildcards(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	for _, name := range []string{"a[1].json", "a2.json", "b.csv"} {
		if err := os.WriteFile(at(name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct{ given, want []string }{
		{[]string{"-", at("b.csv")}, []string{"-", at("b.csv")}},
		{[]string{at("*.json"), at("b.csv")}, []string{at("a2.json"), at("a[1].json"), at("b.csv")}},
		{[]string{at("a[1].*")}, []string{at("a[1].json")}},
		{[]string{at("a[1].json")}, []string{at("a[1].json")}},
		{[]string{at("?.csv")}, []string{at("b.csv")}},
		{[]string{at("*.zip")}, []string{at("*.zip")}},
	} {
		if diff := cmp.Diff(test.want, expanded(test.given)); diff != "" {
			t.Errorf("%q: %s", test.given, diff)
		}
	}
}
