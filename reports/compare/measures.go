package compare

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tapaudit/analysis/supervision"
	"tapaudit/reports/words"
)

// Measures, by the names of trend.csv; those of criteria are "failed: " and the criterion's name.
const (
	measurePasses     = "passes issued"
	measureLogins     = "log-ins with a pass"
	measureDays       = "days covered by sign-ins"
	measurePassRate   = "passes on a covered day"
	measureLoginRate  = "log-ins on a covered day"
	measureSupervised = "log-ins supervised"
	measureUrgent     = "urgent incidents per 100 log-ins"
	measureMinutes    = "median minutes to use"
	failedPrefix      = "failed: "
)

// fewestCompared is how many log-ins, or passes, a share must be of to be compared: of fewer, one more or less
// decides.
const fewestCompared = 10

// measure is one thing that is compared from report to report.
type measure struct {
	Name   string
	Unit   string // count, rate, percent or minutes
	Better int    // 1 where more is better, -1 where less is, 0 where neither
}

// measures are all there are, in order.
func measures() []measure {
	all := []measure{
		{measurePasses, "count", 0}, {measureLogins, "count", 0}, {measureDays, "count", 0},
		{measurePassRate, "rate", 0}, {measureLoginRate, "rate", 0}, {measureSupervised, "percent", 1},
		{measureUrgent, "rate", -1},
	}
	for _, name := range supervision.Criteria() {
		all = append(all, measure{failedPrefix + strings.ReplaceAll(name, "_", " "), "percent", -1})
	}
	return append(all, measure{measureMinutes, "minutes", -1})
}

// measured is a measure's value in one report.
type measured struct {
	Value   float64
	Of      int    // log-ins, passes or days that it rests on
	Unknown string // why there is no value; "" where there is
}

// Text is the value as people read it.
func (v measured) Text(unit string) string {
	switch {
	case v.Unknown != "":
		return "–"
	case unit == "percent":
		return fmt.Sprintf("%.0f%%", v.Value)
	case unit == "rate":
		return fmt.Sprintf("%.1f", v.Value)
	}
	return words.Number(int64(v.Value))
}

// loginRow, passRow and incidentRow are what is measured of a report's tables.
type loginRow struct {
	tenant     string
	day        time.Time
	supervised string
	criteria   []string // states, in the order of supervision.Criteria
}

type passRow struct {
	tenant  string
	day     time.Time
	minutes float64 // from when it could be used to its first log-in
	used    bool
}

func (r *comparedReport) parseLogins(text []byte) error {
	names := supervision.Criteria()
	return eachRow(text, append([]string{"tenant_id", "time", "supervised"}, names...), func(cells []string) error {
		at, err := time.Parse(time.RFC3339Nano, cells[1])
		r.logins = append(r.logins, loginRow{cells[0], dayOf(at), cells[2], slices.Clone(cells[3:])})
		return err
	})
}

func (r *comparedReport) parsePasses(text []byte) error {
	return eachRow(text, []string{"tenant_id", "issued_at", "start", "first_login"}, func(cells []string) error {
		issued, err := time.Parse(time.RFC3339Nano, cells[1])
		if err != nil {
			return err
		}
		p := passRow{tenant: cells[0], day: dayOf(issued)}
		if cells[3] != "" {
			start, startErr := time.Parse(time.RFC3339Nano, cells[2])
			first, firstErr := time.Parse(time.RFC3339Nano, cells[3])
			if startErr != nil || firstErr != nil {
				return fmt.Errorf("%q or %q is no time", cells[2], cells[3])
			}
			if start.Before(issued) {
				start = issued
			}
			p.minutes, p.used = max(first.Sub(start).Minutes(), 0), true
		}
		r.passes = append(r.passes, p)
		return nil
	})
}

func (r *comparedReport) parseIncidents(text []byte) error {
	return eachRow(text, []string{"severity", "status", "tenant_id", "first_seen"}, func(cells []string) error {
		at, err := time.Parse(time.RFC3339Nano, cells[3])
		if cells[1] == "open" && (cells[0] == "critical" || cells[0] == "high") {
			r.urgent = append(r.urgent, tenantDay{cells[2], dayOf(at)})
		}
		return err
	})
}

func dayOf(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

type tenantDay struct {
	tenant string
	day    time.Time
}

// values are the measures of a report. Rates and shares count covered days only: what lies on the others is not all
// there was.
func (r *comparedReport) values() map[string]measured {
	signIns, audits, days := map[tenantDay]bool{}, map[tenantDay]bool{}, 0
	for _, c := range r.coverage {
		if !r.judges(c.Day) {
			continue // the evidence is looked at beyond the period, too
		}
		covered := c.Status == "covered" || c.Status == "quiet"
		switch c.LogType {
		case "sign-in interactive":
			days++
			if covered {
				signIns[tenantDay{c.TenantID, c.Day}] = true
			}
		case "audit":
			if covered {
				audits[tenantDay{c.TenantID, c.Day}] = true
			}
		}
	}
	issued := 0
	for _, p := range r.passes {
		if r.judges(p.day) { // one that was issued before may have been good in the period
			issued++
		}
	}
	all := map[string]measured{
		measurePasses: {Value: float64(issued), Of: issued},
		measureLogins: {Value: float64(len(r.logins)), Of: len(r.logins)},
		measureDays:   {Value: float64(len(signIns)), Of: days},
	}
	logins, supervised, judged := 0, 0, 0
	names := supervision.Criteria()
	failed, answered := make([]int, len(names)), make([]int, len(names))
	for _, l := range r.logins {
		if !signIns[tenantDay{l.tenant, l.day}] {
			continue
		}
		logins++
		if l.supervised == "yes" || l.supervised == "no" {
			judged++
		}
		if l.supervised == "yes" {
			supervised++
		}
		for i, state := range l.criteria {
			if state == "met" || state == "failed" {
				answered[i]++
			}
			if state == "failed" {
				failed[i]++
			}
		}
	}
	share := func(n, of int, none string) measured {
		if of == 0 {
			return measured{Unknown: none}
		}
		return measured{Value: 100 * float64(n) / float64(of), Of: of}
	}
	all[measureSupervised] = share(supervised, judged, "no log-in could be assessed")
	for i, name := range names {
		all[failedPrefix+strings.ReplaceAll(name, "_", " ")] = share(failed[i], answered[i],
			"no log-in could be assessed")
	}
	rate := func(n, of int, none string) measured {
		if of == 0 {
			return measured{Unknown: none}
		}
		return measured{Value: float64(n) / float64(of), Of: of}
	}
	all[measureLoginRate] = rate(logins, len(signIns), "no day is covered by sign-ins that can show a pass")
	passes := 0
	var minutes []float64
	for _, p := range r.passes {
		if !audits[tenantDay{p.tenant, p.day}] {
			continue
		}
		passes++
		if p.used {
			minutes = append(minutes, p.minutes)
		}
	}
	all[measurePassRate] = rate(passes, len(audits), "no day is covered by the audit log")
	all[measureMinutes] = median(minutes)
	urgent := 0
	for _, at := range r.urgent {
		if signIns[at] {
			urgent++
		}
	}
	switch {
	case logins == 0:
		all[measureUrgent] = measured{Unknown: "no log-in lies on a covered day"}
	default:
		all[measureUrgent] = measured{Value: 100 * float64(urgent) / float64(logins), Of: logins}
	}
	of := func(names ...string) func(string) bool {
		return func(name string) bool { return slices.Contains(names, name) }
	}
	for _, rest := range []struct {
		file     string
		concerns func(name string) bool
	}{
		{"incidents.csv", of(measureUrgent)},
		{"passes.csv", of(measurePasses, measurePassRate, measureMinutes)},
		{"logins.csv", func(name string) bool {
			return of(measureLogins, measureLoginRate, measureSupervised, measureUrgent)(name) ||
				strings.HasPrefix(name, failedPrefix)
		}},
	} {
		for _, m := range measures() {
			if r.unread[rest.file] && rest.concerns(m.Name) {
				all[m.Name] = measured{Unknown: "the report has no " + rest.file + " that can be read"}
			}
		}
	}
	return all
}

// judges says whether the period touches a day; all days where no period is known.
func (r *comparedReport) judges(day time.Time) bool {
	p := r.Manifest.Period
	return p.From == nil || p.To == nil || day.Before(*p.To) && day.AddDate(0, 0, 1).After(*p.From)
}

func median(of []float64) measured {
	if len(of) == 0 {
		return measured{Unknown: "no pass was used"}
	}
	slices.Sort(of)
	middle := of[len(of)/2]
	if len(of)%2 == 0 {
		middle = (middle + of[len(of)/2-1]) / 2
	}
	return measured{Value: middle, Of: len(of)}
}

// verdictOf says what became of a measure from one report to another: better, worse, the same, or why that cannot be
// said; "" where neither more nor less is better.
func verdictOf(m measure, was, is measured) string {
	const cannot = "cannot be compared: "
	switch {
	case m.Better == 0:
		return ""
	case was.Unknown != "":
		return cannot + was.Unknown + " in the earlier report"
	case is.Unknown != "":
		return cannot + is.Unknown + " in the later report"
	case min(was.Of, is.Of) < fewestCompared:
		one, many := "log-in", "log-ins"
		if m.Name == measureMinutes {
			one, many = "pass", "passes"
		}
		return cannot + "it rests on " + words.Count(min(was.Of, is.Of), one, many) + ", and fewer than " +
			strconv.Itoa(fewestCompared) + " say little"
	case was.Text(m.Unit) == is.Text(m.Unit):
		return "the same"
	case (is.Value > was.Value) == (m.Better > 0):
		return "better"
	}
	return "worse"
}
