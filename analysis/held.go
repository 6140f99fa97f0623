package analysis

import (
	"context"
	"time"

	"tapaudit/analysis/rows"
	"tapaudit/ingest/casefile"
)

// RoleHeld is a directory role of somebody who got, gave or tried a pass.
type RoleHeld struct {
	TenantID, UserID string
	Role             string
	Since            time.Time // zero: a snapshot shows it, since whenever
}

// rolesHeld are the roles that the evidence shows before the end of the period, by user and role. What shows that a
// role was taken away is not looked for.
func rolesHeld(ctx context.Context, c *casefile.Case, period Period) ([]RoleHeld, error) {
	type held struct {
		Tenant string     `db:"tenant_id"`
		UserID string     `db:"user_id"`
		Role   string     `db:"role_name"`
		Since  *time.Time `db:"since"`
	}
	var all []RoleHeld
	err := rows.Each(ctx, c, func(h held) error {
		row := RoleHeld{TenantID: h.Tenant, UserID: h.UserID, Role: h.Role}
		if h.Since != nil {
			row.Since = *h.Since
		}
		all = append(all, row)
		return nil
	}, `
WITH concerned AS (
    SELECT tenant_id, user_id FROM pass_parties
    UNION
    SELECT tenant_id, user_id FROM attempted_users
)
SELECT
    h.tenant_id, h.user_id, h.role_name,
    CASE WHEN count(h.since) = count(*) THEN min(h.since) END AS since
FROM role_holdings AS h
SEMI JOIN concerned AS c ON c.tenant_id = h.tenant_id AND c.user_id = h.user_id
WHERE h.role_name <> '' AND (h.since IS NULL OR h.since < ?)
GROUP BY h.tenant_id, h.user_id, h.role_name
ORDER BY h.tenant_id, h.user_id, h.role_name`, period.To)
	return all, err
}
