package settings

import (
	"cmp"
	"fmt"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// Date is a calendar day without a zone. The zero value is "no date".
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// ParseDate reads a day written as 2026-03-31. Days that the calendar does not
// have and years before 1900 (slips such as 0026) are errors.
func ParseDate(text string) (Date, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil || t.Year() < 1900 {
		return Date{}, fmt.Errorf("%s is not a date: write year-month-day, as in 2026-03-31", quoted(text))
	}
	return DateOf(t), nil
}

// DateOf is the day of t in t's own location.
func DateOf(t time.Time) Date {
	year, month, day := t.Date()
	return Date{year, month, day}
}

// UnmarshalYAML reads a day from a YAML scalar, quoted or not; its error is a
// *yaml.SyntaxError that knows the scalar's place.
func (d *Date) UnmarshalYAML(node ast.Node) error {
	scalar, ok := node.(*ast.StringNode)
	if !ok {
		return &yaml.SyntaxError{Message: "not a date: write year-month-day, as in 2026-03-31", Token: node.GetToken()}
	}
	date, err := ParseDate(scalar.Value)
	if err != nil {
		return &yaml.SyntaxError{Message: err.Error(), Token: node.GetToken()}
	}
	*d = date
	return nil
}

// String writes the day as 2026-03-31, and "" for no date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// IsZero reports whether d is not a date.
func (d Date) IsZero() bool { return d == Date{} }

// Compare is negative when d lies before other, zero when they are the same day,
// else positive.
func (d Date) Compare(other Date) int {
	return cmp.Or(cmp.Compare(d.Year, other.Year), cmp.Compare(d.Month, other.Month), cmp.Compare(d.Day, other.Day))
}

// Before reports whether d lies before other.
func (d Date) Before(other Date) bool { return d.Compare(other) < 0 }

// AddDays is the day n days later, or earlier when n is negative.
func (d Date) AddDays(n int) Date {
	return DateOf(time.Date(d.Year, d.Month, d.Day+n, 0, 0, 0, 0, time.UTC))
}

// Weekday is the day's weekday.
func (d Date) Weekday() time.Weekday { return d.StartUTC().Weekday() }

// StartUTC is the day's first moment in UTC.
func (d Date) StartUTC() time.Time { return d.Start(time.UTC) }

// Start is the day's first moment in loc: midnight, except where the clock skips
// midnight (the first moment after it) or repeats it (the first of the two).
func (d Date) Start(loc *time.Location) time.Time {
	t := time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, loc)
	begin, end := t.ZoneBounds()
	switch on := DateOf(t).Compare(d); {
	case on < 0: // midnight is skipped and t was put before the change
		return end
	case on > 0 || t.Hour() != 0 || t.Minute() != 0: // … or after it
		return begin
	}
	if !begin.IsZero() {
		_, offset := t.Zone()
		_, earlier := begin.Add(-1).Zone()
		if first := t.Add(time.Duration(offset-earlier) * time.Second); first.Before(begin) && DateOf(first) == d {
			return first
		}
	}
	return t
}

// End is the moment at which the day is over in loc: the next day's Start, itself
// no longer part of the day.
func (d Date) End(loc *time.Location) time.Time { return d.AddDays(1).Start(loc) }
