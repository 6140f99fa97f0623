-- A TAP session: the session id of a TAP attempt, or for one without it its correlation id.
CREATE OR REPLACE TABLE tap_sessions AS
SELECT DISTINCT tenant_id, user_id, coalesce(session_id, correlation_id) AS session, session_id IS NULL AS by_correlation
FROM signins WHERE attempt AND coalesce(session_id, correlation_id) IS NOT NULL;

CREATE OR REPLACE TABLE on_tap AS
SELECT DISTINCT s.signin_no
FROM signins AS s JOIN tap_sessions AS t
    ON t.tenant_id = s.tenant_id AND t.user_id = s.user_id
    AND (t.session = s.session_id OR t.by_correlation AND t.session = s.correlation_id);

-- Earlier sign-ins: the successes of the 90 days before a TAP sign-in that are no attempts and ran on no pass. A
-- network is familiar when one of them came from it: the autonomous system, or where either side lacks its number the
-- /24 or /48.
CREATE OR REPLACE TABLE familiarity AS
SELECT
    t.signin_no,
    count(e.signin_no) AS earlier_signins,
    coalesce(bool_or(CASE WHEN t.asn IS NOT NULL AND e.asn IS NOT NULL THEN t.asn = e.asn ELSE t.network = e.network END), false) AS familiar
FROM signins AS t
LEFT JOIN signins AS e
    ON e.tenant_id = t.tenant_id AND e.user_id = t.user_id
    AND e.time < t.time AND e.time >= t.time - INTERVAL 90 DAY
    AND e.error_code = 0 AND NOT e.attempt AND NOT EXISTS (SELECT 1 FROM on_tap AS o WHERE o.signin_no = e.signin_no)
WHERE t.tap_signin
GROUP BY t.signin_no;

-- Shared egress: addresses from which five or more users signed in successfully.
CREATE OR REPLACE TABLE shared_egress AS
WITH seen AS (
    SELECT DISTINCT
        s.tenant, a.address AS ip, lower(s.user_id) AS user_id,
        CASE WHEN s.user_id IS NULL THEN lower(s.upn) END AS upn, CASE WHEN s.user_id IS NULL THEN s.time END AS time
    FROM attributed_signins AS s JOIN addresses AS a ON a.spelling = s.ip
    WHERE s.error_code = 0
        AND a.address IN (SELECT ip FROM signins WHERE tap_signin)
    -- An extract of a lake names users of each address of an attempt; the same user counts once.
    UNION
    SELECT
        e.tenant, a.address, coalesce(lower(e.user_id), lower(named.user_id)),
        CASE WHEN e.user_id IS NULL AND named.user_id IS NULL THEN lower(e.upn) END,
        CASE WHEN e.user_id IS NULL AND named.user_id IS NULL THEN ends.last_time END
    FROM attributed_extract_addresses AS e
    JOIN addresses AS a ON a.spelling = e.ip
    LEFT JOIN (SELECT tenant, max(last_time) AS last_time FROM attributed_extract_days GROUP BY tenant) AS ends ON ends.tenant = e.tenant
    LEFT JOIN (
        SELECT tenant, lower(upn) AS upn, min(user_id) AS user_id FROM attributed_extract_addresses
        WHERE user_id IS NOT NULL AND upn IS NOT NULL GROUP BY tenant, lower(upn)
    ) AS named ON e.user_id IS NULL AND named.tenant = e.tenant AND named.upn = lower(e.upn)
    WHERE a.address IN (SELECT ip FROM signins WHERE tap_signin)
)
SELECT seen.tenant, seen.ip
FROM seen
GROUP BY ALL
HAVING count(DISTINCT coalesce(seen.user_id, (
    SELECT coalesce(max_by(i.user_id, i.seen_at) FILTER (WHERE i.seen_at <= seen.time), min_by(i.user_id, i.seen_at))
    FROM identities AS i WHERE i.tenant = seen.tenant AND i.upn = seen.upn
), seen.upn)) >= 5;
