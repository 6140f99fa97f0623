-- A TAP session: the session id of a TAP attempt, or for one without it its correlation id.
CREATE OR REPLACE TABLE tap_sessions AS
SELECT DISTINCT tenant_id, user_id, coalesce(session_id, correlation_id) AS session, session_id IS NULL AS by_correlation
FROM signins WHERE attempt AND coalesce(session_id, correlation_id) IS NOT NULL;

CREATE OR REPLACE TABLE on_tap AS
SELECT s.signin_no
FROM signins AS s JOIN tap_sessions AS t ON t.tenant_id = s.tenant_id AND t.user_id = s.user_id AND t.session = s.session_id
UNION
SELECT s.signin_no
FROM signins AS s JOIN tap_sessions AS t ON t.tenant_id = s.tenant_id AND t.user_id = s.user_id AND t.session = s.correlation_id
WHERE t.by_correlation;

-- Earlier sign-ins: the successes of the 90 days before a TAP sign-in that are no attempts and ran on no pass. A
-- network is familiar when one of them came from it: the autonomous system, or where either side lacks its number the
-- /24 or /48. Counted in windows over each user's sign-ins: comparing each with each other takes the square of the time.
CREATE OR REPLACE TABLE familiarity AS
WITH marked AS (
    SELECT
        s.signin_no, s.tenant_id, s.user_id, s.time, s.asn, s.network, s.tap_signin,
        coalesce(s.error_code = 0, false) AND NOT s.attempt AND o.signin_no IS NULL AS ordinary
    FROM signins AS s LEFT JOIN on_tap AS o ON o.signin_no = s.signin_no
    WHERE s.user_id IS NOT NULL
),
counted AS (
    SELECT
        *,
        count(CASE WHEN ordinary THEN 1 END) OVER of_user AS earlier_signins,
        count(CASE WHEN ordinary THEN 1 END) OVER of_system AS from_system,
        count(CASE WHEN ordinary THEN 1 END) OVER of_network AS from_network,
        count(CASE WHEN ordinary AND asn IS NULL THEN 1 END) OVER of_network AS from_network_alone
    FROM marked
    WINDOW
        of_user AS (PARTITION BY tenant_id, user_id ORDER BY time
            RANGE BETWEEN INTERVAL 90 DAY PRECEDING AND INTERVAL 1 MICROSECOND PRECEDING),
        of_system AS (PARTITION BY tenant_id, user_id, asn ORDER BY time
            RANGE BETWEEN INTERVAL 90 DAY PRECEDING AND INTERVAL 1 MICROSECOND PRECEDING),
        of_network AS (PARTITION BY tenant_id, user_id, network ORDER BY time
            RANGE BETWEEN INTERVAL 90 DAY PRECEDING AND INTERVAL 1 MICROSECOND PRECEDING)
)
SELECT
    t.signin_no,
    coalesce(c.earlier_signins, 0) AS earlier_signins,
    coalesce(CASE
        WHEN t.asn IS NULL THEN t.network IS NOT NULL AND c.from_network > 0
        ELSE c.from_system > 0 OR t.network IS NOT NULL AND c.from_network_alone > 0
    END, false) AS familiar
FROM signins AS t LEFT JOIN counted AS c ON c.signin_no = t.signin_no
WHERE t.tap_signin;

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
HAVING count(DISTINCT coalesce(seen.user_id, user_of(seen.tenant, seen.upn, seen.time))) >= 5;
