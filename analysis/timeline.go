package analysis

import (
	"context"
	"strconv"
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
	found, err := rows.Read[moment](ctx, c, `
SELECT
    time, tenant_id, coalesce(user_id, '') AS user_id, what, coalesce(actor_name, '') AS actor_name,
    coalesce(ip, '') AS ip,
    coalesce(country, '') AS country, coalesce(application, '') AS application, coalesce(detail, '') AS detail,
    coalesce(incident_id, '') AS incident_id, coalesce(array_to_string(finding_ids, ' '), '') AS finding_ids,
    array_to_string(records, ' ') AS records
FROM timeline
WHERE (time >= ? AND time < ? OR incident_id IS NOT NULL)
    AND NOT (what IN ('pass begins', 'pass ended') AND time > ?)
ORDER BY moment_no`, d.scope.period.From, d.scope.period.To, d.scope.asOf)
	if err != nil {
		return nil, err
	}
	wanted := map[int64]bool{}
	for _, m := range found {
		for key := range strings.FieldsSeq(m.Records) {
			if rest, ok := strings.CutPrefix(key, "s:"); ok {
				if n, err := strconv.ParseInt(rest, 10, 64); err == nil {
					wanted[n] = true
				}
			}
		}
	}
	signIns, err := readProof(ctx, c, wanted)
	if err != nil {
		return nil, err
	}
	all := make([]Moment, len(found))
	for i, m := range found {
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
		all[i] = row
	}
	return all, nil
}
