package analysis

import (
	"context"
	"fmt"
	"time"

	"tapaudit/analysis/proof"
	"tapaudit/analysis/rows"
	"tapaudit/ingest/casefile"
	"tapaudit/ingest/safetext"
)

// sourceRow is a source with what became of its records.
type sourceRow struct {
	ID           int        `db:"source_id"`
	Path         string     `db:"path"`
	Container    string     `db:"container"`
	Bytes        int64      `db:"bytes"`
	SHA256       string     `db:"sha256"`
	Format       string     `db:"format"`
	TenantID     string     `db:"tenant_id"`
	Read         int64      `db:"records_read"`
	Loaded       int64      `db:"loaded"`
	Duplicates   int64      `db:"duplicates"`
	NotUsed      int64      `db:"not_used"`
	Quarantined  int64      `db:"records_quarantined"`
	Unattributed int64      `db:"unattributed"` // records of no tenant, which NotUsed counts too
	Orphans      int64      `db:"orphans"`      // steps of sign-ins that are not in evidence
	First        *time.Time `db:"first_time"`
	Last         *time.Time `db:"last_time"`
	Note         string     `db:"note"`
	LooksLike    string     `db:"not_recognised"`
	SameAs       *int       `db:"same_as"`
}

// readEvidence is evidence.csv. Of several records of one event, the first in order of the files counts as loaded and
// the others as duplicates. That is decided here, where tenants are known.
func readEvidence(ctx context.Context, c *casefile.Case) (files []EvidenceFile, notes []string, err error) {
	unattributed := 0
	if err := rows.Each(ctx, c, func(s sourceRow) error {
		f := EvidenceFile{
			Path: s.Path, Container: s.Container, Bytes: s.Bytes, SHA256: s.SHA256, Format: s.Format,
			TenantID: s.TenantID,
			Read:     s.Read, Loaded: s.Loaded, Duplicate: s.Duplicates, NotUsed: s.NotUsed, Quarantined: s.Quarantined,
			Note:      s.Note,
			LooksLike: s.LooksLike,
		}
		if s.SameAs != nil {
			f.Duplicate = f.Read
		}
		if s.Unattributed > 0 {
			unattributed++
			f.Note = joinNotes(f.Note, safetext.Counted(s.Unattributed, "record names", "records name")+
				" no tenant, and the evidence names several: not attributable, not used; run again with --tenant")
		}
		if s.Orphans > 0 {
			f.Note = joinNotes(f.Note, safetext.Counted(s.Orphans, "step belongs", "steps belong")+
				" to sign-ins that are not in the evidence: add the file of the sign-ins themselves")
		}
		if s.First != nil {
			f.FirstTime, f.LastTime = *s.First, *s.Last
		}
		if f.Read != f.Loaded+f.Duplicate+f.NotUsed+f.Quarantined {
			return fmt.Errorf("%s: read: %s; %d loaded, %d there already, %d not used and %d quarantined do not add up "+
				"to that; this is a defect of tapaudit, please report it",
				f.Path, safetext.Counted(f.Read, "record", "records"), f.Loaded, f.Duplicate, f.NotUsed, f.Quarantined)
		}
		files = append(files, f)
		return nil
	}, `
WITH
event_keys AS (
    SELECT source_id, ordinal, tenant, 'sign-in' AS log, lower(id) AS id FROM attributed_signins
    UNION ALL SELECT source_id, ordinal, tenant, 'audit', lower(id) FROM attributed_audits
    UNION ALL SELECT source_id, ordinal, tenant, log_type, lower(id) FROM attributed_activities
),
ids AS (SELECT id FROM signin_record UNION ALL SELECT id FROM audit_record UNION ALL SELECT id FROM activities),
-- Few ids come twice: a million are told apart by a number in a third of the time that their text takes.
suspects AS (SELECT hash(lower(id)) AS hash FROM ids WHERE id IS NOT NULL GROUP BY ALL HAVING count(*) > 1),
suspected AS (SELECT k.* FROM event_keys AS k SEMI JOIN suspects AS s ON s.hash = hash(k.id)),
repeats AS (
    SELECT source_id, row_number() OVER (PARTITION BY tenant, log, id ORDER BY source_id, ordinal) AS place
    FROM suspected WHERE tenant IS NOT NULL AND id IS NOT NULL
),
duplicates AS (SELECT source_id, count(*) AS n FROM repeats WHERE place > 1 GROUP BY source_id),
events AS (
    SELECT
        source_id, sum(records)::BIGINT AS n,
        coalesce(sum(records) FILTER (WHERE tenant IS NULL), 0)::BIGINT AS unattributed,
        min(first_time) AS first_time, max(last_time) AS last_time
    FROM record_days GROUP BY source_id
),
parts AS (
    SELECT source_id, ordinal, tenant, time FROM attributed_policies
    UNION ALL SELECT source_id, ordinal, tenant, time FROM attributed_users
    UNION ALL SELECT source_id, ordinal, tenant, time FROM attributed_role_definitions
    UNION ALL SELECT source_id, ordinal, tenant, time FROM attributed_role_members
    UNION ALL SELECT source_id, ordinal, tenant, time FROM attributed_group_members
    UNION ALL SELECT source_id, ordinal, tenant, time FROM attributed_conditional_access
    UNION ALL SELECT source_id, ordinal, tenant, time FROM attributed_pass_snapshots
    UNION ALL SELECT source_id, ordinal, tenant, time FROM attributed_registrations
    UNION ALL SELECT source_id, ordinal, tenant, time FROM attributed_service_principals
    UNION ALL SELECT r.source_id, r.ordinal, coalesce(lower(r.tenant_id), t.tenant_id), r.time
        FROM authentication_strength AS r JOIN source_tenants AS t ON t.source_id = r.source_id
    UNION ALL SELECT source_id, ordinal, tenant, time FROM attributed_steps
    UNION ALL SELECT source_id, ordinal, tenant, first_time FROM attributed_extract_days
    UNION ALL SELECT source_id, ordinal, tenant, NULL FROM attributed_extract_addresses
    UNION ALL SELECT source_id, ordinal, tenant, NULL FROM attributed_extract_countries
),
snapshots AS (
    SELECT
        source_id, count(DISTINCT ordinal) AS n, count(DISTINCT ordinal) FILTER (WHERE tenant IS NULL) AS unattributed,
        min(time) AS first_time, max(time) AS last_time
    FROM parts GROUP BY source_id
),
orphans AS (SELECT source_id, count(*) FILTER (WHERE NOT has_signin) AS n FROM attributed_steps GROUP BY source_id),
tenants_in AS (
    SELECT source_id, string_agg(DISTINCT tenant, '; ' ORDER BY tenant) AS tenant_id
    FROM (
        SELECT DISTINCT source_id, tenant FROM record_days
        UNION SELECT DISTINCT source_id, tenant FROM parts
    ) WHERE tenant IS NOT NULL GROUP BY source_id
)
SELECT
    s.source_id, s.path, s.container, s.bytes, s.sha256, s.format, coalesce(t.tenant_id, '') AS tenant_id,
    s.records_read,
    coalesce(e.n, 0) - coalesce(e.unattributed, 0) + coalesce(p.n, 0) - coalesce(p.unattributed, 0)
        - coalesce(d.n, 0) AS loaded,
    coalesce(d.n, 0) AS duplicates,
    s.records_not_used + coalesce(e.unattributed, 0) + coalesce(p.unattributed, 0) AS not_used,
    s.records_quarantined,
    coalesce(e.unattributed, 0) + coalesce(p.unattributed, 0) AS unattributed, coalesce(o.n, 0) AS orphans,
    least(e.first_time, p.first_time) AS first_time, greatest(e.last_time, p.last_time) AS last_time, s.note,
    coalesce(s.not_recognised, '') AS not_recognised, s.same_as
FROM source AS s
LEFT JOIN duplicates AS d ON d.source_id = s.source_id
LEFT JOIN events AS e ON e.source_id = s.source_id
LEFT JOIN snapshots AS p ON p.source_id = s.source_id
LEFT JOIN orphans AS o ON o.source_id = s.source_id
LEFT JOIN tenants_in AS t ON t.source_id = s.source_id
ORDER BY s.path, s.source_id`); err != nil {
		return nil, nil, err
	}
	if unattributed > 0 {
		notes = append(notes, safetext.Counted(unattributed, "file",
			"files")+" cannot be attributed to a tenant: not used.")
	}
	return files, notes, nil
}

func joinNotes(a, b string) string {
	if a == "" {
		return b
	}
	return a + "; " + b
}

// quarantineRows is how many records in quarantine a report lists in all, in order of the files.
const quarantineRows = 100_000

// readQuarantine lists the records in quarantine, and of each file that has more of them than are listed, how many
// more.
func readQuarantine(ctx context.Context, c *casefile.Case, sources proof.Sources) ([]Quarantined, error) {
	type listed struct {
		proof.At
		Path    string `db:"path"`
		Offset  int64  `db:"offset"`
		Reason  string `db:"reason"`
		Excerpt string `db:"excerpt"`
		SHA256  string `db:"sha256"`
		More    int64  `db:"more"`
	}
	var all []Quarantined
	err := rows.Each(ctx, c, func(l listed) error {
		q := Quarantined{
			Place: sources.Place(l.At), Offset: l.Offset, Reason: l.Reason, Excerpt: l.Excerpt, SHA256: l.SHA256,
			More: l.More,
		}
		if q.More > 0 {
			q.Reason = fmt.Sprintf("not listed: %d more of this file; evidence.csv counts them by their reasons",
				q.More)
		}
		all = append(all, q)
		return nil
	}, `
WITH listed AS (
    SELECT s.path, q.*
    FROM quarantine AS q JOIN source AS s ON s.source_id = q.source_id
    ORDER BY s.path, s.source_id, q.line, q."offset", q.reason
    LIMIT ?
),
counted AS (SELECT source_id, count(*) AS n FROM listed GROUP BY source_id),
beyond AS (
    SELECT s.path, s.source_id, s.records_quarantined - coalesce(c.n, 0) AS more
    FROM source AS s LEFT JOIN counted AS c ON c.source_id = s.source_id
    WHERE s.records_quarantined > coalesce(c.n, 0)
)
SELECT path, source_id, line, coalesce(ordinal, 0) AS ordinal, "offset", reason, excerpt, sha256, 0 AS more FROM listed
UNION ALL
SELECT path, source_id, 0, 0, 0, '', '', '', more FROM beyond
ORDER BY path, source_id, more, line, "offset", reason`, quarantineRows)
	return all, err
}
