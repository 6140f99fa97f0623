package verdict

import (
	"cmp"
	"slices"
	"strings"

	"tapaudit/analysis"
	"tapaudit/analysis/proof"
	"tapaudit/reports/words"
)

// Action is what one person is to be asked, and what is to be done, about the findings of one rule in one incident.
type Action struct {
	Number     int // from 1
	Severity   analysis.Severity
	IncidentID string // "" where they belong to none
	Ask        string // who issued or changed, else whom it is about
	About      string
	Question   string
	Fix        string
	Evidence   []analysis.Place
}

// mostAbout is how many findings an action tells of.
const mostAbout = 3

// Actions are what the open findings ask for, but for those for information: a block for each person to ask, the worst
// first, and in a block the incidents in their order.
func Actions(r *analysis.Result) []Action {
	type place struct{ tenant, ask, incident, rule string }
	rules, rank := r.RulesByID(), map[string]int{}
	for _, i := range r.Incidents {
		rank[i.ID] = i.Rank
	}
	last := len(r.Incidents) + 1
	rankOf := func(id string) int {
		if n, ok := rank[id]; ok {
			return n
		}
		return last
	}
	of := map[place]int{}
	var all []Action
	var told []int // findings of each action
	for i := range r.Findings {
		f := &r.Findings[i]
		if !IsOpen(*f) || f.Severity == "info" {
			continue
		}
		ask := words.Or(words.Or(f.ActorName, f.ActorID), Subject(f))
		p := place{f.TenantID, ask, f.IncidentID, f.RuleID}
		n, known := of[p]
		if !known {
			n = len(all)
			of[p] = n
			all = append(all, Action{Severity: f.Severity, IncidentID: f.IncidentID, Ask: ask,
				Question: rules[f.RuleID].HowToVerify, Fix: rules[f.RuleID].HowToFix})
			told = append(told, 0)
		}
		a := &all[n]
		if told[n]++; told[n] <= mostAbout {
			a.About = strings.TrimPrefix(a.About+"; "+f.Summary, "; ")
		}
		a.Evidence = append(a.Evidence, f.Evidence...)
	}
	first := map[string][2]int{} // of each person's actions, the worst
	weight := func(a Action) [2]int { return [2]int{-a.Severity.Rank(), rankOf(a.IncidentID)} }
	for i := range all {
		all[i].Evidence = proof.Distinct(all[i].Evidence)
		if more := told[i] - mostAbout; more > 0 {
			all[i].About += "; and " + words.Number(more) + " more of the kind"
		}
		w := weight(all[i])
		if was, known := first[all[i].Ask]; !known || slices.Compare(w[:], was[:]) < 0 {
			first[all[i].Ask] = w
		}
	}
	slices.SortStableFunc(all, func(x, y Action) int {
		fx, fy := first[x.Ask], first[y.Ask]
		return cmp.Or(slices.Compare(fx[:], fy[:]), strings.Compare(x.Ask, y.Ask),
			cmp.Compare(rankOf(x.IncidentID), rankOf(y.IncidentID)),
			cmp.Compare(y.Severity.Rank(), x.Severity.Rank()))
	})
	for i := range all {
		all[i].Number = i + 1
	}
	return all
}
