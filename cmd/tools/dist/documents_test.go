package main

import (
	"slices"
	"testing"
)

// TestDocuments: a release has the pages that an investigator reads in a room without a network, and nothing that
// tests read.
func TestDocuments(t *testing.T) {
	t.Chdir("../../..")
	entries, err := documents()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.name)
	}
	for _, name := range []string{
		"README.md", "CHANGELOG.md", "cmd/WINDOWS.md", "ingest/CUSTODY.md", "ingest/export.ps1", "reports/README.md",
		"sample-logs/organisations/school/roster.csv",
	} {
		if !slices.Contains(names, name) {
			t.Errorf("%s is missing", name)
		}
	}
	for _, name := range []string{"reports/testdata/tools/summary.md", "sample-logs/evidence/policy",
		".github/CONTRIBUTING.md"} {
		if slices.Contains(names, name) {
			t.Errorf("%s is not a page of a release", name)
		}
	}
	if len(names) > 60 {
		t.Errorf("%d files, more than there are pages: %q", len(names), names)
	}
}
