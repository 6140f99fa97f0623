package main

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"time"

	"tapaudit/analysis"
)

var quarter = regexp.MustCompile(`^(\d{4})[Qq]([1-4])$`)

// parsePeriod reads --period, or --from and --to. Without any it is the zero period: the span of the evidence.
func parsePeriod(period, from, to string) (analysis.Period, error) {
	if period != "" && (from != "" || to != "") {
		return analysis.Period{}, errors.New("give --period or --from and --to, not both")
	}
	if period != "" {
		return namedPeriod(period)
	}
	if from == "" && to == "" {
		return analysis.Period{}, nil
	}
	if from == "" || to == "" {
		return analysis.Period{}, errors.New("give --from and --to together")
	}
	begin, err := parseInstant(from)
	if err != nil {
		return analysis.Period{}, fmt.Errorf("--from: %w", err)
	}
	end, err := parseInstant(to)
	if err != nil {
		return analysis.Period{}, fmt.Errorf("--to: %w", err)
	}
	if !begin.Before(end) {
		return analysis.Period{}, errors.New("--from must lie before --to, which is exclusive")
	}
	return analysis.Period{From: begin, To: end}, nil
}

func namedPeriod(text string) (analysis.Period, error) {
	if m := quarter.FindStringSubmatch(text); m != nil {
		year, _ := strconv.Atoi(m[1])
		number, _ := strconv.Atoi(m[2])
		from := time.Date(year, time.Month(3*number-2), 1, 0, 0, 0, 0, time.UTC)
		return analysis.Period{From: from, To: from.AddDate(0, 3, 0)}, nil
	}
	for _, form := range []struct {
		layout        string
		years, months int
		days          int
	}{{"2006", 1, 0, 0}, {"2006-01", 0, 1, 0}, {time.DateOnly, 0, 0, 1}} {
		if from, err := time.Parse(form.layout, text); err == nil {
			return analysis.Period{From: from, To: from.AddDate(form.years, form.months, form.days)}, nil
		}
	}
	return analysis.Period{}, fmt.Errorf("--period %q is not a period; write it as 2026, 2026Q3, 2026-09 or 2026-09-14", text)
}

// parseInstant reads a day (its first instant, UTC) or an RFC 3339 time.
func parseInstant(text string) (time.Time, error) {
	for _, layout := range []string{time.DateOnly, time.RFC3339Nano} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is neither a day nor a time with its zone; write it as 2026-09-14 or 2026-09-14T08:00:00Z",
		text)
}
