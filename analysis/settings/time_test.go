package settings

import (
	"errors"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	location, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return location
}

func moment(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestBusinessHours(t *testing.T) {
	weekdays := [7]bool{false, true, true, true, true, true, false}
	everyDay := [7]bool{true, true, true, true, true, true, true}
	day := Hours{Days: weekdays, From: 7 * 60, To: 19 * 60, Holidays: map[Date]bool{{2026, 9, 16}: true}}
	night := Hours{Days: weekdays, From: 22 * 60, To: 6 * 60, Holidays: map[Date]bool{{2026, 9, 16}: true}}
	early := Hours{Days: everyDay, From: 2*60 + 30, To: 8 * 60}
	round := Hours{Days: weekdays, From: 0, To: 24 * 60}
	same := Hours{Days: weekdays, From: 7 * 60, To: 7 * 60}
	for _, c := range []struct {
		what  string
		hours Hours
		at    string
		want  bool
	}{
		{"the first moment of a Monday", day, "2026-09-14T07:00:00+02:00", true},
		{"the moment before it", day, "2026-09-14T06:59:59+02:00", false},
		{"the last second", day, "2026-09-14T18:59:59+02:00", true},
		{"the end itself", day, "2026-09-14T19:00:00+02:00", false},
		{"a Saturday", day, "2026-09-19T12:00:00+02:00", false},
		{"a holiday", day, "2026-09-16T12:00:00+02:00", false},
		{"Monday in Zurich while Sunday in UTC", round, "2026-09-13T22:30:00Z", true},
		{"Saturday in Zurich while Friday in UTC", round, "2026-09-18T22:30:00Z", false},
		{"the last minute of hours to 24:00", round, "2026-09-18T23:59:59+02:00", true},

		{"07:30 on the Friday before summer time", day, "2026-03-27T06:30:00Z", true},
		{"06:30 on that Friday, which summer time would make 07:30", day, "2026-03-27T05:30:00Z", false},
		{"07:30 on the Monday after summer time began", day, "2026-03-30T05:30:00Z", true},
		{"19:30 on that Monday, which winter time would make 18:30", day, "2026-03-30T17:30:00Z", false},
		{"07:30 on the Monday after winter time began", day, "2026-10-26T06:30:00Z", true},
		{"06:30 on that Monday, which summer time would make 07:30", day, "2026-10-26T05:30:00Z", false},
		{"18:30 on that Monday", day, "2026-10-26T17:30:00Z", true},
		{"01:59:59 on 29 March, the second before the clock skips to 03:00", early, "2026-03-29T00:59:59Z", false},
		{"03:00 on 29 March, when 02:30 never came", early, "2026-03-29T01:00:00Z", true},
		{"02:29 in summer time on 25 October", early, "2026-10-25T00:29:00Z", false},
		{"02:30 in summer time on 25 October", early, "2026-10-25T00:30:00Z", true},
		{"02:30 in winter time on 25 October, an hour later", early, "2026-10-25T01:30:00Z", true},
		{"08:00 in winter time on 25 October", early, "2026-10-25T07:00:00Z", false},

		{"Monday's night shift begins", night, "2026-09-14T22:00:00+02:00", true},
		{"before it begins", night, "2026-09-14T21:59:59+02:00", false},
		{"it goes on after midnight", night, "2026-09-15T00:00:00+02:00", true},
		{"its last second", night, "2026-09-15T05:59:59+02:00", true},
		{"its end", night, "2026-09-15T06:00:00+02:00", false},
		{"Monday morning belongs to Sunday's shift, which is none", night, "2026-09-14T03:00:00+02:00", false},
		{"Friday's shift lasts into Saturday", night, "2026-09-19T03:00:00+02:00", true},
		{"there is no shift on Saturday evening", night, "2026-09-19T23:00:00+02:00", false},
		{"no shift begins on a holiday", night, "2026-09-16T23:00:00+02:00", false},
		{"nor goes on in the morning after", night, "2026-09-17T03:00:00+02:00", false},
		{"but the shift of the day before lasts into the holiday", night, "2026-09-16T03:00:00+02:00", true},
		{"Friday's shift is over on 28 March", night, "2026-03-28T05:00:00Z", false},
		{"Sunday 29 March 03:30, in Saturday's shift, which is none", night, "2026-03-29T01:30:00Z", false},
		{"a shift from seven to seven lasts the whole day", same, "2026-09-14T07:00:00+02:00", true},
		{"and into the morning after", same, "2026-09-19T06:59:00+02:00", true},
		{"but not beyond", same, "2026-09-19T07:00:00+02:00", false},
		{"nor before it", same, "2026-09-14T06:59:00+02:00", false},
	} {
		t.Run(c.what, func(t *testing.T) {
			c.hours.Location = zone(t, "Europe/Zurich")
			if got := c.hours.Contains(moment(t, c.at)); got != c.want {
				t.Errorf("Contains(%s) = %t", c.at, got)
			}
		})
	}
}

func TestNightShiftOverTheChangeOfClocks(t *testing.T) {
	saturday := Hours{Location: zone(t, "Europe/Zurich"), From: 22 * 60, To: 6 * 60}
	saturday.Days[time.Saturday] = true
	for _, c := range []struct {
		what        string
		begin, end  string
		wantMinutes int
	}{
		{"28 to 29 March 2026 lacks an hour", "2026-03-28T21:00:00Z", "2026-03-29T04:00:00Z", 7 * 60},
		{"24 to 25 October 2026 has one more", "2026-10-24T20:00:00Z", "2026-10-25T05:00:00Z", 9 * 60},
	} {
		t.Run(c.what, func(t *testing.T) {
			begin, end := moment(t, c.begin), moment(t, c.end)
			minutes := 0
			for at := begin.Add(-12 * time.Hour); at.Before(end.Add(12 * time.Hour)); at = at.Add(time.Minute) {
				in := saturday.Contains(at)
				if want := !at.Before(begin) && at.Before(end); in != want {
					t.Fatalf("Contains(%s) = %t", at, in)
				}
				if in {
					minutes++
				}
			}
			if minutes != c.wantMinutes {
				t.Errorf("%d minutes, want %d", minutes, c.wantMinutes)
			}
		})
	}
}

func TestLocalDay(t *testing.T) {
	with := &Settings{Hours: &Hours{Location: zone(t, "Europe/Zurich")}}
	for at, want := range map[string][2]string{ // with business hours in Zurich, without
		"2026-03-28T23:30:00Z":      {"2026-03-29", "2026-03-28"},
		"2026-03-29T22:00:00Z":      {"2026-03-30", "2026-03-29"},
		"2026-10-25T22:59:59Z":      {"2026-10-25", "2026-10-25"},
		"2026-10-25T23:00:00Z":      {"2026-10-26", "2026-10-25"},
		"2026-07-01T00:30:00+14:00": {"2026-06-30", "2026-06-30"},
	} {
		got := [2]string{with.LocalDay(moment(t, at)).String(), new(Settings).LocalDay(moment(t, at)).String()}
		if got != want {
			t.Errorf("%s: %v, want %v", at, got, want)
		}
	}
}

func TestADayBeginsAndEnds(t *testing.T) {
	for _, c := range []struct{ what, zone, day, start, end string }{
		{"a day of 23 hours", "Europe/Zurich", "2026-03-29", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"},
		{"a day of 25 hours", "Europe/Zurich", "2026-10-25", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"},
		{"a day in UTC", "UTC", "2026-12-31", "2026-12-31T00:00:00Z", "2027-01-01T00:00:00Z"},
		{"midnight is skipped", "America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z"},
		{"midnight comes twice", "America/Havana", "2026-11-01", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"},
		{"the evening before is repeated", "America/Sao_Paulo", "2018-02-18", "2018-02-18T03:00:00Z",
			"2018-02-19T03:00:00Z"},
		{"a day that was left out has no length", "Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z",
			"2011-12-30T10:00:00Z"},
	} {
		t.Run(c.what, func(t *testing.T) {
			day, err := ParseDate(c.day)
			if err != nil {
				t.Fatal(err)
			}
			location := zone(t, c.zone)
			if got := day.Start(location); !got.Equal(moment(t, c.start)) {
				t.Errorf("starts %s, want %s", got.UTC(), c.start)
			}
			if got := day.End(location); !got.Equal(moment(t, c.end)) {
				t.Errorf("ends %s, want %s", got.UTC(), c.end)
			}
		})
	}
}

func TestDates(t *testing.T) {
	leap, err := ParseDate("2028-02-28")
	if err != nil {
		t.Fatal(err)
	}
	if got := leap.AddDays(2).String(); got != "2028-03-01" {
		t.Errorf("two days after 28 February 2028 is %s", got)
	}
	if got := leap.AddDays(-59).String(); got != "2027-12-31" {
		t.Errorf("59 days before 28 February 2028 is %s", got)
	}
	if (Date{}).String() != "" || !(Date{}).IsZero() || leap.IsZero() {
		t.Error("only the zero date is not a date")
	}
	ordered := []Date{{2026, 12, 31}, {2027, 1, 1}, {2027, 1, 2}, {2027, 2, 1}}
	for i, a := range ordered {
		for j, b := range ordered {
			if a.Before(b) != (i < j) || (a.Compare(b) == 0) != (i == j) || (a.Compare(b) > 0) != (i > j) {
				t.Errorf("%s against %s: Compare %d", a, b, a.Compare(b))
			}
		}
	}
	for _, text := range []string{"", "2026-1-1", "2026-13-01", "2026-04-31", "hello", "2026-04-01 ", "1899-12-31",
		"20260401"} {
		if d, err := ParseDate(text); err == nil {
			t.Errorf("%q is read as %s", text, d)
		}
	}
}

func TestADateInAnotherYAMLDocument(t *testing.T) {
	var v struct{ Day Date }
	if err := yaml.Unmarshal([]byte("day: 2026-08-01\n"), &v); err != nil || v.Day != (Date{2026, 8, 1}) {
		t.Errorf("%v, %v", v, err)
	}
	err := yaml.Unmarshal([]byte("day: 2026-13-01\n"), &v)
	if bad := (*yaml.SyntaxError)(nil); !errors.As(err, &bad) || bad.Token.Position.Column != 6 {
		t.Errorf("error is %v, want a syntax error at column 6", err)
	}
}
