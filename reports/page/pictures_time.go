package page

import (
	"slices"
	"strings"
	"time"

	"tapaudit/analysis"
	"tapaudit/analysis/supervision"
	"tapaudit/reports/words"
)

// activity draws passes issued and log-ins by outcome, a row of bars each,
// over the period.
func activity(r *analysis.Result, from, to time.Time) *picture {
	if !from.Before(to) || len(r.Passes)+len(r.Logins) == 0 {
		return nil
	}
	starts, unit := buckets(from, to)
	type series struct {
		name  string
		class string
		n     []int
	}
	all := []series{{name: "Passes issued", class: "low", n: make([]int, len(starts))}}
	at := map[string]int{}
	outside := 0
	countIn := func(i int, t time.Time) {
		if b := bucketOf(starts, t); b >= 0 && t.Before(to) {
			all[i].n[b]++
		} else {
			outside++
		}
	}
	for _, p := range r.Passes {
		countIn(0, p.IssuedAt)
	}
	for _, l := range r.Logins {
		name := "Log-ins, " + words.Or(l.Outcome, "outcome not known")
		if _, ok := at[name]; !ok {
			class := "medium"
			if l.Outcome == "success" {
				class = "high"
			}
			// The outcomes are few; whatever goes beyond shares the last row.
			if len(all) < 6 {
				all = append(all, series{name: name, class: class, n: make([]int, len(starts))})
			}
			at[name] = len(all) - 1
		}
		countIn(at[name], l.Time)
	}
	const row = 76
	p := &picture{ID: "activity", Title: "Passes and log-ins over time", Height: len(all)*row + 30}
	a := axis{from, to, labelWidth, pictureWidth - 80}
	a.ticks(p)
	highest := 1
	for _, s := range all {
		highest = max(highest, slices.Max(s.n))
	}
	p.Columns = []string{"From, by the " + unit}
	for i, s := range all {
		base := (i + 1) * row
		p.label(base-28, s.name)
		sum := 0
		for b, n := range s.n {
			sum += n
			end := to
			if b+1 < len(starts) {
				end = starts[b+1]
			}
			x, height := a.x(starts[b]), n*(row-24)/highest
			if n > 0 {
				height = max(height, 2)
				width := max(a.x(end)-x-2, 1)
				p.add(shape{Kind: "rect", Class: "bar " + s.class, X: x + 1, Y: base - height, W: width, H: height,
					Tip: s.name + ", " + unit + " from " + starts[b].Format(time.DateOnly) + ": " + words.Number(n)})
				if width >= 14 {
					p.text(x+1+width/2, base-height-4, "middle", words.Number(n))
				}
			}
		}
		p.text(0, base-12, "faint", words.Number(sum)+" in all")
		p.add(shape{Kind: "line", Class: "base", X: labelWidth, Y: base, W: a.right, H: base})
		p.Columns = append(p.Columns, s.name)
	}
	for b, t := range starts {
		cells := []string{t.Format(time.DateOnly)}
		for _, s := range all {
			cells = append(cells, words.Number(s.n[b]))
		}
		p.Rows = append(p.Rows, cells)
	}
	p.Desc = "Bars for each " + unit + " of the period: " + strings.ToLower(all[0].name) +
		" and log-ins by outcome, all at the same scale. " +
		"No bar means that the evidence shows none, not that there was none: see the coverage."
	if outside > 0 {
		p.Desc += " " + words.Number(outside) + " lie outside of the period and are not drawn."
	}
	return p.bounded("passes.csv and logins.csv")
}

// coverageMarks are the states of a day, the worst last.
var coverageMarks = []mark{
	{"covered", "●", "covered"},
	{"quiet", "·", "quiet, counts as covered"},
	{"partial", "◐", "partial"},
	{"blind", "○", "records that cannot show a pass"},
	{"gap", "✗", "gap"},
}

// dayStatus is the status of a day as the page shows it. Sign-ins without
// authentication steps are there and yet show no pass.
func dayStatus(d analysis.CoverageDay) string {
	if d.Records > 0 && d.CanShowTAP == 0 && strings.HasPrefix(d.LogType, "sign-in") {
		return "blind"
	}
	return d.Status
}

// coverageStrips draws a strip for each tenant and log, with the days of one
// status joined.
func coverageStrips(r *analysis.Result, from, to time.Time) *picture {
	if !from.Before(to) || len(r.Coverage) == 0 {
		return nil
	}
	const shown, row = 24, 34
	all, beyond := calendars(r)
	all, more := head(all, shown)
	p := &picture{ID: "strips", Title: "Coverage at a glance", Height: len(all)*row + 34, Key: coverageMarks,
		Desc:    "A strip for each log over the period: what is covered, and where it has gaps or records that cannot show a pass. Where a strip is empty, the evidence has no day of that log.",
		Columns: []string{"Log", "Status", "From", "To", "Days"}}
	switch {
	case beyond > 0:
		p.Desc += " " + words.Count(more+beyond, "further log is", "further logs are") +
			" in the calendars below and in coverage.csv."
	case more > 0:
		p.Desc += " " + words.Count(more, "further log is", "further logs are") + " in the calendars below."
	}
	a := axis{from, to, labelWidth + 50, pictureWidth - 80}
	a.ticks(p)
	signs, texts := map[string]string{}, map[string]string{}
	for _, m := range coverageMarks {
		signs[m.Class], texts[m.Class] = m.Sign, m.Text
	}
	type key struct{ tenant, logType string }
	days := map[key][]analysis.CoverageDay{}
	for _, d := range r.Coverage {
		if day := d.Day.UTC(); !day.Before(from.Truncate(24*time.Hour)) && day.Before(to) {
			k := key{d.TenantID, d.LogType}
			days[k] = append(days[k], d)
		}
	}
	for i, c := range all {
		y := 12 + i*row
		name := inTenant(r, c.TenantID, logName(c.LogType))
		p.text(0, y+16, "name", words.Fit(36, words.Line(name)))
		p.add(shape{Kind: "rect", Class: "empty", X: a.left, Y: y, W: a.right - a.left, H: 22, Tip: name +
			": no day in the evidence"})
		list := days[key{c.TenantID, c.LogType}]
		for i := 0; i < len(list); {
			j := i
			for j+1 < len(list) && dayStatus(list[j+1]) == dayStatus(list[i]) {
				j++
			}
			status, first, last := dayStatus(list[i]), list[i].Day.UTC(), list[j].Day.UTC()
			x := a.x(first)
			width := max(a.x(last.AddDate(0, 0, 1))-x, 2)
			p.add(shape{Kind: "rect", Class: "day-" + status, X: x, Y: y, W: width, H: 22,
				Tip: name + ", " + texts[status] + ": " + first.Format(time.DateOnly) + " to " + last.Format(time.DateOnly)})
			if width >= 10 {
				p.text(x+width/2, y+16, "middle day-"+status, signs[status])
			}
			p.Rows = append(p.Rows, []string{name, texts[status], first.Format(time.DateOnly), last.Format(time.DateOnly),
				words.Number(j - i + 1)})
			i = j + 1
		}
		if len(list) == 0 {
			p.Rows = append(p.Rows, []string{name, "no day in the evidence", "", "", "0"})
		}
	}
	return p.bounded("coverage.csv")
}

// policyTracks draws what the policy allowed: a track for each setting, with
// the stretches of one value joined.
func policyTracks(r *analysis.Result, from, to time.Time) *picture {
	if !from.Before(to) || len(r.Policy) == 0 {
		return nil
	}
	const tenantsShown, row = 6, 30
	tracks := []struct {
		name  string
		value func(analysis.PolicyState) (text, class string)
	}{
		{"Passes", func(s analysis.PolicyState) (string, string) {
			return words.Or(s.State, "not known"), map[string]string{"enabled": "low", "disabled": "info"}[s.State]
		}},
		{"Use", func(s analysis.PolicyState) (string, string) {
			switch s.UsableOnce {
			case "true":
				return "one-time only", "low"
			case "false":
				return "multiple use allowed", "high"
			}
			return "not known", ""
		}},
		{"Longest life", func(s analysis.PolicyState) (string, string) {
			if s.MaximumMinutes == "" {
				return "not known", ""
			}
			return s.MaximumMinutes + " min", "low"
		}},
		{"For whom", func(s analysis.PolicyState) (string, string) {
			switch {
			case slices.Contains(s.Include, "all_users"):
				return "everyone", "high"
			case len(s.Include) > 0:
				return words.Count(len(s.Include), "group or user", "groups or users"), "low"
			}
			return "none or not known", ""
		}},
	}
	states := map[string][]analysis.PolicyState{}
	var tenants []string
	for _, s := range r.Policy {
		if states[s.TenantID] == nil {
			tenants = append(tenants, s.TenantID)
		}
		states[s.TenantID] = append(states[s.TenantID], s)
	}
	tenants, more := head(tenants, tenantsShown)
	p := &picture{ID: "tracks", Title: "The policy over time", Height: len(tenants)*len(tracks)*row + 34,
		Desc:    "A track for each setting of the policy; where its text changes, the setting changed. Multiple use and a scope of everyone stand out. A broken edge marks what was concluded from later evidence.",
		Columns: []string{"Setting", "Value", "From", "To", "Known from"}}
	if more > 0 {
		p.Desc += " " + words.Count(more, "further tenant is", "further tenants are") + " in the table below."
	}
	a := axis{from, to, labelWidth, pictureWidth - 80}
	a.ticks(p)
	y := 12
	for _, tenant := range tenants {
		for _, track := range tracks {
			name := inTenant(r, tenant, track.name)
			p.label(y+16, name)
			list := states[tenant]
			for i := 0; i < len(list); {
				text, class := track.value(list[i])
				j := i
				for j+1 < len(list) {
					next, _ := track.value(list[j+1])
					if next != text || concluded(list[j+1]) != concluded(list[i]) {
						break
					}
					j++
				}
				first, last := list[i].From, list[j].To
				until := "no end known"
				if last.IsZero() {
					last = to
				} else {
					until = words.Clock(last)
				}
				x := a.x(first)
				width := max(a.x(last)-x, 3)
				class = "block " + words.Or(class, "unknown")
				if concluded(list[i]) {
					class += " concluded"
				}
				p.add(shape{Kind: "rect", Class: class, X: x, Y: y, W: width, H: 22,
					Tip: name + ": " + words.Line(text) + ", " + words.Clock(first) + " to " + until + " (" +
						list[i].Basis + ")"})
				if room := (width - 8) / 7; room >= 4 {
					p.text(x+5, y+15, "in", words.Fit(room, words.Line(text)))
				}
				p.Rows = append(p.Rows, []string{name, words.Name(text), words.Clock(first), until, list[i].Basis})
				i = j + 1
			}
			y += row
		}
	}
	return p.bounded("policy.csv")
}

func concluded(s analysis.PolicyState) bool {
	return s.Basis == "backward" || s.Basis == "as found later"
}

// supervisionMatrix draws each log-in as a column of answers; those with the
// most failed come first where not all fit.
func supervisionMatrix(r *analysis.Result) *picture {
	if len(r.Logins) == 0 {
		return nil
	}
	const shown, row = 60, 24
	rows := ledger(r)
	if len(rows) > shown {
		slices.SortStableFunc(rows, func(a, b ledgerRow) int { return b.Failed - a.Failed })
		rows = rows[:shown]
		slices.SortStableFunc(rows, func(a, b ledgerRow) int { return a.Number - b.Number })
	}
	p := &picture{ID: "criteria", Title: "Supervision, question by question",
		Height:  (len(supervision.Criteria())+1)*row + 46,
		Key:     []mark{{"m", "✓", analysis.Met}, {"x", "✗", analysis.Failed}, {"q", "?", analysis.NotAssessed}},
		Desc:    "A column for each log-in and a row for each of the nine questions, then whether the log-in was supervised. The ledger below has the reasons.",
		Columns: []string{"Question", "Met", "Failed", "Not assessed"}}
	if left := len(r.Logins) - len(rows); left > 0 {
		p.Desc += " Of " + words.Number(len(r.Logins)) + " log-ins, the " + words.Number(len(rows)) +
			" with the most failed questions are drawn; the numbers at the right count all."
	}
	const cellWidth = 10
	for i, name := range append(supervision.Criteria(), "supervised") {
		y := 24 + i*row
		if name == "supervised" {
			y += 10
			p.add(shape{Kind: "line", Class: "base", X: 0, Y: y - 5, W: pictureWidth, H: y - 5})
		}
		label := strings.ReplaceAll(name, "_", " ")
		p.label(y+14, strings.ToUpper(label[:1])+label[1:])
		n := map[string]int{}
		for _, l := range r.Logins {
			n[stateClass(answer(l, name))]++
		}
		for j, l := range rows {
			state := answer(*l.Login, name)
			x := labelWidth - 60 + j*cellWidth
			p.add(shape{Kind: "rect", Class: "cell " + stateClass(state), X: x, Y: y, W: cellWidth - 1, H: row - 4,
				Tip: "No. " + whole(l.Number) + ", " + words.Clock(l.Time) + ", " +
					words.Name(words.Or(l.UserName, l.UserID)) + ": " + label + " " + state})
			p.text(x+cellWidth/2, y+14, "middle small "+stateClass(state), stateSign(state))
		}
		x := labelWidth - 50 + len(rows)*cellWidth
		p.text(x, y+14, "", "✓ "+words.Number(n["m"])+"   ✗ "+words.Number(n["x"])+"   ? "+words.Number(n["q"]))
		p.Rows = append(p.Rows, []string{label, words.Number(n["m"]), words.Number(n["x"]), words.Number(n["q"])})
	}
	p.text(labelWidth-60, 14, "faint",
		"log-ins, from No. "+whole(rows[0].Number)+" to No. "+whole(rows[len(rows)-1].Number))
	return p.bounded("logins.csv")
}

// answer is what a log-in answers to a question, or to whether it was
// supervised at all.
func answer(l analysis.Login, name string) string {
	if name == "supervised" {
		return l.Supervised
	}
	return l.Criterion(name).State
}
