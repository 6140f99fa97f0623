package coverage

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tapaudit/analysis/when"
)

func TestCoveredWeeks(t *testing.T) {
	wednesday := time.Date(2026, 1, 7, 0, 0, 0, 0, time.UTC)
	status := func(d time.Time) string {
		switch d.Format("01-02") {
		case "01-07", "02-08":
			return "partial"
		case "01-21":
			return "gap"
		case "01-31", "02-01":
			return "quiet"
		}
		return "covered"
	}
	c := Coverage{{"contoso", Audit}: Span{Days: daysFrom(wednesday, 33, status)}} // to Sunday 8 February
	var got []string
	for _, w := range c.CoveredWeeks("contoso", Audit) {
		got = append(got, w.Format("Mon 01-02"))
	}
	if diff := cmp.Diff([]string{"Mon 01-12", "Mon 01-26"}, got); diff != "" {
		t.Errorf("covered weeks (-want +got):\n%s", diff)
	}
	if weeks := c.CoveredWeeks("contoso", TAPSignIn); weeks != nil {
		t.Errorf("a log without records covers %v", weeks)
	}
}

func daysFrom(first time.Time, n int, status func(time.Time) string) []Day {
	var days []Day
	for i := range n {
		d := first.Add(time.Duration(i) * when.Day)
		days = append(days, Day{Day: d, Records: 3, Status: status(d)})
	}
	return days
}

// TestRowsOfOptionalLogs: the days of what was done are told as far as there are records, and none of them is a gap.
func TestRowsOfOptionalLogs(t *testing.T) {
	monday := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	gapOnTuesday := func(d time.Time) string {
		if d.Weekday() == time.Tuesday {
			return "gap"
		}
		return "covered"
	}
	c := Coverage{
		{"contoso", Audit}:        Span{Days: daysFrom(monday, 2, gapOnTuesday)},
		{"contoso", UnifiedAudit}: Span{Days: daysFrom(monday, 3, gapOnTuesday)},
	}
	var got []string
	for _, d := range c.Rows([]string{"contoso"}, when.Period{From: monday, To: monday.Add(3 * when.Day)}) {
		if d.LogType != Interactive && d.LogType != NonInteractive {
			got = append(got, d.LogType+" "+d.Day.Format("Mon")+" "+d.Status)
		}
	}
	want := []string{"audit Mon covered", "audit Tue gap", "audit Wed gap", "unified audit Mon covered",
		"unified audit Tue quiet", "unified audit Wed covered"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
