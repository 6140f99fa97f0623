package page

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"time"

	"tapaudit/analysis"
	"tapaudit/reports/verdict"
	"tapaudit/reports/words"
)

// A picture is a drawing of what a table of the report says, with that table
// behind it. It is drawn here and not by a charting library, because the
// page's policy allows no style attribute: colours come from style.css by
// class, so that they follow light, dark and print, and the same audit always
// gives the same bytes. A picture never tells by colour alone.
type picture struct {
	ID, Title, Desc string
	Height          int // in units of the drawing; the width is pictureWidth
	Key             []mark
	Shapes          []shape
	Columns         []string
	Rows            [][]string
	More            int    // rows that are left out
	Where           string // the file that has them
}

// mark explains one shape of a picture.
type mark struct {
	Class, Sign, Text string
}

// shape is a rectangle, line or text of a picture. Signs are text too: every
// browser draws them, and a reader who sees no colour tells them apart.
type shape struct {
	Kind       string // rect, line or text
	Class      string
	X, Y, W, H int // a line goes from X, Y to W, H
	Text       string
	Tip        string // what the shape stands for, in words
}

const (
	pictureWidth = 960
	labelWidth   = 200 // for the names at the left
	labelColumns = 26  // of text that fit there
	tableRows    = 200
)

// pictures are the drawings of a page, each beside the table it draws.
type pictures struct {
	Activity, Coverage, Policy, Issuers, Supervision *picture
	Lanes                                            []*picture
}

func drawn(r *analysis.Result) pictures {
	from, to := span(r)
	return pictures{
		Activity: activity(r, from, to), Coverage: coverageStrips(r, from, to), Policy: policyTracks(r, from, to),
		Issuers: issuers(r), Supervision: supervisionMatrix(r), Lanes: lanes(r),
	}
}

func (p *picture) add(s shape) { p.Shapes = append(p.Shapes, s) }

func (p *picture) text(x, y int, class, text string) {
	p.add(shape{Kind: "text", X: x, Y: y, Class: class, Text: text})
}

// label writes a name at the left; what does not fit is in its tip.
func (p *picture) label(y int, name string) {
	p.add(shape{Kind: "text", Y: y, Class: "name", Text: words.Fit(labelColumns, words.Line(name)),
		Tip: words.Name(name)})
}

// bounded keeps the table of a picture short.
func (p *picture) bounded(where string) *picture {
	p.Rows, p.More = head(p.Rows, tableRows)
	p.Where = where
	return p
}

// span is the period that the pictures over time show: the judged one or,
// when that is open, what the evidence covers.
func span(r *analysis.Result) (from, to time.Time) {
	from, to = r.Period.From, r.Period.To
	for _, d := range r.Coverage {
		if r.Period.From.IsZero() && (from.IsZero() || d.Day.Before(from)) {
			from = d.Day
		}
		if r.Period.To.IsZero() && d.Day.AddDate(0, 0, 1).After(to) {
			to = d.Day.AddDate(0, 0, 1)
		}
	}
	return from.UTC(), to.UTC()
}

// axis places times between two positions of a picture.
type axis struct {
	from, to    time.Time
	left, right int
}

func (a axis) x(t time.Time) int {
	share := float64(t.Sub(a.from)) / float64(a.to.Sub(a.from))
	return a.left + int(math.Round(min(max(share, 0), 1)*float64(a.right-a.left)))
}

// ticks draws the axis over the height of p with at most ten dates, all at
// the same distance.
func (a axis) ticks(p *picture) {
	days := int(math.Ceil(a.to.Sub(a.from).Hours() / 24))
	step := 1
	for _, step = range []int{1, 2, 7, 14, 28, 56, 91, 182, 365, 730} {
		if days <= 10*step {
			break
		}
	}
	for ; days > 10*step; step *= 2 {
	}
	for t := a.from; t.Before(a.to); t = t.AddDate(0, 0, step) {
		x := a.x(t)
		p.add(shape{Kind: "line", Class: "grid", X: x, Y: 8, W: x, H: p.Height - 20})
		p.text(x, p.Height-6, "tick", t.Format(time.DateOnly))
	}
}

// buckets cuts a span into days, weeks or months, whichever gives at most 60
// and else the fewest.
func buckets(from, to time.Time) (starts []time.Time, unit string) {
	next := func(t time.Time) time.Time { return t.AddDate(0, 0, 1) }
	switch days := to.Sub(from).Hours() / 24; {
	case days <= 60:
		unit = "day"
	case days <= 7*60:
		unit = "week"
		next = func(t time.Time) time.Time { return t.AddDate(0, 0, 7) }
	case days <= 30*60:
		unit = "month"
		next = func(t time.Time) time.Time { return t.AddDate(0, 1, 0) }
	default:
		unit = "year"
		next = func(t time.Time) time.Time { return t.AddDate(1, 0, 0) }
	}
	for t := from; t.Before(to) && len(starts) < 200; t = next(t) {
		starts = append(starts, t)
	}
	return starts, unit
}

// bucketOf is the index of the last start that is not after t, or -1.
func bucketOf(starts []time.Time, t time.Time) int {
	i, found := slices.BinarySearchFunc(starts, t, func(a, b time.Time) int { return a.Compare(b) })
	if found {
		return i
	}
	return i - 1
}

// stateClass and stateSign say met, failed and not assessed the same way
// everywhere on the page.
func stateClass(state string) string {
	switch state {
	case analysis.Met, "yes":
		return "m"
	case analysis.Failed, "no":
		return "x"
	}
	return "q"
}

func stateSign(state string) string {
	return map[string]string{"m": "✓", "x": "✗", "q": "?"}[stateClass(state)]
}

// inTenant names the tenant where there are several.
func inTenant(r *analysis.Result, tenant, what string) string {
	if len(r.Tenants) > 1 {
		return verdict.Tenant(r, tenant) + ": " + what
	}
	return what
}

func whole(n int) string { return strconv.Itoa(n) }

// keysBy lists the keys of counts, the largest count first.
func keysBy[K cmp.Ordered](counts map[K]int) []K {
	keys := make([]K, 0, len(counts))
	for k := range counts {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b K) int { return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b)) })
	return keys
}
