// Package words is how every report says numbers, times, names and lists of places.
package words

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/olekukonko/tablewriter/pkg/twwidth"

	"tapaudit/analysis"
	"tapaudit/analysis/settings"
	"tapaudit/ingest/safetext"
)

// Line is prose as one line that is safe to print.
func Line(s string) string { return safetext.Line(strings.Join(strings.Fields(s), " ")) }

// Capitalised is s, one of our own words, at the beginning of a sentence.
func Capitalised(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// Clip cuts s after n characters and says how long it was.
func Clip(n int, s string) string {
	if len(s) <= n {
		return s
	}
	total := utf8.RuneCountInString(s)
	if total <= n {
		return s
	}
	end := 0
	for i := range s {
		if n == 0 {
			end = i
			break
		}
		n--
	}
	return s[:end] + "… (" + Number(total) + " characters)"
}

// Name is a name as far as a reader needs it.
func Name(s string) string { return Clip(120, s) }

// Number groups digits by three: 12,345.
func Number[N int | int64](n N) string {
	digits := strconv.FormatInt(int64(n), 10)
	start := 0
	if n < 0 {
		start = 1
	}
	for i := len(digits) - 3; i > start; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// Count is n with its noun: 1 pass, 2 passes.
func Count[N int | int64](n N, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Number(n) + " " + many
}

func Places(ps []analysis.Place) []string {
	names := make([]string, len(ps))
	for i, p := range ps {
		names[i] = p.String()
	}
	return names
}

// Stamp is a time in RFC 3339, in UTC, with as much fraction as it has.
func Stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// Clock is a time as people read it: to the second, in UTC without saying so.
func Clock(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04:05")
}

// Spanned is a period in words, in UTC without saying so: by its first and last
// day where it is of whole days.
func Spanned(p analysis.Period) string {
	switch {
	case p.From.IsZero():
		return "not known"
	case p.To.IsZero():
		return "from " + Clock(p.From)
	}
	from, to := p.From.UTC(), p.To.UTC()
	if whole := func(t time.Time) bool { return t.Equal(t.Truncate(24 * time.Hour)) }; !whole(from) || !whole(to) ||
		!from.Before(to) {
		return Between(from, p.LastInstant())
	}
	last := to.AddDate(0, 0, -1)
	if last.Equal(from) {
		return from.Format(time.DateOnly)
	}
	return from.Format(time.DateOnly) + " to " + last.Format(time.DateOnly)
}

// Between is from the one moment to the other, the day said once.
func Between(first, last time.Time) string {
	from, to := Clock(first), Clock(last)
	switch {
	case from == to || to == "":
		return from
	case from != "" && from[:len(time.DateOnly)] == to[:len(time.DateOnly)]:
		return from + " to " + to[len(time.DateOnly)+1:]
	}
	return from + " to " + to
}

func Date(d settings.Date) string {
	if d == (settings.Date{}) {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day)
}

// Or is s, or the other text where s is empty.
func Or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// ShortTenant is enough of a tenant's id to tell it from the others.
func ShortTenant(id string) string {
	if runes := []rune(id); len(runes) > 8 {
		return string(runes[:8])
	}
	return id
}

// Fit cuts s to a width in columns; wide characters take two.
func Fit(width int, s string) string {
	if twwidth.Width(s) <= width {
		return s
	}
	return twwidth.Truncate(s, width-1) + "…"
}

// Wrap breaks text at spaces into at most n lines of a width; the last one is
// cut when there is more. A word wider than a line is cut too.
func Wrap(width, n int, text string) []string {
	var lines []string
	words := strings.Fields(text)
	for len(words) > 0 {
		if len(lines) == n-1 {
			return append(lines, Fit(width, strings.Join(words, " ")))
		}
		l := Fit(width, words[0])
		words = words[1:]
		for len(words) > 0 && twwidth.Width(l)+1+twwidth.Width(words[0]) <= width {
			l += " " + words[0]
			words = words[1:]
		}
		lines = append(lines, l)
	}
	return lines
}

// Deeds are the counts of what was done on a log-in, a text each.
func Deeds(counts []analysis.DeedCount) []string {
	var all []string
	for _, n := range counts {
		all = append(all, fmt.Sprintf("%s %d", n.Class, n.N))
	}
	return all
}

// Done says what was done on a log-in, or that nothing was, or that this cannot be seen.
func Done(l *analysis.Login) string {
	const unseen = "the Unified Audit Log and Graph activity do not both cover its session"
	var done []string
	for _, n := range l.Deeds {
		text := n.Class
		if n.N != 1 {
			text += " (" + Number(n.N) + ")"
		}
		done = append(done, text)
	}
	switch {
	case len(done) > 0 && l.Watched:
		return "Done on it: " + strings.Join(done, ", ") + "."
	case len(done) > 0:
		return "Done on it: " + strings.Join(done, ", ") + ". There may be more: " + unseen + "."
	case l.Watched:
		return "Nothing was done on it: the Unified Audit Log and Graph activity cover its session and show nothing."
	}
	return "No record of what was done on it is at hand: " + unseen + "."
}

// Spoken is a number as one says it: in words up to twelve.
func Spoken(n int) string {
	small := []string{"no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
		"twelve"}
	if n >= 0 && n < len(small) {
		return small[n]
	}
	return Number(n)
}
