// Package coverage tells, for each tenant, log and day, whether the evidence could show what happened.
package coverage

import (
	"context"
	"slices"
	"strings"
	"time"

	"tapaudit/analysis/rows"
	"tapaudit/analysis/when"
	"tapaudit/ingest/casefile"
	"tapaudit/ingest/record"
)

// The log types of which coverage is told.
const (
	Audit          = "audit"
	Interactive    = "sign-in interactive"
	NonInteractive = "sign-in non-interactive"
	// TAPSignIn is the interactive sign-ins that can show a pass; coverage.csv gives their number as can_show_tap.
	TAPSignIn = "sign-in interactive that can show TAP"
	// What was done: nobody has to have these logs, so that their absence is not a gap of the evidence.
	UnifiedAudit  = record.UnifiedAudit
	GraphActivity = record.GraphActivity
)

// expected are the log types that an audit of passes needs, whose missing days are gaps; optional are those that serve
// where they are there.
var (
	expected = []string{Audit, Interactive, NonInteractive}
	optional = []string{UnifiedAudit, GraphActivity}
)

// Log is one log type of one tenant.
type Log struct{ Tenant, Type string }

// Span is what the evidence holds of a log.
type Span struct {
	First, Last time.Time // of its records; zero without any
	Days        []Day     // from the first record's to the last's; none without any
}

// Day is what the evidence holds of a log on a day.
type Day struct {
	Day        time.Time
	Records    int64
	CanShowTAP int64  // of them, those that can show a pass
	Status     string // covered, partial, quiet or gap
}

// Coverage tells what the evidence can and cannot show.
type Coverage map[Log]Span

// LogDay is coverage.csv: what the evidence holds of a tenant's log on a day.
type LogDay struct {
	TenantID   string
	LogType    string // audit; sign-in interactive; sign-in non-interactive; unified audit; graph activity
	Day        time.Time
	Records    int64
	CanShowTAP int64
	Status     string // covered, partial, quiet or gap
}

// Read judges the days of every log by the records that the model counted.
func Read(ctx context.Context, c *casefile.Case) (Coverage, error) {
	type counted struct {
		Tenant     string     `db:"tenant_id"`
		Type       string     `db:"log_type"`
		Day        time.Time  `db:"day"`
		Records    int64      `db:"records"`
		CanShowTAP int64      `db:"can_show_tap"`
		First      time.Time  `db:"first_time"`
		Last       time.Time  `db:"last_time"`
		FirstTAP   *time.Time `db:"first_tap_time"`
		LastTAP    *time.Time `db:"last_tap_time"`
	}
	type tally struct {
		first, last time.Time
		days        map[time.Time]Day
	}
	tallies := map[Log]*tally{}
	add := func(log Log, day Day, first, last time.Time) {
		if tallies[log] == nil {
			tallies[log] = &tally{first: first, days: map[time.Time]Day{}}
		}
		tallies[log].last = last
		tallies[log].days[day.Day] = day
	}
	if err := rows.Each(ctx, c, func(n counted) error {
		add(Log{n.Tenant, n.Type}, Day{Day: n.Day, Records: n.Records, CanShowTAP: n.CanShowTAP}, n.First, n.Last)
		if n.Type == Interactive && n.CanShowTAP > 0 {
			add(Log{n.Tenant, TAPSignIn}, Day{Day: n.Day, Records: n.CanShowTAP, CanShowTAP: n.CanShowTAP},
				*n.FirstTAP, *n.LastTAP)
		}
		return nil
	}, `
SELECT tenant_id, log_type, day, records, can_show_tap, first_time, last_time, first_tap_time, last_tap_time
FROM daily_records ORDER BY tenant_id, log_type, day`); err != nil {
		return nil, err
	}
	all := Coverage{}
	for log, t := range tallies {
		all[log] = judgeDays(t.days, t.first, t.last)
	}
	return all, nil
}

// judgeDays gives each day from the first record's to the last's its status. Of the first day enough is there when it
// begins by 01:00, of the last when it ends at 23:00 or later. An empty day is a gap when its weekday usually is not
// empty, or when more than seven such days follow one another. Else it is quiet.
func judgeDays(counted map[time.Time]Day, first, last time.Time) Span {
	s := Span{First: first, Last: last}
	firstDay, lastDay := first.Truncate(when.Day), last.Truncate(when.Day)
	var byWeekday [7][]int64
	var busy []int64
	for d := firstDay; !d.After(lastDay); d = d.Add(when.Day) {
		of := counted[d]
		byWeekday[d.Weekday()] = append(byWeekday[d.Weekday()], of.Records)
		if of.Records > 0 {
			busy = append(busy, of.Records)
		}
		of.Day = d
		s.Days = append(s.Days, of)
	}
	busyMedian := median(busy)
	run := 0 // empty days in a row, up to and with day i
	for i := range s.Days {
		d := &s.Days[i]
		if d.Records > 0 {
			run = 0
			d.Status = "covered"
			if d.Day.Equal(firstDay) && first.After(firstDay.Add(time.Hour)) ||
				d.Day.Equal(lastDay) && last.Before(lastDay.Add(23*time.Hour)) {
				d.Status = "partial"
			}
			continue
		}
		run++
		d.Status = "quiet"
		if median(byWeekday[d.Day.Weekday()]) >= 3 {
			d.Status = "gap"
		}
		if run > 7 && busyMedian >= 3 {
			for j := i - run + 1; j <= i; j++ {
				s.Days[j].Status = "gap"
			}
		}
	}
	return s
}

// median of whole numbers; the mean of the two in the middle of an even count, 0 of none.
func median(numbers []int64) float64 {
	if len(numbers) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(numbers))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return float64(sorted[middle])
	}
	return float64(sorted[middle-1]+sorted[middle]) / 2
}

// Covers says whether the evidence covers a span: it lies between the first and the last record and touches no gap.
func (c Coverage) Covers(tenant, logType string, from, to time.Time) bool {
	s, ok := c[Log{tenant, logType}]
	if !ok || from.Before(s.First) || to.After(s.Last) {
		return false
	}
	for i := s.index(from); i >= 0 && i < len(s.Days) && !s.Days[i].Day.After(to); i++ {
		if s.Days[i].Status == "gap" {
			return false
		}
	}
	return true
}

// index of the day that holds t, counted from the span's first day; negative before it.
func (s Span) index(t time.Time) int {
	if len(s.Days) == 0 {
		return -1
	}
	return int(t.Truncate(when.Day).Sub(s.Days[0].Day) / when.Day)
}

// on is the day that holds t, where the span has it.
func (s Span) on(t time.Time) (Day, bool) {
	if i := s.index(t); i >= 0 && i < len(s.Days) {
		return s.Days[i], true
	}
	return Day{}, false
}

// gapOn says whether the evidence does not hold the day of t.
func (s Span) gapOn(t time.Time) bool {
	of, ok := s.on(t)
	return !ok || of.Status == "gap"
}

// CoveredDay says whether a day is covered; a quiet day counts as covered, a partial one does not.
func (c Coverage) CoveredDay(tenant, logType string, d time.Time) bool {
	of, ok := c[Log{tenant, logType}].on(d)
	return ok && (of.Status == "covered" || of.Status == "quiet")
}

// Gaps are the runs of days in the period that the evidence does not hold: gap days inside it, and days before its
// first and after its last record. The edges compare by day.
func (c Coverage) Gaps(tenant, logType string, period when.Period) []when.Period {
	s := c[Log{tenant, logType}]
	return runs(period, s.gapOn)
}

// Blind are the runs of days in the period on which no sign-in could show a pass. They are gaps of the interactive
// sign-ins that can, and days whose interactive sign-ins all come from formats that cannot.
func (c Coverage) Blind(tenant string, period when.Period) []when.Period {
	tap, all := c[Log{tenant, TAPSignIn}], c[Log{tenant, Interactive}]
	return runs(period, func(d time.Time) bool {
		of, ok := all.on(d)
		return tap.gapOn(d) || ok && of.Records > 0 && of.CanShowTAP == 0
	})
}

// runs are the days of the period for which something holds, those in a row as one.
func runs(period when.Period, holds func(day time.Time) bool) []when.Period {
	var runs []when.Period
	for d := period.From.Truncate(when.Day); d.Before(period.To); d = d.Add(when.Day) {
		if !holds(d) {
			continue
		}
		if n := len(runs); n > 0 && runs[n-1].To.Equal(d) {
			runs[n-1].To = d.Add(when.Day)
			continue
		}
		runs = append(runs, when.Period{From: d, To: d.Add(when.Day)})
	}
	return runs
}

// Days is how many days there are in runs of whole days.
func Days(runs []when.Period) int {
	n := 0
	for _, run := range runs {
		n += int(run.To.Sub(run.From) / when.Day)
	}
	return n
}

// CoveredWeeks are the Mondays of the weeks whose seven days the evidence covers, in order.
func (c Coverage) CoveredWeeks(tenant, logType string) []time.Time {
	var weeks []time.Time
	covered := 0 // days of the week so far
	for _, d := range c[Log{tenant, logType}].Days {
		if d.Day.Equal(when.WeekOf(d.Day)) {
			covered = 0
		}
		if c.CoveredDay(tenant, logType, d.Day) {
			covered++
		}
		if covered == 7 {
			weeks = append(weeks, when.WeekOf(d.Day))
		}
	}
	return weeks
}

// Rows is coverage.csv. Of every log that is expected of these tenants it has every day of the evidence and of the
// period. Of other logs it has the days from their first to their last, none of which is a gap.
func (c Coverage) Rows(tenants []string, period when.Period) []LogDay {
	var all []LogDay
	for _, tenant := range tenants {
		for _, logType := range expected {
			s := c[Log{tenant, logType}]
			from, to := period.From.Truncate(when.Day), period.To
			if len(s.Days) > 0 {
				if s.Days[0].Day.Before(from) {
					from = s.Days[0].Day
				}
				to = when.Later(to, s.Days[len(s.Days)-1].Day.Add(when.Day))
			}
			for d := from; d.Before(to); d = d.Add(when.Day) {
				of, ok := s.on(d)
				if !ok {
					of = Day{Day: d, Status: "gap"}
				}
				all = append(all, of.row(tenant, logType))
			}
		}
		for _, logType := range optional {
			for _, of := range c[Log{tenant, logType}].Days {
				if of.Status == "gap" {
					of.Status = "quiet"
				}
				all = append(all, of.row(tenant, logType))
			}
		}
	}
	return all
}

func (d Day) row(tenant, logType string) LogDay {
	return LogDay{TenantID: tenant, LogType: logType, Day: d.Day, Records: d.Records, CanShowTAP: d.CanShowTAP,
		Status: d.Status}
}

// InWords names runs of days for a reader: "2026-07-04 to 2026-07-06, 2026-08-01".
func InWords(runs []when.Period) string {
	var parts []string
	for _, r := range runs {
		first, last := r.From.Format(time.DateOnly), r.To.Add(-when.Day).Format(time.DateOnly)
		if first == last {
			parts = append(parts, first)
		} else {
			parts = append(parts, first+" to "+last)
		}
	}
	if len(parts) > 8 {
		parts = append(parts[:8], "and more")
	}
	return strings.Join(parts, ", ")
}
