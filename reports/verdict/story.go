package verdict

import (
	"slices"
	"strings"
	"time"

	"tapaudit/analysis"
	"tapaudit/reports/words"
)

// Story is an incident told in order of time.
type Story struct {
	*analysis.Incident
	First    *analysis.Finding // the finding that says most
	Steps    []Step
	More     int      // steps that are left out
	ToDo     []string // each a sentence
	Ask      string   // who is to be asked
	Question string   // what they have to answer
}

// Step is what happened at one moment, or several times in a row.
type Step struct {
	Told
	Until time.Time // of the last, where it happened several times
	Times int
}

const (
	stepsTold = 12
	toDoTold  = 7
	toDoRules = 3 // whose advice is told
)

// Stories tells the first n open incidents.
func Stories(r *analysis.Result, n int) []Story {
	byID := make(map[string]*analysis.Finding, len(r.Findings))
	for i := range r.Findings {
		byID[r.Findings[i].ID] = &r.Findings[i]
	}
	of := LoginsOf(r)
	var stories []Story
	for i := range r.Incidents {
		incident := &r.Incidents[i]
		if len(stories) == n {
			break
		}
		if incident.Status != "open" || incident.Severity == "info" {
			continue
		}
		s := Story{Incident: incident, Ask: words.Or(strings.Join(incident.Actors[:min(len(incident.Actors), 2)],
			", "), words.Or(incident.SubjectName, incident.SubjectID))}
		for _, id := range incident.Findings {
			if f := byID[id]; f != nil && IsOpen(*f) {
				s.First = f
				break
			}
		}
		if s.First == nil {
			continue // all of it lies outside of the period
		}
		s.Steps = steps(r, of, incident.ID)
		if more := len(s.Steps) - stepsTold; more > 0 {
			s.Steps, s.More = s.Steps[:stepsTold], more
		}
		s.ToDo = toDo(r, incident)
		s.Question = question(incident)
		stories = append(stories, s)
	}
	return stories
}

// question is what whoever is to be asked about an incident has to answer.
func question(i *analysis.Incident) string {
	about, at := words.Or(i.SubjectName, i.SubjectID), words.Between(i.FirstSeen, i.LastSeen)
	switch {
	case len(i.Actors) > 0:
		return "Who asked for what was done about " + about + ", " + at + ", and what was it for?"
	case i.SubjectType == "user":
		return "Did they themselves do what is told above, " + at + "? Ask by telephone or in person."
	}
	return "What led to what is told above, " + at + "?"
}

// steps are the moments of an incident; the same by the same person from the same address in a row is one step.
func steps(r *analysis.Result, of *Logins, incident string) []Step {
	var all []Step
	list := of.List()
	for i := range r.Timeline {
		m := &r.Timeline[i]
		if m.IncidentID != incident {
			continue
		}
		told, ok := list.Tell(m)
		if !ok {
			continue
		}
		if n := len(all); n > 0 {
			last := &all[n-1]
			if last.What == told.What && last.UserID == m.UserID && last.IP == m.IP &&
				last.Application == m.Application &&
				last.ActorName == m.ActorName && last.Done() == told.Done() {
				last.Until = m.Time
				last.Times++
				continue
			}
		}
		all = append(all, Step{Told: told, Times: 1})
	}
	return all
}

// toDo is what to do about an incident: how to verify the sign that weighs most, then the fixes of the first ones.
func toDo(r *analysis.Result, incident *analysis.Incident) []string {
	rules := r.RulesByID()
	var all []string
	add := func(text string) {
		for _, sentence := range sentences(text) {
			if len(all) < toDoTold && !slices.Contains(all, sentence) {
				all = append(all, sentence)
			}
		}
	}
	for i, id := range incident.Signs[:min(len(incident.Signs), toDoRules)] {
		if i == 0 {
			add(rules[id].HowToVerify)
		}
		add(rules[id].HowToFix)
	}
	return all
}

// sentences cuts prose after full stops that a space and a capital letter follow.
func sentences(text string) []string {
	var all []string
	text = strings.Join(strings.Fields(text), " ")
	start := 0
	for i := 0; i+2 < len(text); i++ {
		if (text[i] == '.' || text[i] == '?') && text[i+1] == ' ' && text[i+2] >= 'A' && text[i+2] <= 'Z' {
			all = append(all, text[start:i+1])
			start = i + 2
		}
	}
	if start < len(text) {
		all = append(all, text[start:])
	}
	return all
}
