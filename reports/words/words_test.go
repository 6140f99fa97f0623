package words_test

import (
	"testing"
	"time"

	"tapaudit/analysis"
	"tapaudit/reports/reporttest"
	"tapaudit/reports/words"
)

func TestPeriodInWords(t *testing.T) {
	for _, c := range []struct {
		from, to time.Time
		want     string
	}{
		{reporttest.At(1, 0, 0), reporttest.At(30, 0, 0), "2026-09-01 to 2026-09-29"},
		{reporttest.At(1, 0, 0), reporttest.At(2, 0, 0), "2026-09-01"},
		{reporttest.At(1, 8, 30), reporttest.At(2, 0, 0), "2026-09-01 08:30:00 to 23:59:59"},
		{reporttest.At(1, 8, 30), time.Time{}, "from 2026-09-01 08:30:00"},
		{time.Time{}, time.Time{}, "not known"},
	} {
		if got := words.Spanned(analysis.Period{From: c.from, To: c.to}); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestDone(t *testing.T) {
	deeds := []analysis.DeedCount{{Class: "inbox rule", N: 1}, {Class: "mail read", N: 41}}
	for _, test := range []struct {
		login analysis.Login
		want  string
	}{
		{analysis.Login{Deeds: deeds, Watched: true}, "Done on it: inbox rule, mail read (41)."},
		{analysis.Login{Deeds: deeds}, "Done on it: inbox rule, mail read (41). There may be more: " +
			"the Unified Audit Log and Graph activity do not both cover its session."},
		{analysis.Login{Watched: true},
			"Nothing was done on it: the Unified Audit Log and Graph activity cover its session and show nothing."},
		{analysis.Login{}, "No record of what was done on it is at hand: the Unified Audit Log and Graph activity do not both cover its session."},
	} {
		if got := words.Done(&test.login); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}
