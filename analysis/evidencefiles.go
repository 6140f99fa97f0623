package analysis

import (
	"context"
	"fmt"
	"time"
)

// readEvidence is evidence.csv and quarantine.csv. Which of several records of one event counts as loaded and which
// as duplicates is settled here, where tenants are known: the first in order of the files is the one loaded.
func (a *audit) readEvidence(ctx context.Context) ([]EvidenceFile, []Quarantined, error) {
	rows, err := a.c.Query(ctx, `
WITH
signin_keys AS (
    SELECT source_id, ordinal, tenant, log, lower(id) AS id FROM attributed_signins WHERE tenant IS NOT NULL
),
repeated AS (SELECT tenant, id FROM signin_keys GROUP BY ALL HAVING count(*) > 1),
repeats AS (
    SELECT k.source_id, row_number() OVER (PARTITION BY k.tenant, k.id ORDER BY k.source_id, k.ordinal) AS place
    FROM signin_keys AS k JOIN repeated AS r ON r.tenant = k.tenant AND r.id = k.id
),
audit_keys AS (
    SELECT source_id, ordinal, tenant, lower(id) AS id FROM attributed_audits WHERE tenant IS NOT NULL AND id IS NOT NULL
),
repeated_audits AS (SELECT tenant, id FROM audit_keys GROUP BY ALL HAVING count(*) > 1),
audit_repeats AS (
    SELECT k.source_id, row_number() OVER (PARTITION BY k.tenant, k.id ORDER BY k.source_id, k.ordinal) AS place
    FROM audit_keys AS k JOIN repeated_audits AS r ON r.tenant = k.tenant AND r.id = k.id
),
duplicates AS (
    SELECT source_id, count(*) AS n
    FROM (SELECT * FROM repeats WHERE place > 1 UNION ALL SELECT * FROM audit_repeats WHERE place > 1) GROUP BY source_id
),
events AS (
    SELECT source_id, count(*) AS n, count(*) FILTER (WHERE tenant IS NULL) AS homeless, min(time) AS first_time, max(time) AS last_time
    FROM (SELECT source_id, tenant, time FROM attributed_signins UNION ALL SELECT source_id, tenant, time FROM attributed_audits)
    GROUP BY source_id
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
    UNION ALL SELECT r.source_id, r.ordinal, coalesce(lower(r.tenant_id), t.tenant_id), r.time
        FROM authentication_strength AS r JOIN source_tenants AS t ON t.source_id = r.source_id
    UNION ALL SELECT source_id, ordinal, tenant, time FROM attributed_steps
    UNION ALL SELECT source_id, ordinal, tenant, first_time FROM attributed_extract_days
    UNION ALL SELECT source_id, ordinal, tenant, NULL FROM attributed_extract_addresses
),
snapshots AS (
    SELECT source_id, count(DISTINCT ordinal) AS n, count(DISTINCT ordinal) FILTER (WHERE tenant IS NULL) AS homeless, min(time) AS first_time, max(time) AS last_time
    FROM parts GROUP BY source_id
),
orphans AS (SELECT source_id, count(*) FILTER (WHERE NOT has_signin) AS n FROM attributed_steps GROUP BY source_id),
tenants_in AS (
    SELECT source_id, string_agg(DISTINCT tenant, '; ' ORDER BY tenant) AS tenant_id
    FROM (
        SELECT DISTINCT source_id, tenant FROM attributed_signins
        UNION SELECT DISTINCT source_id, tenant FROM attributed_audits
        UNION SELECT DISTINCT source_id, tenant FROM parts
    ) WHERE tenant IS NOT NULL GROUP BY source_id
)
SELECT
    s.source_id, s.path, s.container, s.bytes, s.sha256, s.format, coalesce(t.tenant_id, ''), s.records_read,
    coalesce(e.n, 0) - coalesce(e.homeless, 0) + coalesce(p.n, 0) - coalesce(p.homeless, 0) - coalesce(d.n, 0) AS loaded,
    coalesce(d.n, 0), s.records_not_used + coalesce(e.homeless, 0) + coalesce(p.homeless, 0) AS not_used, s.records_quarantined,
    coalesce(e.homeless, 0) + coalesce(p.homeless, 0) AS homeless, coalesce(o.n, 0),
    least(e.first_time, p.first_time), greatest(e.last_time, p.last_time), s.note, s.same_as
FROM source AS s
LEFT JOIN duplicates AS d ON d.source_id = s.source_id
LEFT JOIN events AS e ON e.source_id = s.source_id
LEFT JOIN snapshots AS p ON p.source_id = s.source_id
LEFT JOIN orphans AS o ON o.source_id = s.source_id
LEFT JOIN tenants_in AS t ON t.source_id = s.source_id
ORDER BY s.path, s.source_id`)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	var files []EvidenceFile
	homeless := 0
	for rows.Next() {
		var id int
		var f EvidenceFile
		var first, last *time.Time
		var sameAs *int
		var adrift, orphans int64
		if err := rows.Scan(&id, &f.Path, &f.Container, &f.Bytes, &f.SHA256, &f.Format, &f.TenantID, &f.Read, &f.Loaded, &f.Duplicate, &f.NotUsed,
			&f.Quarantined, &adrift, &orphans, &first, &last, &f.Note, &sameAs); err != nil {
			return nil, nil, err
		}
		if sameAs != nil {
			f.Duplicate = f.Read
		}
		if adrift > 0 {
			homeless++
			f.Note = joinNotes(f.Note, fmt.Sprintf("%d records name no tenant, and the evidence names several: not attributable, not used; run again with --tenant", adrift))
		}
		if orphans > 0 {
			f.Note = joinNotes(f.Note, fmt.Sprintf("%d steps belong to sign-ins that are not in the evidence: add the file of the sign-ins themselves", orphans))
		}
		if first != nil {
			f.FirstTime, f.LastTime = *first, *last
		}
		if f.Read != f.Loaded+f.Duplicate+f.NotUsed+f.Quarantined {
			return nil, nil, fmt.Errorf("%s: %d records were read, but %d loaded, %d duplicates, %d not used and %d quarantined do not add up to that; this is a defect of tapaudit, please report it",
				f.Path, f.Read, f.Loaded, f.Duplicate, f.NotUsed, f.Quarantined)
		}
		files = append(files, f)
	}
	if err := rows.Err(); err != nil {
		return nil, nil, err
	}
	if homeless > 0 {
		a.notes = append(a.notes, fmt.Sprintf("%d files cannot be attributed to a tenant and were not used.", homeless))
	}
	quarantine, err := a.readQuarantine(ctx)
	return files, quarantine, err
}

func joinNotes(a, b string) string {
	if a == "" {
		return b
	}
	return a + "; " + b
}

// quarantineRows is how many records in quarantine a report lists in all, in order of the files.
const quarantineRows = 100_000

// readQuarantine lists the records in quarantine, and of each file that has more of them than are listed, how many more.
func (a *audit) readQuarantine(ctx context.Context) ([]Quarantined, error) {
	rows, err := a.c.Query(ctx, `
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
SELECT path, source_id, line, "offset", reason, excerpt, sha256, 0 AS more FROM listed
UNION ALL
SELECT path, source_id, 0, 0, '', '', '', more FROM beyond
ORDER BY path, source_id, more, line, "offset", reason`, quarantineRows)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []Quarantined
	for rows.Next() {
		var q Quarantined
		var source int
		if err := rows.Scan(&q.Path, &source, &q.Line, &q.Offset, &q.Reason, &q.Excerpt, &q.SHA256, &q.More); err != nil {
			return nil, err
		}
		if q.More > 0 {
			q.Reason = fmt.Sprintf("not listed: %d more of this file; evidence.csv counts them by their reasons", q.More)
		}
		all = append(all, q)
	}
	return all, rows.Err()
}
