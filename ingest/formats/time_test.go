package formats

import (
	"strings"
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
	const row = `"05/09/2026, 08:05:00.000""[{"authenticationStepDateTime": "2026-09-05T08:05:00Z"}]"`
	for _, test := range []struct {
		name, path, row string
		dates           []string
		used            DateOrder
		order           DateOrder
		refused         string
		ambiguous       string
	}{
		{name: "nothing proven", dates: []string{"1/2/2026", "2026-01-02T00:00:00Z", ""},
			ambiguous: "nothing in the file proves which"},
		{name: "the same day in both", dates: []string{"2/2/2026"}},
		{name: "month first, as usual", dates: []string{"1/2/2026", "1/25/2026 8:00:00 AM"}},
		{name: "day first", dates: []string{"1/2/2026", "25/1/2026"}, order: DayFirst},
		{name: "read so already", dates: []string{"1/2/2026", "25/1/2026"}, used: DayFirst, order: DayFirst},
		{name: "both", dates: []string{"25/1/2026", "1/25/2026"}, refused: "others have one in the second place"},
		{name: "dots are day first anyhow", dates: []string{"25.1.2026", "1.2.2026"}},
		{name: "dots month first", dates: []string{"1.25.2026"}, order: MonthFirst},
		{name: "no date at all proves nothing", dates: []string{"25/13/2026", "40/1/2026", "1/2/3"}},
		{name: "a time after years is not proof", dates: []string{"2026-25-01"}},
		{name: "a step of the same moment, day first", row: row, dates: []string{"05/09/2026, 08:05"},
			order: DayFirst},
		{name: "a step of the same moment, month first", row: row, dates: []string{"09/05/2026, 08:05"}},
		{name: "steps that say both", row: row, dates: []string{"05/09/2026, 08:05", "09/05/2026"},
			refused: "other times in the same rows say both"},
		{name: "a time of something else", row: `{"lastPasswordChange":"2026-09-05T08:05:00Z"}`,
			dates: []string{"05/09/2026, 08:05"}, ambiguous: "nothing in the file proves which"},
		{name: "the days of the name", path: "x/InteractiveSignIns_2026-09-01_2026-09-16.csv",
			dates: []string{"05/09/2026"}, order: DayFirst},
		{name: "the days of the name, month first", path: "InteractiveSignIns_2026-09-01_2026-09-16.csv",
			dates: []string{"9/5/2026"}},
		{name: "both lie in the name's days", path: "InteractiveSignIns_2026-01-01_2026-12-16.csv",
			dates: []string{"05/09/2026"}, ambiguous: "nothing in the file proves which"},
		{name: "numbers before moments", row: row, dates: []string{"05/09/2026, 08:05", "5/25/2026"},
			ambiguous: "were read month first, since some have a number over 12 in the second place"},
	} {
		in := Input{Path: test.path}
		in.about(test.row, nil)
		for _, s := range test.dates {
			in.see(s)
		}
		order, refused := in.Dates.Order(test.used)
		if order != test.order || (refused == "") != (test.refused == "") || !strings.Contains(refused, test.refused) {
			t.Errorf("%s: order %v, %q", test.name, order, refused)
		}
		if got := in.Dates.Ambiguous(); refused == "" &&
			((got == "") != (test.ambiguous == "") || !strings.Contains(got, test.ambiguous)) {
			t.Errorf("%s: %q", test.name, got)
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
