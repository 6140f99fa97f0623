package tools

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tapaudit/analysis"
	"tapaudit/reports/reporttest"
	"tapaudit/reports/tables"
)

// readTimeline reads both files as Timesketch does: it refuses an event without its three fields, and rows of the CSV
// file whose datetime is not written as the first row's.
func readTimeline(t *testing.T, dir string) []map[string]any {
	t.Helper()
	var events []map[string]any
	for l := range strings.Lines(reporttest.Read(t, dir, "timesketch.jsonl")) {
		var e map[string]any
		if err := json.Unmarshal([]byte(l), &e); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"message", "datetime", "timestamp_desc"} {
			if text, ok := e[name].(string); !ok || text == "" {
				t.Errorf("an event has no %s: %s", name, l)
			}
		}
		events = append(events, e)
	}
	rows, err := csv.NewReader(strings.NewReader(reporttest.Read(t, dir, "timesketch.csv"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows)-1 != len(events) {
		t.Fatalf("%d rows of CSV, %d lines of JSON", len(rows)-1, len(events))
	}
	for i, e := range events {
		for column, name := range rows[0] {
			text := ""
			switch v := e[name].(type) {
			case string:
				text = v
			case float64:
				text = fmt.Sprintf("%.0f", v)
			case []any:
				list, err := json.Marshal(v)
				if err != nil {
					t.Fatal(err)
				}
				text = string(list)
			}
			// JSON replaces each byte that is not UTF-8, the CSV file a run of them.
			if got := rows[i+1][column]; got != tables.Inert(text) && strings.Trim(got, "\uFFFD") != strings.Trim(text, "\uFFFD") && !strings.Contains(text, "\uFFFD") {
				t.Errorf("event %d, %s: CSV has %q, JSON %q", i, name, got, text)
			}
			if name == "datetime" {
				at, err := time.Parse("2006-01-02T15:04:05.000000-07:00", rows[i+1][column])
				if err != nil {
					t.Error(err)
				} else if float64(at.UnixMicro()) != e["timestamp"] {
					t.Errorf("event %d: timestamp %v is not %s", i, e["timestamp"], at)
				}
			}
		}
		if len(e["tag"].([]any)) == 0 {
			t.Errorf("event %d has no tag", i)
		}
	}
	return events
}

func TestTimelineHoldsEverythingInOrder(t *testing.T) {
	for name, r := range map[string]*analysis.Result{"hostile": reporttest.Hostile(), "large": reporttest.Large(500), "empty": {}} {
		events := readTimeline(t, reporttest.Folder(t, r, WriteTimesketch))
		if !slices.IsSortedFunc(events, func(a, b map[string]any) int {
			return int(a["timestamp"].(float64) - b["timestamp"].(float64))
		}) {
			t.Errorf("%s: the events are not in the order of time", name)
		}
		findings, of := map[any]bool{}, map[any]int{}
		for _, e := range events {
			of[e["timestamp_desc"]]++
			if id, ok := e["finding_id"]; ok {
				findings[id] = true
			}
		}
		if len(findings) != len(r.Findings) || of["Pass issued"] != len(r.Passes) || of["Pass ended"] != len(r.Passes) || of["Log-in with a pass"] != len(r.Logins) {
			t.Errorf("%s: %d findings of %d, %v", name, len(findings), len(r.Findings), of)
		}
	}
}

func TestTimelineOfPasses(t *testing.T) {
	pass := func(issued, start, ended time.Time) *analysis.Result {
		return &analysis.Result{AsOf: reporttest.At(20, 0, 0), Passes: []analysis.Pass{{UserName: "nina", IssuedAt: issued, Start: start, EndedAt: ended, EndedBy: "expiry", EndBasis: "inferred"}}}
	}
	for _, c := range []struct {
		what string
		r    *analysis.Result
		want string
	}{
		{"valid at once", pass(reporttest.At(1, 8, 0), reporttest.At(1, 8, 0), reporttest.At(1, 9, 0)), "Pass issued, Pass ended"},
		{"valid later", pass(reporttest.At(1, 8, 0), reporttest.At(2, 8, 0), reporttest.At(2, 9, 0)), "Pass issued, Pass valid from, Pass ended"},
		{"never valid", pass(reporttest.At(1, 8, 0), reporttest.At(2, 8, 0), reporttest.At(1, 9, 0)), "Pass issued, Pass ended"},
		{"still valid", pass(reporttest.At(19, 8, 0), reporttest.At(19, 8, 0), reporttest.At(21, 9, 0)), "Pass issued, Pass end expected"},
		{"without an end", pass(reporttest.At(19, 8, 0), reporttest.At(19, 8, 0), time.Time{}), "Pass issued"},
	} {
		var got []string
		for _, e := range timeline(c.r) {
			got = append(got, e.TimestampDesc)
		}
		if strings.Join(got, ", ") != c.want {
			t.Errorf("%s: %v, want %s", c.what, got, c.want)
		}
	}
}

func TestFindingWithoutATimeSaysSo(t *testing.T) {
	r := &analysis.Result{Findings: []analysis.Finding{{ID: "f", Title: "No policy", Summary: "none"}}, Period: analysis.Period{From: reporttest.At(1, 0, 0)}}
	events := timeline(r)
	if len(events) != 1 || events[0].TimestampDesc != "Finding without a time" || !events[0].at.Equal(reporttest.At(1, 0, 0)) {
		t.Errorf("%+v", events)
	}
}
