-- Records per tenant, log type and day, of exports that are not known to be filtered. The Unified Audit Log's sign-ins
-- count as interactive, what else it holds by itself; it is not an audit log here. Days of a lake come with its
-- extract, counted there. A sign-in whose steps come in a file of their own can show a pass as one that has them
-- itself.
CREATE OR REPLACE TABLE daily_records AS
WITH stepped AS (
    SELECT s.source_id, s.ordinal
    FROM attributed_signins AS s
    SEMI JOIN attributed_steps AS step ON step.tenant = s.tenant AND step.request_id = lower(s.id)
    WHERE NOT s.can_show_tap
),
counted AS (
    SELECT
        s.tenant AS tenant_id,
        CASE WHEN s.interactive THEN 'sign-in interactive' ELSE 'sign-in non-interactive' END AS log_type,
        s.time,
        s.can_show_tap OR stepped.ordinal IS NOT NULL AS can_show_tap
    FROM attributed_signins AS s
    JOIN source ON source.source_id = s.source_id AND NOT source.filtered
    LEFT JOIN stepped ON stepped.source_id = s.source_id AND stepped.ordinal = s.ordinal
    UNION ALL
    SELECT a.tenant, 'audit', a.time, true
    FROM attributed_audits AS a JOIN source ON source.source_id = a.source_id AND NOT source.filtered
    UNION ALL
    SELECT a.tenant, a.log_type, a.time, false
    FROM attributed_activities AS a JOIN source ON source.source_id = a.source_id AND NOT source.filtered
),
tallied AS (
    SELECT
        tenant_id, log_type, time::DATE AS day, count(*) AS records,
        count(*) FILTER (WHERE can_show_tap) AS can_show_tap, min(time) AS first_time, max(time) AS last_time,
        min(time) FILTER (WHERE can_show_tap) AS first_tap_time, max(time) FILTER (WHERE can_show_tap) AS last_tap_time
    FROM counted
    GROUP BY ALL
    -- An extract's records count as filtered; its days were counted in the lake.
    UNION ALL
    SELECT tenant, log_type, day, records, can_show_tap, first_time, last_time, first_tap_time, last_tap_time
    FROM attributed_extract_days
)
-- Extracts of neighbouring periods, and records beside them, tell of the same days: the fullest count holds, not the
-- sum.
SELECT
    tenant_id, log_type, day, max(records) AS records, max(can_show_tap) AS can_show_tap,
    min(first_time) AS first_time, max(last_time) AS last_time,
    min(first_tap_time) AS first_tap_time, max(last_tap_time) AS last_tap_time
FROM tallied WHERE tenant_id IS NOT NULL
GROUP BY ALL;

-- The days with records of the audit log or of sign-ins, and their weeks, which begin on Monday.
CREATE OR REPLACE VIEW recorded_days AS
SELECT DISTINCT tenant_id, day, date_trunc('week', day) AS week
FROM daily_records WHERE log_type = 'audit' OR starts_with(log_type, 'sign-in');
