package page

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"tapaudit/analysis"
	"tapaudit/reports/verdict"
	"tapaudit/reports/words"
)

const (
	lanesShown  = 60
	lanesInOne  = 20 // so that a picture fits a page of print
	laneHeight  = 22
	issuersMost = 12
	usersMost   = 36
	loginsDrawn = 24 // of a pass
)

// lane is a pass with its log-ins and the worst open finding about it.
type lane struct {
	*analysis.Pass
	logins  []*analysis.Login
	finding *analysis.Finding
}

// severityRank is 0 for critical; what has no severity comes last.
func severityRank(f *analysis.Finding) int {
	if f == nil {
		return len(verdict.Severities)
	}
	return slices.Index(verdict.Severities, f.Severity)
}

// passLanes are the passes worth a drawing: those with the most severe open
// finding first, then the newest.
func passLanes(r *analysis.Result) []lane {
	worst := map[string]*analysis.Finding{} // by tenant and event
	for i := range r.Findings {
		f := &r.Findings[i]
		if !verdict.IsOpen(*f) {
			continue
		}
		for _, id := range f.EventIDs {
			k := f.TenantID + "\x00" + id
			if severityRank(f) < severityRank(worst[k]) {
				worst[k] = f
			}
		}
	}
	type key struct {
		tenant, user string
		issued       time.Time
	}
	logins := map[key][]*analysis.Login{}
	for i := range r.Logins {
		l := &r.Logins[i]
		if !l.PassIssuedAt.IsZero() {
			k := key{l.TenantID, l.UserID, l.PassIssuedAt.UTC()}
			logins[k] = append(logins[k], l)
		}
	}
	var all []lane
	for i := range r.Passes {
		p := &r.Passes[i]
		if p.IssuedAt.IsZero() {
			continue
		}
		ln := lane{Pass: p, logins: logins[key{p.TenantID, p.UserID, p.IssuedAt.UTC()}]}
		ids := []string{p.EventID}
		for _, l := range ln.logins {
			ids = append(ids, l.EventIDs...)
		}
		for _, id := range ids {
			if f := worst[p.TenantID+"\x00"+id]; id != "" && severityRank(f) < severityRank(ln.finding) {
				ln.finding = f
			}
		}
		all = append(all, ln)
	}
	slices.SortStableFunc(all, func(a, b lane) int {
		return cmp.Or(cmp.Compare(severityRank(a.finding), severityRank(b.finding)), b.IssuedAt.Compare(a.IssuedAt),
			strings.Compare(a.UserName, b.UserName))
	})
	return all
}

// sinceIssue are the marks of the lanes' axis. Most passes live for minutes or
// hours and a few for a month, so each step is a multiple of the one before.
var sinceIssue = []struct {
	after time.Duration
	text  string
}{
	{0, "issued"}, {time.Minute, "1 min"}, {10 * time.Minute, "10 min"}, {time.Hour, "1 h"}, {8 * time.Hour, "8 h"},
	{24 * time.Hour, "1 day"}, {7 * 24 * time.Hour, "7 days"}, {30 * 24 * time.Hour, "30 days"},
}

// sinceIssueX places a time after issue; what is earlier or later than the axis
// stands at its end.
func sinceIssueX(after time.Duration, left, right int) int {
	last := len(sinceIssue) - 1
	position := float64(last)
	for i := range last {
		lo, hi := sinceIssue[i].after, sinceIssue[i+1].after
		if after >= hi {
			continue
		}
		after = max(after, lo)
		if i == 0 {
			position = float64(after) / float64(hi)
		} else {
			position = float64(i) + math.Log(float64(after)/float64(lo))/math.Log(float64(hi)/float64(lo))
		}
		break
	}
	return left + int(math.Round(position/float64(last)*float64(right-left)))
}

// lanes draws each pass from its issue over its log-ins to its end, on an axis
// of the time since it was issued.
func lanes(r *analysis.Result) []*picture {
	all, more := head(passLanes(r), lanesShown)
	var drawn []*picture
	for start := 0; start < len(all); start += lanesInOne {
		group := all[start:min(start+lanesInOne, len(all))]
		p := &picture{ID: "lanes-" + whole(start/lanesInOne+1), Title: "The story of each pass",
			Height: len(group)*laneHeight + 56,
			Key: []mark{{"life", "▬", "valid"}, {"m", "✓", "log-in, supervised"}, {"x", "✗", "log-in, unsupervised"},
				{"q", "?", "log-in, not assessed"}, {"end", "┃", "end"}, {"low", "+n", "sign-in methods registered"}},
			Columns: []string{"User", "Issued", "Issued by", "Log-ins", "Methods registered", "Ended",
				"Worst open finding"}}
		if len(all) > lanesInOne {
			p.Title += ", " + whole(start+1) + " to " + whole(start+len(group))
		}
		p.Desc = "A lane for each pass, from its issue at the left over its log-ins to its end, by the time since it was issued; the scale is not even. " +
			"At the right: the methods that its user registered, and the worst open finding. Passes with the most severe findings come first, then the newest."
		if more > 0 {
			p.Desc += " " + words.Count(more, "further pass is", "further passes are") + " in the table below."
		}
		left, right := labelWidth+90, pictureWidth-190
		for i, m := range sinceIssue {
			x := left + i*(right-left)/(len(sinceIssue)-1)
			p.add(shape{Kind: "line", Class: "grid", X: x, Y: 24, W: x, H: p.Height - 24})
			p.text(x, 16, "tick", m.text)
			p.text(x, p.Height-8, "tick", m.text)
		}
		for i, ln := range group {
			y := 30 + i*laneHeight
			p.label(y+14, words.Or(ln.UserName, ln.UserID))
			p.text(labelWidth, y+14, "faint", ln.IssuedAt.UTC().Format("01-02 15:04"))
			x := func(t time.Time) int { return sinceIssueX(t.Sub(ln.IssuedAt), left, right) }
			end := ln.EndedAt
			if end.IsZero() {
				end = ln.EndTime
			}
			issued := "Issued " + words.Clock(ln.IssuedAt) + " by " +
				words.Name(words.Or(ln.IssuerName, words.Or(ln.IssuerID, "somebody not named")))
			p.add(shape{Kind: "line", Class: "wait", X: left, Y: y + 9, W: x(ln.Start), H: y + 9})
			p.text(left-4, y+14, "middle", "▸")
			ended := "not known"
			if !end.IsZero() {
				ended = words.Clock(end)
				if ln.EndedBy != "" {
					ended += ", " + ln.EndedBy
				}
				begin := max(x(ln.Start), left)
				p.add(shape{Kind: "rect", Class: "life", X: begin, Y: y + 5, W: max(x(end)-begin, 2), H: 8,
					Tip: issued + "; ended " + ended})
				p.add(shape{Kind: "rect", Class: "end", X: x(end), Y: y + 1, W: 3, H: 16, Tip: "Ended " + ended})
			}
			shown, further := head(ln.logins, loginsDrawn)
			if further > 0 {
				p.add(shape{Kind: "text", Class: "faint", X: right + 120, Y: y + 14, Text: "and " +
					words.Count(further, "log-in", "log-ins"),
					Tip: words.Count(further, "later log-in is", "later log-ins are") + " in the ledger"})
			}
			for _, l := range shown {
				at := x(l.Time)
				p.add(shape{Kind: "rect", Class: "event " + stateClass(l.Supervised), X: at - 7, Y: y + 1, W: 14,
					H: 16,
					Tip: "Log-in " + words.Clock(l.Time) + " from " + words.Name(l.IP) + ", " + l.Outcome +
						"; supervised: " + l.Supervised})
				p.text(at, y+14, "middle "+stateClass(l.Supervised), stateSign(l.Supervised))
			}
			if n := len(ln.MethodsRegistered); n > 0 {
				p.add(shape{Kind: "text", Class: "registered", X: right + 16, Y: y + 14, Text: "+" + whole(n),
					Tip: words.Clip(sentenceLength, strings.Join(ln.MethodsRegistered, "; "))})
			}
			worst := ""
			if ln.finding != nil {
				worst = string(ln.finding.Severity) + ": " + words.Clip(sentenceLength, ln.finding.Title)
				p.add(shape{Kind: "rect", Class: "flag " + string(ln.finding.Severity), X: right + 50, Y: y, W: 66,
					H: 18, Tip: worst})
				p.text(right+83, y+13, "middle "+string(ln.finding.Severity), string(ln.finding.Severity))
			}
			p.Rows = append(p.Rows, []string{words.Name(words.Or(ln.UserName, ln.UserID)), words.Clock(ln.IssuedAt),
				words.Name(words.Or(ln.IssuerName, words.Or(ln.IssuerID, "not named"))), words.Number(ln.Logins),
				words.Clip(sentenceLength, strings.Join(ln.MethodsRegistered, "; ")), ended, worst})
		}
		drawn = append(drawn, p.bounded("passes.csv"))
	}
	return drawn
}

// issuers draws who issued passes for whom.
func issuers(r *analysis.Result) *picture {
	if len(r.Passes) == 0 {
		return nil
	}
	// A user is known by id, so that two with one name stay two.
	type pair struct{ issuer, user string }
	names := map[string]string{}
	byIssuer, byUser, byPair := map[string]int{}, map[string]int{}, map[pair]int{}
	for _, p := range r.Passes {
		k := pair{p.TenantID + "\x00" + words.Or(p.IssuerID, p.IssuerName), p.TenantID + "\x00" + p.UserID}
		names[k.issuer] = words.Or(p.IssuerName, words.Or(p.IssuerID, "not named"))
		names[k.user] = words.Or(p.UserName, words.Or(p.UserID, "not named"))
		byIssuer[k.issuer]++
		byUser[k.user]++
		byPair[k]++
	}
	p := &picture{ID: "issuers", Title: "Who issues passes for whom",
		Key:     []mark{{"x", "✗", "issued to themselves"}},
		Columns: []string{"Issuer", "User", "Passes"}}
	left, moreLeft := head(keysBy(byIssuer), issuersMost)
	// Users stand in the order of their issuers, so that few lines cross.
	rank := map[string]int{}
	for i, k := range left {
		rank[k] = i
	}
	pairs := make([]pair, 0, len(byPair))
	for k := range byPair {
		pairs = append(pairs, k)
	}
	slices.SortFunc(pairs, func(a, b pair) int {
		return cmp.Or(cmp.Compare(byIssuer[b.issuer], byIssuer[a.issuer]), strings.Compare(a.issuer, b.issuer),
			cmp.Compare(byPair[b], byPair[a]), strings.Compare(names[a.user], names[b.user]),
			strings.Compare(a.user, b.user))
	})
	const others = "\x00others"
	names[others] = "others"
	chosen := map[string]bool{}
	for _, k := range keysBy(byUser)[:min(usersMost, len(byUser))] {
		chosen[k] = true
	}
	for k := range byPair { // Who issues to themselves is never among the others.
		if k.issuer == k.user {
			chosen[k.user] = true
		}
	}
	var right []string
	row := map[string]int{}
	place := func(k string) {
		if _, ok := row[k]; !ok && len(right) < 2*usersMost {
			row[k] = len(right)
			right = append(right, k)
		}
	}
	for _, k := range pairs {
		if chosen[k.user] {
			place(k.user)
		}
	}
	rest := len(byUser) - len(right)
	if rest > 0 {
		names[others] = words.Count(rest, "other user", "other users")
		row[others] = len(right)
		right = append(right, others)
	}
	if moreLeft > 0 {
		rank[others] = len(left)
		left = append(left, others)
	}
	const step = 20
	lines := max(len(left), len(right))
	p.Height = lines*step + 30
	yOf := func(i, n int) int { return 12 + (2*i+1)*lines*step/(2*n) }
	drawnPairs := map[pair]int{}
	var order []pair
	for _, k := range pairs {
		n := byPair[k]
		p.Rows = append(p.Rows, []string{words.Name(names[k.issuer]), words.Name(names[k.user]), words.Number(n)})
		if _, ok := rank[k.issuer]; !ok {
			k.issuer = others
		}
		if _, ok := row[k.user]; !ok {
			k.user = others
		}
		if drawnPairs[k] == 0 {
			order = append(order, k)
		}
		drawnPairs[k] += n
	}
	const from, until = 330, 620
	for _, k := range order {
		n := drawnPairs[k]
		class := "tie w" + whole(min(n, 5))
		issuer := names[k.issuer]
		if k.issuer == others {
			issuer = words.Count(moreLeft, "other issuer", "other issuers")
		}
		if k.issuer == k.user && k.issuer != others {
			class += " self"
		}
		p.add(shape{Kind: "line", Class: class, X: from, Y: yOf(rank[k.issuer], len(left)), W: until,
			H:   yOf(row[k.user], len(right)),
			Tip: words.Name(issuer) + " for " + words.Name(names[k.user]) + ": " + words.Count(n, "pass", "passes")})
	}
	for i, k := range left {
		name, n := names[k], byIssuer[k]
		if k == others {
			name, n = words.Count(moreLeft, "other issuer", "other issuers"), 0
			for _, o := range keysBy(byIssuer)[issuersMost:] {
				n += byIssuer[o]
			}
		}
		p.add(shape{Kind: "text", Class: "end-at", X: from - 8, Y: yOf(i, len(left)) + 4,
			Text: words.Fit(36, words.Line(name)) + "  " + words.Number(n), Tip: words.Name(name)})
	}
	for i, k := range right {
		text := words.Fit(38, words.Line(names[k]))
		if byPair[pair{k, k}] > 0 {
			text = "✗ " + text
		}
		p.add(shape{Kind: "text", Class: "name", X: until + 8, Y: yOf(i, len(right)) + 4, Text: text,
			Tip: words.Name(names[k])})
	}
	p.Desc = "Issuers at the left with the number of passes each issued, users at the right; a line for each pair, thicker for more passes. " +
		"A broken line and ✗ mark who issued a pass to themselves."
	return p.bounded("passes.csv")
}
