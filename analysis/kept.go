package analysis

import (
	"cmp"
	"context"
	"time"

	"tapaudit/analysis/rows"
	"tapaudit/ingest/casefile"
)

// findingRow is of findings.
type findingRow struct {
	No               int       `db:"finding_no"`
	ID               string    `db:"finding_id"`
	RuleID           string    `db:"rule_id"`
	Severity         Severity  `db:"severity"`
	Status           string    `db:"status"`
	TenantID         string    `db:"tenant_id"`
	SubjectType      string    `db:"subject_type"`
	SubjectID        string    `db:"subject_id"`
	SubjectName      string    `db:"subject_name"`
	ActorID          string    `db:"actor_id"`
	ActorName        string    `db:"actor_name"`
	FirstSeen        time.Time `db:"first_seen"`
	LastSeen         time.Time `db:"last_seen"`
	Count            int       `db:"count"`
	Title            string    `db:"title"`
	Summary          string    `db:"summary"`
	EventIDs         []string  `db:"event_ids"`
	Evidence         []string  `db:"evidence"`
	ExceptionReason  string    `db:"exception_reason"`
	ExceptionOwner   string    `db:"exception_owner"`
	ExceptionExpires string    `db:"exception_expires"`
	IncidentID       string    `db:"incident_id"`
	Records          []string  `db:"records"`
}

// incidentRow is of incidents.
type incidentRow struct {
	ID          string    `db:"incident_id"`
	Rank        int       `db:"rank"`
	Score       float64   `db:"score"`
	Severity    Severity  `db:"severity"`
	Status      string    `db:"status"`
	TenantID    string    `db:"tenant_id"`
	SubjectType string    `db:"subject_type"`
	SubjectID   string    `db:"subject_id"`
	SubjectName string    `db:"subject_name"`
	FirstSeen   time.Time `db:"first_seen"`
	LastSeen    time.Time `db:"last_seen"`
	Passes      int       `db:"passes"`
	Logins      int       `db:"logins"`
	Signs       []string  `db:"signs"`
	Actors      []string  `db:"actors"`
	Headline    string    `db:"headline"`
	FindingIDs  []string  `db:"finding_ids"`
	Touches     []string  `db:"touches"`
	Records     []string  `db:"records"`
}

// recordKeys are the keys of each finding's records, before they are proved.
func recordKeys(findings []Finding) [][]string {
	keys := make([][]string, len(findings))
	for i, f := range findings {
		for _, r := range f.Records {
			keys[i] = append(keys[i], r.ID)
		}
	}
	return keys
}

// storeResult leaves the findings and the incidents in the case, for queries; findings and gathered are the keys of
// their records.
func storeResult(ctx context.Context, c *casefile.Case, r *Result, findings, gathered [][]string) error {
	var found []findingRow
	for i, f := range r.Findings {
		row := findingRow{
			No: i + 1, ID: f.ID, RuleID: f.RuleID, Severity: f.Severity, Status: f.Status, TenantID: f.TenantID,
			SubjectType: f.SubjectType,
			SubjectID:   f.SubjectID, SubjectName: f.SubjectName, ActorID: f.ActorID, ActorName: f.ActorName,
			FirstSeen: f.FirstSeen,
			LastSeen:  f.LastSeen, Count: f.Count, Title: f.Title, Summary: f.Summary, EventIDs: f.EventIDs,
			IncidentID: f.IncidentID,
			Records:    findings[i],
		}
		for _, p := range f.Evidence {
			row.Evidence = append(row.Evidence, p.String())
		}
		if e := f.Exception; e != nil {
			row.ExceptionReason, row.ExceptionOwner, row.ExceptionExpires = e.Reason, e.Owner, e.Expires.String()
		}
		found = append(found, row)
	}
	var together []incidentRow
	for i, n := range r.Incidents {
		together = append(together, incidentRow{
			ID: n.ID, Rank: n.Rank, Score: n.Score, Severity: n.Severity, Status: n.Status, TenantID: n.TenantID,
			SubjectType: n.SubjectType,
			SubjectID:   n.SubjectID, SubjectName: n.SubjectName, FirstSeen: n.FirstSeen, LastSeen: n.LastSeen,
			Passes: n.Passes,
			Logins: n.Logins, Signs: n.Signs, Actors: n.Actors, Headline: n.Headline, FindingIDs: n.Findings,
			Touches: n.Touches,
			Records: gathered[i],
		})
	}
	return c.Atomically(ctx, func() error {
		return cmp.Or(rows.Fill(ctx, c, "findings", found), rows.Fill(ctx, c, "incidents", together))
	})
}
