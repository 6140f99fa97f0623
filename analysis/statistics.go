package analysis

import "context"

func (a *audit) storeStatistics(ctx context.Context) error {
	t := table{name: "rate_anomalies", columns: columns("tenant_id VARCHAR", "family VARCHAR", "subject_type VARCHAR", "subject_id VARCHAR", "subject_name VARCHAR", "week TIMESTAMP", "events BIGINT", "weeks BIGINT", "mean DOUBLE", "p DOUBLE", "q DOUBLE", "records VARCHAR[]")}
	return t.store(ctx, a.c)
}
