// Package when says of times what the judgement needs: the period, days and weeks, and spans in words. All times are
// UTC.
package when

import (
	"fmt"
	"time"

	"tapaudit/ingest/safetext"
)

// Day and Week are as long as they always are in UTC.
const (
	Day  = 24 * time.Hour
	Week = 7 * Day
)

// Period is the span that is judged: From inclusive, To exclusive.
type Period struct{ From, To time.Time }

// How far around a period the rules look. Before it: 90 days for the networks a user is known from and the devices an
// issuer is known by. A day more is for a log-in that runs across the period's first midnight. After it: a pass lives
// for 30 days at most, and what is to follow an event at the period's end follows within a day.
const (
	contextBefore = 91 * Day
	contextAfter  = 31 * Day
)

// Context is what of the evidence judging the period needs, in whole days.
func (p Period) Context() Period {
	return Period{p.From.Add(-contextBefore).Truncate(Day), p.To.Add(contextAfter + Day - 1).Truncate(Day)}
}

// Touches says whether something that lasted from first to last was in the period.
func (p Period) Touches(first, last time.Time) bool {
	return first.Before(p.To) && !last.Before(p.From)
}

// LastInstant is the last moment that belongs to the period: a period that ends at midnight ends with the day before.
func (p Period) LastInstant() time.Time { return p.To.Add(-time.Microsecond) }

// Later is the later of two times.
func Later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// Earlier is the earlier of two times.
func Earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// WeekOf is the Monday 00:00 UTC at or before t. Truncate counts from the zero time, which is a Monday.
func WeekOf(t time.Time) time.Time { return t.UTC().Truncate(Week) }

// Clock is a time for a reader: 2026-07-04 09:30 UTC.
func Clock(t time.Time) string { return t.Format("2006-01-02 15:04") + " UTC" }

// Apart says how long before or after another time something was.
func Apart(before, at time.Time) string {
	d := at.Sub(before)
	if d < 0 {
		return InWords(-d) + " after"
	}
	return InWords(d) + " before"
}

// InWords is a span in the unit that suits it: 3 minutes, 5 hours.
func InWords(d time.Duration) string {
	count := func(n int, unit string) string { return safetext.Counted(n, unit, unit+"s") }
	switch {
	case d < time.Minute:
		return count(int(d/time.Second), "second")
	case d < 2*time.Hour:
		return count(int(d/time.Minute), "minute")
	case d < 2*Day:
		return count(int(d/time.Hour), "hour")
	default:
		return count(int(d/Day), "day")
	}
}

// Minutes is a span in minutes: 480 minutes.
func Minutes(d time.Duration) string {
	return safetext.Counted(int(d/time.Minute), "minute", "minutes")
}

// Hours is a span in hours: 24 hours.
func Hours(d time.Duration) string {
	if d == time.Hour {
		return "1 hour"
	}
	return fmt.Sprintf("%g hours", d.Hours())
}

// OrNil is the time in UTC, or nil where there is none: what JSON writes as null.
func OrNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// OrZero is the time, or the zero time for nil.
func OrZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}
