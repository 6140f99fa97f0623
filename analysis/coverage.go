package analysis

import (
	"context"
	"slices"
	"strings"
	"time"
)

// The log types of which coverage is told.
const (
	logAudit          = "audit"
	logInteractive    = "sign-in interactive"
	logNonInteractive = "sign-in non-interactive"
	// logTAPSignIn is the interactive sign-ins that can show a pass; coverage.csv gives their number as can_show_tap.
	logTAPSignIn = "sign-in interactive that can show TAP"
)

const day = 24 * time.Hour

// span is what the evidence holds of one log type of one tenant.
type span struct {
	first, last time.Time // of its records; zero without any
	days        []dayRecords
}

type dayRecords struct {
	day     time.Time
	records int64
	status  string // covered, partial, quiet or gap
}

type coverageKey struct{ tenant, logType string }

// coverage tells what the evidence can and cannot show.
type coverage map[coverageKey]span

func (a *audit) readCoverage(ctx context.Context) error {
	rows, err := a.c.Query(ctx, `
SELECT tenant_id, log_type, day, records, can_show_tap, first_time, last_time, first_tap_time, last_tap_time
FROM daily_records ORDER BY tenant_id, log_type, day`)
	if err != nil {
		return err
	}
	defer rows.Close()
	a.coverage = coverage{}
	a.canShow = map[coverageKey]map[time.Time]int64{}
	counts := map[coverageKey]map[time.Time]int64{}
	firsts, lasts := map[coverageKey]time.Time{}, map[coverageKey]time.Time{}
	add := func(key coverageKey, day time.Time, n int64, first, last time.Time) {
		if counts[key] == nil {
			counts[key] = map[time.Time]int64{}
			firsts[key] = first
		}
		counts[key][day] = n
		lasts[key] = last
	}
	for rows.Next() {
		var tenant, logType string
		var at, first, last time.Time
		var firstTAP, lastTAP *time.Time
		var records, canShow int64
		if err := rows.Scan(&tenant, &logType, &at, &records, &canShow, &first, &last, &firstTAP, &lastTAP); err != nil {
			return err
		}
		key := coverageKey{tenant, logType}
		add(key, at, records, first, last)
		if a.canShow[key] == nil {
			a.canShow[key] = map[time.Time]int64{}
		}
		a.canShow[key][at] = canShow
		if logType == logInteractive && canShow > 0 {
			add(coverageKey{tenant, logTAPSignIn}, at, canShow, *firstTAP, *lastTAP)
		}
	}
	for key, byDay := range counts {
		a.coverage[key] = judgeDays(byDay, firsts[key], lasts[key])
	}
	return rows.Err()
}

// judgeDays gives each day from the first record's to the last's its status. Of the first day enough is there when it
// begins by 01:00, of the last when it ends at 23:00 or later. An empty day is a gap when its weekday usually is not,
// or when it is one of more than seven in a row that usually are not; else it is quiet.
func judgeDays(records map[time.Time]int64, first, last time.Time) span {
	s := span{first: first, last: last}
	firstDay, lastDay := first.Truncate(day), last.Truncate(day)
	var byWeekday [7][]int64
	var busy []int64
	for d := firstDay; !d.After(lastDay); d = d.Add(day) {
		n := records[d]
		byWeekday[d.Weekday()] = append(byWeekday[d.Weekday()], n)
		if n > 0 {
			busy = append(busy, n)
		}
		s.days = append(s.days, dayRecords{day: d, records: n})
	}
	busyMedian := median(busy)
	run := 0 // empty days in a row, up to and with day i
	for i := range s.days {
		d := &s.days[i]
		if d.records > 0 {
			run = 0
			d.status = "covered"
			if d.day.Equal(firstDay) && first.After(firstDay.Add(time.Hour)) ||
				d.day.Equal(lastDay) && last.Before(lastDay.Add(23*time.Hour)) {
				d.status = "partial"
			}
			continue
		}
		run++
		d.status = "quiet"
		if median(byWeekday[d.day.Weekday()]) >= 3 {
			d.status = "gap"
		}
		if run > 7 && busyMedian >= 3 {
			for j := i - run + 1; j <= i; j++ {
				s.days[j].status = "gap"
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

// covers says whether the evidence covers a span: it lies between the first and the last record and touches no gap.
func (c coverage) covers(tenant, logType string, from, to time.Time) bool {
	s, ok := c[coverageKey{tenant, logType}]
	if !ok || from.Before(s.first) || to.After(s.last) {
		return false
	}
	for i := s.index(from); i >= 0 && i < len(s.days) && !s.days[i].day.After(to); i++ {
		if s.days[i].status == "gap" {
			return false
		}
	}
	return true
}

// index of the day that holds t, counted from the span's first day; negative before it.
func (s span) index(t time.Time) int {
	if len(s.days) == 0 {
		return -1
	}
	return int(t.Truncate(day).Sub(s.days[0].day) / day)
}

// coveredDay says whether a day is covered; a quiet day counts as covered, a partial one does not.
func (c coverage) coveredDay(tenant, logType string, d time.Time) bool {
	s := c[coverageKey{tenant, logType}]
	i := s.index(d)
	return i >= 0 && i < len(s.days) && (s.days[i].status == "covered" || s.days[i].status == "quiet")
}

// gaps are the runs of days in [from, to) that the evidence does not hold: gap days inside it, and days before its
// first and after its last record. The edges compare by day.
func (c coverage) gaps(tenant, logType string, from, to time.Time) []Period {
	s := c[coverageKey{tenant, logType}]
	var runs []Period
	for d := from.Truncate(day); d.Before(to); d = d.Add(day) {
		i := s.index(d)
		if i >= 0 && i < len(s.days) && s.days[i].status != "gap" {
			continue
		}
		if n := len(runs); n > 0 && runs[n-1].To.Equal(d) {
			runs[n-1].To = d.Add(day)
			continue
		}
		runs = append(runs, Period{d, d.Add(day)})
	}
	return runs
}

// coverageDays is coverage.csv: every day of the evidence and of the period, for every log type.
func (a *audit) coverageDays() []CoverageDay {
	var all []CoverageDay
	for _, tenant := range a.tenants {
		for _, logType := range []string{logAudit, logInteractive, logNonInteractive} {
			key := coverageKey{tenant, logType}
			s := a.coverage[key]
			from, to := a.period.From.Truncate(day), a.period.To
			if len(s.days) > 0 {
				if s.days[0].day.Before(from) {
					from = s.days[0].day
				}
				if end := s.days[len(s.days)-1].day.Add(day); end.After(to) {
					to = end
				}
			}
			for d := from; d.Before(to); d = d.Add(day) {
				row := CoverageDay{TenantID: tenant, LogType: logType, Day: d, Status: "gap"}
				if i := s.index(d); i >= 0 && i < len(s.days) {
					row.Records, row.Status = s.days[i].records, s.days[i].status
					row.CanShowTAP = a.canShow[key][d]
				}
				all = append(all, row)
			}
		}
	}
	return all
}

// dayRuns names runs of days for a reader: "2026-07-04 to 2026-07-06, 2026-08-01".
func dayRuns(runs []Period) string {
	var parts []string
	for _, r := range runs {
		first, last := r.From.Format(time.DateOnly), r.To.Add(-day).Format(time.DateOnly)
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
