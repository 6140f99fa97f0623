package main

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// corpus is a folder of public log records that the repository does not hold.
const corpus = "../../../shared/corpus"

// TestCorpus: real records of other people are all read and all accounted for, and make no finding about passes, since
// none of them concerns one.
func TestCorpus(t *testing.T) {
	if _, err := os.Stat(corpus); err != nil {
		t.Skipf("the corpus of public log records is not beside this repository (%s)", corpus)
	}
	type counts struct{ read, used, notUsed, quarantined int } // used: loaded, or a duplicate of one that is
	want := map[string]counts{
		"diagnostic-signin.ndjson":          {8, 7, 1, 0},
		"diagnostic-audit.ndjson":           {11, 11, 0, 0},
		"diagnostic-other.ndjson":           {6, 3, 3, 0},
		"graph-mixed.ndjson":                {79, 78, 0, 1}, // the sign-in's id is all zeros, that is absent
		"ual-azure-active-directory.ndjson": {13, 13, 0, 0},
		"time-formats.ndjson":               {11, 0, 0, 11}, // times only: no record has an id

		"ual-exchange.ndjson":                     {15, 15, 0, 0},
		"ual-sharepoint-onedrive.ndjson":          {10, 10, 0, 0},
		"ual-teams.ndjson":                        {5, 5, 0, 0},
		"ual-splunk-examples.ndjson":              {16, 16, 0, 0},
		"graph-activity.ndjson":                   {3, 3, 0, 0},
		"officeactivity-loganalytics.ndjson":      {1, 1, 0, 0},
		"cloudappevents.ndjson":                   {1, 1, 0, 0},
		"auditlogs-loganalytics.ndjson":           {4, 4, 0, 0},
		"diagnostic-audit-splunk-examples.ndjson": {15, 15, 0, 0},
	}
	located := func(name string) string {
		path := filepath.Join(corpus, name)
		if _, err := os.Stat(path); err != nil {
			path = filepath.Join(corpus, "activity", name)
		}
		return path
	}
	// The Unified Audit Log without sign-ins says nothing of passes, nor do times; requests to Graph do.
	unassessed := []string{
		"time-formats.ndjson", "ual-exchange.ndjson", "ual-sharepoint-onedrive.ndjson", "ual-teams.ndjson",
		"ual-splunk-examples.ndjson", "officeactivity-loganalytics.ndjson", "cloudappevents.ndjson",
	}
	check := func(t *testing.T, report string, files int) {
		rows := rowsOf(t, report, "evidence.csv")
		if len(rows) != files {
			t.Errorf("%d files, want %d", len(rows), files)
		}
		for _, row := range rows {
			number := func(column string) int {
				n, err := strconv.Atoi(row[column])
				if err != nil {
					t.Fatalf("%s: %s is %q", row["path"], column, row[column])
				}
				return n
			}
			got := counts{number("records_read"), number("records_loaded") + number("records_duplicate"),
				number("records_not_used"), number("records_quarantined")}
			if got.read != got.used+got.notUsed+got.quarantined {
				t.Errorf("%s: %+v does not add up", row["path"], got)
			}
			if files == 1 && got != want[filepath.Base(row["path"])] {
				t.Errorf("%s: %+v, want %+v; %s", row["path"], got, want[filepath.Base(row["path"])], row["note"])
			}
			if files > 1 && got.read != want[filepath.Base(row["path"])].read {
				t.Errorf("%s: %d records read, want %d", row["path"], got.read, want[filepath.Base(row["path"])].read)
			}
		}
		for _, f := range rowsOf(t, report, "findings.csv") {
			if strings.HasPrefix(f["rule_id"], "TAP-") || strings.HasPrefix(f["rule_id"], "TEMPORARY-") {
				t.Errorf("%s: %s", f["rule_id"], f["summary"])
			}
		}
	}
	for name := range want {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			report := filepath.Join(t.TempDir(), "report")
			status := exitDone
			if slices.Contains(unassessed, name) {
				status = exitUnassessed
			}
			tapaudit(t, status, "run", located(name), "--out", report, "--quiet")
			check(t, report, 1)
		})
	}
	t.Run("all at once", func(t *testing.T) {
		t.Parallel()
		report := filepath.Join(t.TempDir(), "report")
		args := []string{"run", "--out", report, "--quiet"}
		for name := range want {
			args = append(args, located(name))
		}
		tapaudit(t, 0, args...)
		check(t, report, len(want))
	})
}
