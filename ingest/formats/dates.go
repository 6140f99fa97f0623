package formats

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"tapaudit/ingest/evidence"
)

// The first of these that shows in which order a file writes its dates counts for the whole file. They are a number
// over 12, a time of the same moment in the same row that is written year first, and the span of days in the file's
// name.

// proof is what one kind of proof says.
type proof struct{ month, day bool }

func (p proof) says() bool { return p.month || p.day }

// The kinds of proof, the surest first, with what is said of each.
const (
	byNumber = iota
	byMoment
	byName
	kindsOfProof
)

var proofWords = [kindsOfProof]string{"some begin with a number over 12", "other times in the same rows say so",
	"the days in the file's name say so"}

// Dates is what the dates of a file, read so far, prove about their order.
type Dates struct {
	proofs         [kindsOfProof]proof
	slashed, other bool // dates with slashes, with dots or dashes
	open           bool // one with slashes that two orders read, as different days
}

// Join adds what other dates of the same file prove.
func (d *Dates) Join(other Dates) {
	for i, p := range other.proofs {
		d.proofs[i].month, d.proofs[i].day = d.proofs[i].month || p.month, d.proofs[i].day || p.day
	}
	d.slashed, d.other, d.open = d.slashed || other.slashed, d.other || other.other, d.open || other.open
}

// first is the surest kind of proof that says anything, kindsOfProof where none does.
func (d *Dates) first() int {
	for i, p := range d.proofs {
		if p.says() {
			return i
		}
	}
	return kindsOfProof
}

// Order is how the file is to be read, which was read in the order used. Where that is another, the file was read
// wrongly; refused says why no reading of it is right, where one kind of proof says both orders.
func (d *Dates) Order(used DateOrder) (order DateOrder, refused string) {
	for i, p := range d.proofs {
		if p.month && p.day {
			why := proofWords[i]
			if i == byNumber {
				why += ", others have one in the second place"
			} else {
				why = strings.TrimSuffix(why, " so") + " both"
			}
			return used, "its dates are written in two orders: " + why + "; split the file by how it writes dates"
		}
	}
	first := d.first()
	switch {
	case first == kindsOfProof:
	case d.proofs[first].day && d.slashed:
		return DayFirst, ""
	case d.proofs[first].month && d.other:
		return MonthFirst, ""
	}
	return used, ""
}

// Proof says what proves that the dates begin with the day.
func (d *Dates) Proof() string {
	if first := d.first(); first < kindsOfProof {
		return proofWords[first]
	}
	return ""
}

// Ambiguous says why the dates may have been read in the wrong order, "" where nothing speaks for another.
func (d *Dates) Ambiguous() string {
	if !d.open {
		return ""
	}
	first := d.first()
	if first == kindsOfProof {
		return "its dates can be read in two orders, and nothing in the file proves which: they were read month first"
	}
	for _, p := range d.proofs[first+1:] {
		if p.says() && p != d.proofs[first] {
			order, since := "month first", proofWords[first]
			switch {
			case d.proofs[first].day:
				order = "day first"
			case first == byNumber:
				since = "some have a number over 12 in the second place"
			}
			return "its dates were read " + order + ", since " + since +
				"; but what else tells of them (other times in the rows, the file's name) says the other order"
		}
	}
	return ""
}

// see notes what a time proves.
func (in *Input) see(s string) {
	s = strings.TrimSpace(s)
	if len(s) < 8 || s[1] > '9' || s[4] == '-' || s[0] == '\\' {
		return
	}
	m := slashedTime.FindStringSubmatch(s)
	if m == nil {
		return
	}
	d := &in.Dates
	first, _ := strconv.Atoi(m[1])
	second, _ := strconv.Atoi(m[2])
	slashed := s[len(m[1])] == '/'
	d.slashed, d.other = d.slashed || slashed, d.other || !slashed
	switch {
	case first > 31 || second > 31 || first > 12 && second > 12 || first == 0 || second == 0:
		return
	case first > 12:
		d.proofs[byNumber].day = true
		return
	case second > 12:
		d.proofs[byNumber].month = true
		return
	case first == second:
		return
	}
	d.open = d.open || slashed
	year, _ := strconv.Atoi(m[3])
	monthFirst, dayFirst := dayOf(year, first, second), dayOf(year, second, first)
	// A moment may lie on the next day in another zone.
	near := func(day time.Time) bool {
		return slices.ContainsFunc(in.moments(), func(t time.Time) bool { return t.Sub(day).Abs() <= 24*time.Hour })
	}
	d.proofs[byMoment].tell(near(monthFirst), near(dayFirst))
	if from, to, ok := in.span(); ok {
		within := func(day time.Time) bool {
			return !day.Before(from.AddDate(0, 0, -1)) && !day.After(to.AddDate(0, 0, 1))
		}
		d.proofs[byName].tell(within(monthFirst), within(dayFirst))
	}
}

// tell notes what fits a date: both or none proves nothing.
func (p *proof) tell(month, day bool) {
	p.month, p.day = p.month || month && !day, p.day || day && !month
}

func dayOf(year, month, day int) time.Time {
	return time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
}

// momentKeys are the ends of the keys whose times are the record's own, in lower case.
var momentKeys = []string{"stepdatetime", "createddatetime", "activitydatetime", "creationtime", "creationdate",
	"timegenerated", "timestamp"}

// moments are the days of the times in the record at hand that are written year first and are its own.
func (in *Input) moments() []time.Time {
	if in.scanned {
		return in.days
	}
	in.scanned = true
	for i := 0; i+11 < len(in.tape.text); i++ {
		if in.tape.text[i] != '2' || in.tape.text[i+1] != '0' || in.tape.text[i+4] != '-' || in.tape.text[i+7] != '-' ||
			in.tape.text[i+10] != 'T' && in.tape.text[i+10] != ' ' {
			continue
		}
		before := strings.ToLower(strings.TrimRight(in.tape.text[max(0, i-40):i], `": \`))
		if slices.ContainsFunc(momentKeys, func(key string) bool { return strings.HasSuffix(before, key) }) {
			in.moment(in.tape.text[i : i+10])
		}
		i += 10
	}
	return in.days
}

// moment adds the day of a time that is written year first.
func (in *Input) moment(s string) {
	if len(s) < 10 {
		return
	}
	if t, err := time.Parse(time.DateOnly, s[:10]); err == nil {
		in.days = append(in.days, t)
	}
}

// about is the record at hand from now on.
func (in *Input) about(text string, members []evidence.Member) {
	in.tape, in.scanned, in.days = tape{text, members}, false, in.days[:0]
}

// span is the span of days in the source's name.
func (in *Input) span() (from, to time.Time, ok bool) {
	if !in.named {
		in.named = true
		name := guid.ReplaceAllString(strings.ReplaceAll(in.Path, `\`, "/"), "")
		name = name[strings.LastIndexByte(name, '/')+1:]
		if m := nameSpan.FindStringSubmatch(name); m != nil {
			number := func(s string) int { n, _ := strconv.Atoi(s); return n }
			in.from, in.to = dayOf(number(m[1]), number(m[2]), number(m[3])),
				dayOf(number(m[4]), number(m[5]), number(m[6]))
		}
	}
	return in.from, in.to, !in.from.IsZero() && !in.to.Before(in.from)
}
