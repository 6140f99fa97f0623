package formats

import (
	"testing"
	"time"

	"github.com/tidwall/gjson"
)

func TestParseTime(t *testing.T) {
	for _, test := range []struct {
		text  string
		order DateOrder
		want  string // "" where it is none
	}{
		{"2026-09-14T08:59:26Z", Usual, "2026-09-14T08:59:26Z"},
		{"2025-11-12T13:59:29.848568+00:00", Usual, "2025-11-12T13:59:29.848568Z"},
		{"2007-01-09T11:41:00+02:00", Usual, "2007-01-09T09:41:00Z"},
		{"2007-01-09T09:41:00.6816663Z", Usual, "2007-01-09T09:41:00.681666Z"},
		{"2026-09-14T08:59:26", Usual, "2026-09-14T08:59:26Z"},
		{"2/25/2025, 9:19:25.391 AM", Usual, "2025-02-25T09:19:25.391Z"},
		{"1/9/2007 10:41:00 AM +01:00", Usual, "2007-01-09T09:41:00Z"},
		{"9/14/2026 12:05:00 AM", Usual, "2026-09-14T00:05:00Z"},
		{"9/14/2026 12:05:00 PM", Usual, "2026-09-14T12:05:00Z"},
		{"12/4/2026", Usual, "2026-12-04T00:00:00Z"},
		{"12/4/2026", DayFirst, "2026-04-12T00:00:00Z"},
		{"12-4-2026", Usual, "2026-04-12T00:00:00Z"},
		{"12.04.2026 09:19:25", Usual, "2026-04-12T09:19:25Z"},
		{"12.04.2026", MonthFirst, "2026-12-04T00:00:00Z"},
		{"14/09/2026 08:59", DayFirst, "2026-09-14T08:59:00Z"},
		{"14/09/2026 08:59", Usual, ""},
		{`\/Date(1613679244000)\/`, Usual, "2021-02-18T20:14:04Z"},
		{"/Date(1613679244000)/", Usual, "2021-02-18T20:14:04Z"},
		{"2026-02-30T00:00:00", Usual, ""},
		{"13:00", Usual, ""},
		{"", Usual, ""},
		{"9/14/2026 13:05:00 PM", Usual, ""},
	} {
		got, err := ParseTime(test.text, test.order)
		switch {
		case test.want == "" && err == nil:
			t.Errorf("%q: no error, but %s", test.text, got)
		case test.want != "" && (err != nil || got.Format(time.RFC3339Nano) != test.want):
			t.Errorf("%q: %s, %v; want %s", test.text, got.Format(time.RFC3339Nano), err, test.want)
		}
	}
}

func TestDates(t *testing.T) {
	for _, test := range []struct {
		name  string
		dates []string
		used  DateOrder
		order DateOrder
		ok    bool
	}{
		{"nothing proven", []string{"1/2/2026", "2026-01-02T00:00:00Z", ""}, Usual, Usual, true},
		{"month first, as usual", []string{"1/2/2026", "1/25/2026 8:00:00 AM"}, Usual, Usual, true},
		{"day first", []string{"1/2/2026", "25/1/2026"}, Usual, DayFirst, true},
		{"read so already", []string{"1/2/2026", "25/1/2026"}, DayFirst, DayFirst, true},
		{"both", []string{"25/1/2026", "1/25/2026"}, Usual, Usual, false},
		{"dots are day first anyhow", []string{"25.1.2026"}, Usual, Usual, true},
		{"dots month first", []string{"1.25.2026"}, Usual, MonthFirst, true},
		{"no date at all proves nothing", []string{"25/13/2026", "40/1/2026", "1/2/3"}, Usual, Usual, true},
		{"a time after years is no proof", []string{"2026-25-01"}, Usual, Usual, true},
	} {
		var d Dates
		for _, s := range test.dates {
			d.see(s)
		}
		if order, ok := d.Order(test.used); order != test.order || ok != test.ok {
			t.Errorf("%s: order %v, %v", test.name, order, ok)
		}
	}
}

func TestTimesOfTheCorpus(t *testing.T) {
	for _, line := range corpus(t, "time-formats.ndjson") {
		text := gjson.Get(line, "time").String()
		got, err := ParseTime(text, Usual)
		if err != nil || got.Truncate(time.Second).Format(time.RFC3339) != "2007-01-09T09:41:00Z" {
			t.Errorf("%s: %s, %v", text, got, err)
		}
	}
}
