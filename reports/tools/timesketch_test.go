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
			if got := rows[i+1][column]; got != tables.Inert(text) &&
				strings.Trim(got, "\uFFFD") != strings.Trim(text, "\uFFFD") && !strings.Contains(text, "\uFFFD") {
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
	for name, r := range map[string]*analysis.Result{"hostile": reporttest.Hostile(), "large": reporttest.Large(500),
		"empty": {}} {
		events := readTimeline(t, reporttest.Folder(t, r, WriteTimesketch))
		if !slices.IsSortedFunc(events, func(a, b map[string]any) int {
			return int(a["timestamp"].(float64) - b["timestamp"].(float64))
		}) {
			t.Errorf("%s: the events are not in the order of time", name)
		}
		if len(events) != len(r.Timeline) {
			t.Errorf("%s: %d events of %d", name, len(events), len(r.Timeline))
		}
	}
}

// An event says in a line what happened, and is tagged with the rules that tell of it and the worst open severity.
func TestTimelineEvents(t *testing.T) {
	r := &analysis.Result{
		Findings: []analysis.Finding{
			{ID: "a", RuleID: "TAP-SIGNIN", Severity: "info", Status: "open"},
			{ID: "b", RuleID: "TAP-GUESSED", Severity: "critical", Status: "excepted"},
			{ID: "c", RuleID: "TAP-PASS-REUSED", Severity: "high", Status: "open"},
			{ID: "d", RuleID: "TAP-SIGNIN", Severity: "low", Status: "open"},
		},
		Timeline: []analysis.Moment{
			{Time: reporttest.At(1, 8, 0), UserName: "nina", What: "log-in", IP: "192.0.2.1",
				Application: "My Signins", Detail: "success", Findings: []string{"a", "b", "c", "d", "other"}},
			{Time: reporttest.At(1, 9, 0), What: "policy changed", ActorName: "petra"},
		},
	}
	all := timeline(r)
	if e := all[0]; e.Message != "Log-in: nina, from 192.0.2.1, to My Signins; success" || e.Severity != "high" ||
		strings.Join(e.Tag, " ") != "tapaudit log-in high TAP-SIGNIN TAP-GUESSED TAP-PASS-REUSED" ||
		e.TimestampDesc != "Log-in" {
		t.Errorf("%+v", e)
	}
	if e := all[1]; e.Message != "Policy changed, by petra" || e.Severity != "" ||
		strings.Join(e.Tag, " ") != "tapaudit policy-changed" {
		t.Errorf("%+v", e)
	}
}
