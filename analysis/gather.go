package analysis

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"tapaudit/analysis/incidents"
	"tapaudit/analysis/proof"
	"tapaudit/analysis/rows"
	"tapaudit/analysis/settings"
	"tapaudit/ingest/casefile"
)

// findIncidents gathers the findings of the whole evidence, and tells those of the period which incident is theirs.
func findIncidents(ctx context.Context, c *casefile.Case, s *settings.Settings, d derivation,
	j *judging) ([]Incident, error) {
	rules := map[string]Rule{}
	for _, rule := range j.rules {
		rules[rule.ID] = rule
	}
	var given []incidents.Finding
	of := map[string]*Finding{}
	take := func(findings []Finding, inPeriod bool) {
		for i := range findings {
			f := &findings[i]
			rule := rules[f.RuleID]
			if rule.isState() {
				continue
			}
			g := incidents.Finding{
				ID: f.ID, Rule: f.RuleID, Family: rule.Family, OfIssuer: rule.Incident == incidentOfIssuer,
				Listing: rule.Listing, Severity: f.Severity.Rank(),
				Open: f.Status == "open", InPeriod: inPeriod, Tenant: f.TenantID,
				SubjectType: f.SubjectType, Subject: f.SubjectID, First: f.FirstSeen, Last: f.LastSeen, About: f.Count,
			}
			for _, r := range f.Records {
				g.Records = append(g.Records, r.ID)
			}
			given = append(given, g)
			of[f.ID] = f
		}
	}
	take(j.findings, true)
	take(j.outside, false)
	events, err := incidentEvents(ctx, c, d)
	if err != nil {
		return nil, err
	}
	told := func(key string) string { _, identity := d.records.identity(key); return identity }
	var all []Incident
	for i, found := range incidents.Build(given, events, time.Duration(s.IncidentHours*float64(time.Hour)), told) {
		j.gathered = append(j.gathered, found.Records)
		row := Incident{
			ID: found.ID, Rank: i + 1, Score: found.Score, Severity: severityOf(found.Severity), Status: "excepted",
			TenantID: found.Tenant, SubjectType: found.SubjectType, SubjectID: found.Subject,
			FirstSeen: found.First, LastSeen: found.Last, Passes: found.Passes, Logins: found.Logins,
			Signs: found.Signs, Touches: found.Touches,
		}
		if found.Open {
			row.Status = "open"
		}
		own := make([]*Finding, len(found.Findings))
		for k, id := range found.Findings {
			own[k] = of[id]
			own[k].IncidentID = found.ID
		}
		slices.SortFunc(own, func(x, y *Finding) int { return byWeight(found.Signs, x, y) })
		actors := map[string]bool{}
		for _, f := range own {
			row.Findings = append(row.Findings, f.ID)
			if f.ActorName != "" && !actors[f.ActorName] {
				actors[f.ActorName] = true
				row.Actors = append(row.Actors, f.ActorName)
			}
			row.SubjectName = cmp.Or(row.SubjectName, f.SubjectName)
		}
		slices.Sort(row.Actors)
		row.Headline = own[0].Title
		all = append(all, row)
	}
	return all, nil
}

// byWeight orders an incident's findings: open ones first, by severity, then by what weighs most among its signs.
func byWeight(signs []string, x, y *Finding) int {
	place := func(f *Finding) int {
		if i := slices.Index(signs, f.RuleID); i >= 0 {
			return i
		}
		return len(signs)
	}
	return cmp.Or(strings.Compare(y.Status, x.Status), cmp.Compare(y.Severity.Rank(), x.Severity.Rank()),
		cmp.Compare(place(x), place(y)),
		x.FirstSeen.Compare(y.FirstSeen), strings.Compare(x.ID, y.ID))
}

func severityOf(rank int) Severity { return Severity(settings.Severities()[rank]) }

// incidentEvents are the passes, log-ins and attempts of the whole evidence.
func incidentEvents(ctx context.Context, c *casefile.Case, d derivation) ([]incidents.Event, error) {
	var all []incidents.Event
	for _, p := range d.passes {
		all = append(all, incidents.Event{
			Tenant: p.Tenant, User: p.UserID, Time: p.Event.Time, Keys: []string{p.Event.Key()}, Kind: incidents.Pass,
		})
	}
	for _, l := range d.ledger {
		e := incidents.Event{Tenant: l.Tenant, User: l.UserID, Time: l.Time, Keys: l.Keys(), Kind: incidents.Login}
		if l.Known {
			e.Pass = l.Pass.Event.Key()
		}
		all = append(all, e)
	}
	type attempt struct {
		No     int64     `db:"signin_no"`
		Time   time.Time `db:"time"`
		Tenant string    `db:"tenant_id"`
		UserID string    `db:"user_id"`
	}
	err := rows.Each(ctx, c, func(a attempt) error {
		all = append(all, incidents.Event{
			Tenant: a.Tenant, User: a.UserID, Time: a.Time, Keys: []string{proof.SignInKey(a.No)},
			Kind: incidents.Attempt,
		})
		return nil
	}, `SELECT s.signin_no, s.time, s.tenant_id, s.user_id FROM signins AS s WHERE s.attempt AND s.user_id IS NOT NULL ORDER BY s.signin_no`)
	return all, err
}
