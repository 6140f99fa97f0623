package formats

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"tapaudit/ingest/record"
)

// DateOrder is how a date without a year in front is read.
type DateOrder int

const (
	// Usual is month first with slashes (2/25/2026), as Azure writes dates, and day first with dots or dashes
	// (25.2.2026, 25-2-2026). Collectors use their machine's culture, and the cultures with dots or dashes write the
	// day first.
	Usual DateOrder = iota
	MonthFirst
	DayFirst
)

var (
	isoTime = regexp.MustCompile(`^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,12}))?)?)?\s*(Z|z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?$`)
	// 2/25/2025, 9:19:25.391 AM and 12.04.2026 09:19:25 and 1/9/2007 10:41:00 AM +01:00
	slashedTime = regexp.MustCompile(`^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:,?[\s\x{202f}\x{a0}]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,12}))?)?[\s\x{202f}\x{a0}]*([AaPp]\.?[Mm]\.?)?)?\s*(Z|z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?$`)
	// Sep 14, 2026 8:05:00 AM, as Defender's portal writes it
	wordedTime = regexp.MustCompile(`^([A-Z][a-z]{2})[a-z]{0,6}\.? (\d{1,2}),? (\d{4})(?:,?[\s\x{202f}\x{a0}]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,12}))?)?[\s\x{202f}\x{a0}]*([AaPp]\.?[Mm]\.?)?)?\s*(Z|z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?$`)
	timeOfDay  = regexp.MustCompile(`^\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d+)?(?: ?[AaPp][Mm])?$`)
	epochTime  = regexp.MustCompile(`^\\?/Date\((-?\d{1,15})(?:[+-]\d{4})?\)\\?/$`)
)

const monthNames = "JanFebMarAprMayJunJulAugSepOctNovDec"

// ParseTime reads a time as sign-in and audit exports spell it: ISO 8601 with or without zone and with any number of
// fraction digits, slashed dates with AM and PM, and PowerShell's /Date(milliseconds)/. Without an offset it is UTC.
// Fractions finer than a microsecond are cut off, as DuckDB does.
func ParseTime(s string, order DateOrder) (time.Time, error) {
	s = strings.TrimSpace(s)
	if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
		return t.UTC().Truncate(time.Microsecond), nil
	}
	if m := isoTime.FindStringSubmatch(s); m != nil {
		return fromParts(m[1], m[2], m[3], m[4], m[5], m[6], m[7], "", m[8])
	}
	if m := slashedTime.FindStringSubmatch(s); m != nil {
		month, day := m[1], m[2]
		if order == DayFirst || order == Usual && !strings.Contains(s[:len(m[1])+1], "/") {
			month, day = day, month
		}
		return fromParts(m[3], month, day, m[4], m[5], m[6], m[7], m[8], m[9])
	}
	if m := wordedTime.FindStringSubmatch(s); m != nil {
		if month := 1 + strings.Index(monthNames, m[1])/3; strings.Contains(monthNames, m[1]) &&
			monthNames[3*(month-1):3*month] == m[1] {
			return fromParts(m[3], strconv.Itoa(month), m[2], m[4], m[5], m[6], m[7], m[8], m[9])
		}
	}
	if m := epochTime.FindStringSubmatch(s); m != nil {
		ms, err := strconv.ParseInt(m[1], 10, 64)
		if err != nil {
			return time.Time{}, err
		}
		return time.UnixMilli(ms).UTC(), nil
	}
	return time.Time{}, errors.New("not a time in any spelling known")
}

func fromParts(year, month, day, hour, minute, second, fraction, half, zone string) (time.Time, error) {
	number := func(s string) int { n, _ := strconv.Atoi(s); return n }
	y, mo, d, h, mi, s := number(year), number(month), number(day), number(hour), number(minute), number(second)
	if half != "" {
		if h < 1 || h > 12 {
			return time.Time{}, fmt.Errorf("hour %d with AM or PM", h)
		}
		h %= 12
		if half[0] == 'p' || half[0] == 'P' {
			h += 12
		}
	}
	if h > 23 || mi > 59 || s > 59 {
		return time.Time{}, errors.New("no such time of day")
	}
	nanos := number((fraction + "000000")[:6]) * 1000
	t := time.Date(y, time.Month(mo), d, h, mi, s, nanos, time.UTC)
	if t.Year() != y || int(t.Month()) != mo || t.Day() != d {
		return time.Time{}, errors.New("no such day")
	}
	if strings.HasPrefix(zone, "+") || strings.HasPrefix(zone, "-") {
		digits := (strings.ReplaceAll(zone[1:], ":", "") + "00")[:4] // DuckDB's to_json writes +00
		offset := time.Duration(number(digits[:2]))*time.Hour + time.Duration(number(digits[2:]))*time.Minute
		if zone[0] == '-' {
			offset = -offset
		}
		t = t.Add(-offset)
	}
	return t, nil
}

// time reads the time of a record, and what it proves about the file's dates.
func (in *Input) time(s string) (time.Time, string) {
	in.see(s)
	return checkTime(s, in.Order)
}

const noTime = "no time"

// checkTime reads the time of a record and refuses what no real record has.
func checkTime(s string, order DateOrder) (time.Time, string) {
	if strings.TrimSpace(s) == "" {
		return time.Time{}, noTime
	}
	t, err := ParseTime(s, order)
	if err != nil && timeOfDay.MatchString(strings.TrimSpace(s)) {
		return time.Time{}, "its time has no date: a spreadsheet showed it so when it was saved again; export again, and do not open the export in a spreadsheet"
	}
	if err != nil {
		return time.Time{}, "its time cannot be read: " + err.Error()
	}
	if t.Before(record.Earliest) || !t.Before(record.Latest) {
		return time.Time{}, "its time lies outside the years 2000 to 2099"
	}
	return t, ""
}

var (
	nameDay     = regexp.MustCompile(`(?:^|\D)(20\d{2})-(\d{1,2})-(\d{1,2})(?:[T_ -](\d{2})[-_:]?(\d{2})(?:[-_:]?(\d{2}))?Z?)?(?:\D|$)`)
	nameCompact = regexp.MustCompile(`(?:^|\D)(20\d{2})(\d{2})(\d{2})(?:[T_-]?(\d{2})(\d{2})(\d{2})?Z?)?(?:\D|$)`)
	nameSpan    = regexp.MustCompile(`(?:^|\D)(20\d{2})-?(\d{2})-?(\d{2})(?:T?[\d:]*Z?)[_ -]{1,3}(?:to[_ -])?(20\d{2})-?(\d{2})-?(\d{2})(?:\D|$)`)
	laterDay    = regexp.MustCompile(`^[T_ -]20\d{2}-\d{1,2}-\d{1,2}`)
)

// TimeInName reads the time a snapshot was taken from its file's name: 2026-09-30 or 20260930T101500Z. A day alone
// is its first instant. It is the zero time where the name says none.
func TimeInName(name string) time.Time {
	name = guid.ReplaceAllString(name, "") // whose digits are not a date
	for _, pattern := range []*regexp.Regexp{nameDay, nameCompact} {
		if m := pattern.FindStringSubmatch(name); m != nil {
			if _, after, _ := strings.Cut(name, m[2]+"-"+m[3]); laterDay.MatchString(after) {
				m[4], m[5], m[6] = "", "", "" // the name tells a span of days, no time of day
			}
			t, err := fromParts(m[1], m[2], m[3], m[4], m[5], m[6], "", "", "")
			if err == nil {
				return t
			}
		}
	}
	return time.Time{}
}
