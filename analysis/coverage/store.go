package coverage

import (
	"cmp"
	"context"
	"slices"
	"time"

	"tapaudit/analysis/rows"
	"tapaudit/analysis/when"
	"tapaudit/ingest/casefile"
)

// dayRow is of coverage_days.
type dayRow struct {
	Tenant  string    `db:"tenant_id"`
	Type    string    `db:"log_type"`
	Day     time.Time `db:"day"`
	Records int64     `db:"records"`
	Status  string    `db:"status"`
}

// gapRow is of period_gaps.
type gapRow struct {
	Tenant   string    `db:"tenant_id"`
	Type     string    `db:"log_type"`
	Never    bool      `db:"never"`
	Days     int       `db:"days"`
	Runs     string    `db:"runs"`
	FirstDay time.Time `db:"first_day"`
}

// Store fills coverage_days, and period_gaps with the days of the period that the evidence does not hold, of these
// tenants.
func Store(ctx context.Context, c *casefile.Case, covered Coverage, tenants []string, period when.Period) error {
	var days []dayRow
	var gaps []gapRow
	for _, tenant := range tenants {
		for _, logType := range slices.Concat(expected, []string{TAPSignIn}, optional) {
			for _, d := range covered[Log{tenant, logType}].Days {
				days = append(days, dayRow{tenant, logType, d.Day, d.Records, d.Status})
			}
		}
		for _, logType := range expected { // EVIDENCE-BLIND-SPOT tells what TAPSignIn lacks
			if missing := covered.Gaps(tenant, logType, period); len(missing) > 0 {
				never := len(covered[Log{tenant, logType}].Days) == 0
				gaps = append(gaps, gapRow{tenant, logType, never, Days(missing), InWords(missing), missing[0].From})
			}
		}
	}
	return cmp.Or(rows.Fill(ctx, c, "coverage_days", days), rows.Fill(ctx, c, "period_gaps", gaps))
}
