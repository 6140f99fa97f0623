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
		{reporttest.At(1, 8, 30), reporttest.At(2, 0, 0), "2026-09-01 08:30:00 to before 2026-09-02 00:00:00"},
		{reporttest.At(1, 8, 30), time.Time{}, "from 2026-09-01 08:30:00"},
		{time.Time{}, time.Time{}, "not known"},
	} {
		if got := words.Spanned(analysis.Period{From: c.from, To: c.to}); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}
