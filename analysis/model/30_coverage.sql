-- Records per tenant, log type and day, of exports that are not known to be filtered. The Unified Audit Log's sign-ins
-- count as interactive, what else it holds by itself; it is not an audit log here. Days of a lake come with its
-- extract, counted there. A sign-in whose steps come in a file of their own can show a pass as one that has them
-- itself.
CREATE OR REPLACE TABLE daily_records AS
WITH stepped AS (
    SELECT s.source_id, s.tenant, signin_log(s.interactive) AS log_type, s.time::DATE AS day, count(*) AS showing,
        min(s.time) AS first_time, max(s.time) AS last_time
    FROM attributed_signins AS s
    SEMI JOIN attributed_steps AS step ON step.tenant = s.tenant AND step.request_id = lower(s.id)
    WHERE NOT s.can_show_tap
    GROUP BY ALL
),
counted AS (
    SELECT source_id, tenant, log_type, day, records, CASE WHEN can_show_tap THEN records ELSE 0 END AS showing,
        first_time, last_time
    FROM record_days
    UNION ALL
    -- counted above already, as ones that cannot show a pass
    SELECT source_id, tenant, log_type, day, 0, showing, first_time, last_time FROM stepped
),
tallied AS (
    SELECT
        c.tenant AS tenant_id, c.log_type, c.day, sum(c.records)::BIGINT AS records,
        sum(c.showing)::BIGINT AS can_show_tap, min(c.first_time) AS first_time, max(c.last_time) AS last_time,
        min(c.first_time) FILTER (WHERE c.showing > 0) AS first_tap_time,
        max(c.last_time) FILTER (WHERE c.showing > 0) AS last_tap_time
    FROM counted AS c JOIN source ON source.source_id = c.source_id AND NOT source.filtered
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
FROM daily_records WHERE of_events(log_type);
