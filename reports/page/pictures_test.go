package page

import (
	"testing"
	"time"

	"tapaudit/analysis"
	"tapaudit/reports/reporttest"
)

func TestLanesAreFewAndTheWorstComeFirst(t *testing.T) {
	r := &analysis.Result{}
	for i := range 100 {
		r.Passes = append(r.Passes, analysis.Pass{UserName: "user" + whole(i), EventID: "event" + whole(i),
			IssuedAt: reporttest.At(1, i/60, i%60)})
	}
	r.Findings = []analysis.Finding{
		{Severity: "high", Status: "open", EventIDs: []string{"event7"}},
		{Severity: "critical", Status: "excepted", EventIDs: []string{"event8"}},
		{Severity: "critical", Status: "open", EventIDs: []string{"event3"}},
	}
	all := passLanes(r)
	for i, want := range []string{"user3", "user7", "user99", "user98"} {
		if all[i].UserName != want {
			t.Errorf("lane %d is of %s, want %s", i+1, all[i].UserName, want)
		}
	}
	drawn := 0
	for _, p := range lanes(r) {
		drawn += len(p.Rows)
	}
	if drawn != lanesShown {
		t.Errorf("%d lanes are drawn, want %d", drawn, lanesShown)
	}
}

func TestTimeSinceIssueNeverRunsBackward(t *testing.T) {
	before := -1
	for _, after := range []time.Duration{-time.Hour, time.Second, 30 * time.Second, time.Minute, 5 * time.Minute,
		time.Hour,
		5 * time.Hour, 24 * time.Hour, 29 * 24 * time.Hour} {
		x := sinceIssueX(after, 0, 700)
		if x <= before {
			t.Errorf("%v stands at %d, not after %d", after, x, before)
		}
		before = x
	}
	if x := sinceIssueX(400*24*time.Hour, 0, 700); x != 700 {
		t.Errorf("a year later stands at %d, want the end", x)
	}
}

func TestBucketsCoverThePeriod(t *testing.T) {
	for days, unit := range map[int]string{1: "day", 60: "day", 92: "week", 1000: "month", 4000: "year"} {
		from := reporttest.At(1, 0, 0)
		to := from.AddDate(0, 0, days)
		starts, got := buckets(from, to)
		if got != unit || len(starts) > 60 {
			t.Errorf("%d days: %d buckets of a %s, want a %s", days, len(starts), got, unit)
		}
		if b := bucketOf(starts, to.Add(-time.Second)); b != len(starts)-1 {
			t.Errorf("%d days: the last second is in bucket %d of %d", days, b, len(starts))
		}
	}
	if b := bucketOf([]time.Time{reporttest.At(2, 0, 0)}, reporttest.At(1, 0, 0)); b != -1 {
		t.Errorf("before the first bucket: %d", b)
	}
}
