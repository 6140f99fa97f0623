package analysis

import (
	"context"
	"strings"
	"time"
)

// storeCoverage fills coverage_days, period_gaps, known_policies, snapshot_passes, roster_users and pass_scope: what
// the rules ask of the evidence and the configuration.
func (a *audit) storeCoverage(ctx context.Context) error {
	days := table{name: "coverage_days", columns: columns("tenant_id VARCHAR", "log_type VARCHAR", "day DATE", "records BIGINT", "status VARCHAR")}
	gaps := table{name: "period_gaps", columns: columns("tenant_id VARCHAR", "log_type VARCHAR", "never BOOLEAN", "days BIGINT", "runs VARCHAR", "first_day TIMESTAMP")}
	policies := table{name: "known_policies", columns: columns("tenant_id VARCHAR")}
	for _, tenant := range a.tenants {
		for _, logType := range []string{logAudit, logInteractive, logNonInteractive, logTAPSignIn} {
			s := a.coverage[coverageKey{tenant, logType}]
			for _, d := range s.days {
				days.add(tenant, logType, d.day.Format(time.DateOnly), d.records, d.status)
			}
			if logType == logTAPSignIn {
				continue // EVIDENCE-BLIND-SPOT tells what it lacks
			}
			missing := a.coverage.gaps(tenant, logType, a.period.From, a.period.To)
			if len(missing) == 0 {
				continue
			}
			n := 0
			for _, run := range missing {
				n += int(run.To.Sub(run.From) / day)
			}
			gaps.add(tenant, logType, len(s.days) == 0, n, dayRuns(missing), missing[0].From)
		}
		if a.knowsPolicy(tenant) {
			policies.add(tenant)
		}
	}
	roster := table{name: "roster_users", columns: columns("tenant_id VARCHAR", "user_id VARCHAR")}
	if a.settings.Roster != nil {
		for _, tenant := range a.tenants {
			for _, entry := range *a.settings.Roster {
				roster.add(tenant, a.identities.resolve(tenant, entry.UPN, entry.Start.StartUTC().Add(day)))
			}
		}
	}
	scope := table{name: "pass_scope", columns: columns("pass_no BIGINT", "included BOOLEAN", "group_id VARCHAR")}
	for _, p := range a.passes {
		policy := a.policyAt(p.tenant, p.event.time).ForEvents()
		if included, known := policy.Included(); known {
			for _, t := range included {
				scope.add(p.no, true, strings.ToLower(t.ID))
			}
		}
		if excluded, known := policy.Excluded(); known {
			for _, t := range excluded {
				scope.add(p.no, false, strings.ToLower(t.ID))
			}
		}
	}
	snapshots, err := a.snapshotPasses(ctx)
	if err != nil {
		return err
	}
	for _, t := range []table{days, gaps, policies, roster, scope, snapshots} {
		if err := t.store(ctx, a.c); err != nil {
			return err
		}
	}
	return nil
}

// snapshotPasses are the passes that snapshots of users' methods show.
func (a *audit) snapshotPasses(ctx context.Context) (table, error) {
	t := table{name: "snapshot_passes", columns: columns("tenant_id VARCHAR", "user_id VARCHAR", "pass_id VARCHAR", "created TIMESTAMP", "covered BOOLEAN", "record VARCHAR")}
	rows, err := a.c.Query(ctx, `
SELECT tenant, coalesce(user_id, user_upn, ''), coalesce(id, ''), created, source_id, line, ordinal
FROM attributed_pass_snapshots WHERE tenant IS NOT NULL AND created IS NOT NULL ORDER BY tenant, source_id, ordinal`)
	if err != nil {
		return t, err
	}
	defer rows.Close()
	for rows.Next() {
		var tenant, user, id string
		var created time.Time
		var place recordPlace
		if err := rows.Scan(&tenant, &user, &id, &created, &place.source, &place.line, &place.ordinal); err != nil {
			return t, err
		}
		key := snapshotKey(place)
		a.snapshots[key] = snapshotInfo{time: created, what: "A pass created " + clock(created) + ", in a snapshot of the user's methods", identity: strings.ToLower(id)}
		t.add(tenant, a.identities.resolve(tenant, user, created), id, created, a.coverage.covers(tenant, logAudit, created, created), key)
	}
	return t, rows.Err()
}
