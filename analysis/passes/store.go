package passes

import (
	"context"
	"strings"
	"time"

	"tapaudit/analysis/coverage"
	"tapaudit/analysis/identity"
	"tapaudit/analysis/proof"
	"tapaudit/analysis/rows"
	"tapaudit/analysis/when"
	"tapaudit/ingest/casefile"
)

// partyRow is of pass_parties.
type partyRow struct {
	Tenant string `db:"tenant_id"`
	UserID string `db:"user_id"`
}

// StoreParties fills pass_parties with who received or issued a pass.
func StoreParties(ctx context.Context, c *casefile.Case, all []*Pass) error {
	var parties []partyRow
	seen := map[partyRow]bool{}
	for _, p := range all {
		users := []string{p.UserID}
		if p.Event.IssuerType == "user" {
			users = append(users, p.Event.IssuerID)
		}
		for _, user := range users {
			if party := (partyRow{p.Tenant, user}); user != "" && !seen[party] {
				seen[party] = true
				parties = append(parties, party)
			}
		}
	}
	return rows.Fill(ctx, c, "pass_parties", parties)
}

// snapshotRow is of snapshot_passes.
type snapshotRow struct {
	Tenant  string    `db:"tenant_id"`
	UserID  string    `db:"user_id"`
	PassID  string    `db:"pass_id"`
	Created time.Time `db:"created"`
	Covered bool      `db:"covered"`
	Record  string    `db:"record"`
}

// StoreSnapshots fills snapshot_passes with the passes that snapshots of users' methods show. shown is what findings
// show of the snapshots.
func StoreSnapshots(
	ctx context.Context, c *casefile.Case, ids identity.IDs, covered coverage.Coverage,
) (shown proof.Snapshots, err error) {
	type snapshot struct {
		proof.At
		Tenant  string    `db:"tenant"`
		User    string    `db:"of_user"`
		ID      string    `db:"id"`
		Created time.Time `db:"created"`
	}
	shown = proof.Snapshots{}
	var all []snapshotRow
	if err := rows.Each(ctx, c, func(s snapshot) error {
		key := proof.SnapshotKey(s.At)
		shown[key] = proof.Snapshot{
			Time: s.Created, Identity: strings.ToLower(s.ID),
			What: "A pass created " + when.Clock(s.Created) + ", in a snapshot of the user's methods",
		}
		all = append(all, snapshotRow{
			Tenant: s.Tenant, UserID: ids.Resolve(s.Tenant, s.User, s.Created), PassID: s.ID, Created: s.Created,
			Covered: covered.Covers(s.Tenant, coverage.Audit, s.Created, s.Created), Record: key,
		})
		return nil
	}, `
SELECT
    p.tenant, coalesce(p.user_id, p.user_upn, '') AS of_user, coalesce(p.id, '') AS id, p.created, p.source_id,
    p.line, p.ordinal
FROM attributed_pass_snapshots AS p
WHERE p.tenant IS NOT NULL AND p.created IS NOT NULL ORDER BY p.tenant, p.source_id, p.ordinal`); err != nil {
		return nil, err
	}
	return shown, rows.Fill(ctx, c, "snapshot_passes", all)
}
