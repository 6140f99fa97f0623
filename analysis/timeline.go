package analysis

import (
	"context"
	"strings"
	"time"

	"tapaudit/analysis/proof"
	"tapaudit/analysis/rows"
	"tapaudit/ingest/casefile"
)

// timelineRows is timeline.csv: what lies in the period, and what else an incident that is shown consists of. What is
// to come has not happened.
func timelineRows(ctx context.Context, c *casefile.Case, d derivation) ([]Moment, error) {
	type moment struct {
		Time        time.Time `db:"time"`
		Tenant      string    `db:"tenant_id"`
		UserID      string    `db:"user_id"`
		What        string    `db:"what"`
		Actor       string    `db:"actor_name"`
		IP          string    `db:"ip"`
		Country     string    `db:"country"`
		Application string    `db:"application"`
		Detail      string    `db:"detail"`
		Incident    string    `db:"incident_id"`
		Findings    string    `db:"finding_ids"`
		Records     string    `db:"records"`
	}
	chosen := `
FROM timeline
WHERE (time >= ? AND time < ? OR incident_id IS NOT NULL)
    AND NOT (what IN ('pass begins', 'pass ended') AND time > ?)`
	bounds := []any{d.scope.period.From, d.scope.period.To, d.scope.asOf}
	// Read twice, since many moments take much memory: what is shown of their sign-ins must be known first.
	type named struct {
		Records string `db:"records"`
	}
	wanted := map[int64]bool{}
	if err := rows.Each(ctx, c, func(m named) error {
		for key := range strings.FieldsSeq(m.Records) {
			if n, ok := signInNo(key); ok {
				wanted[n] = true
			}
		}
		return nil
	}, `SELECT array_to_string(records, ' ') AS records`+chosen, bounds...); err != nil {
		return nil, err
	}
	signIns, err := readProof(ctx, c, wanted)
	if err != nil {
		return nil, err
	}
	all := []Moment{}
	err = rows.Each(ctx, c, func(m moment) error {
		row := Moment{
			Time: m.Time, TenantID: m.Tenant, UserID: m.UserID, What: m.What, ActorName: m.Actor, IP: m.IP,
			Country:     m.Country,
			Application: m.Application, Detail: m.Detail, IncidentID: m.Incident, Findings: strings.Fields(m.Findings),
		}
		if m.UserID != "" {
			row.UserName = d.people.Name(m.Tenant, m.UserID)
		}
		for key := range strings.FieldsSeq(m.Records) {
			shown := Record{ID: key}
			d.records.proveRecord(&shown, signIns, nil)
			if row.EventID == "" {
				row.EventID = shown.ID
			}
			row.Evidence = append(row.Evidence, shown.Places...)
		}
		row.Evidence = proof.Distinct(row.Evidence)
		all = append(all, row)
		return nil
	}, `
SELECT
    time, tenant_id, coalesce(user_id, '') AS user_id, what, coalesce(actor_name, '') AS actor_name,
    coalesce(ip, '') AS ip,
    coalesce(country, '') AS country, coalesce(application, '') AS application, coalesce(detail, '') AS detail,
    coalesce(incident_id, '') AS incident_id, coalesce(array_to_string(finding_ids, ' '), '') AS finding_ids,
    array_to_string(records, ' ') AS records`+chosen+"\nORDER BY moment_no", bounds...)
	return all, err
}
