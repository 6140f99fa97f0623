package when

import (
	"testing"
	"time"
)

func TestWeekOf(t *testing.T) {
	for text, want := range map[string]string{
		"2026-09-14T00:00:00Z":           "2026-09-14",
		"2026-09-20T23:59:59.999999999Z": "2026-09-14",
		"2026-09-21T00:00:00Z":           "2026-09-21",
		"2026-09-21T01:00:00+02:00":      "2026-09-14", // Sunday by UTC
		"2024-12-31T12:00:00Z":           "2024-12-30",
	} {
		at, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			t.Fatal(err)
		}
		if got := WeekOf(at); got.Weekday() != time.Monday || got.Format(time.DateOnly) != want {
			t.Errorf("the week of %s is %v, want %s", text, got, want)
		}
	}
}
