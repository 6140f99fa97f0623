-- The footprint of a log-in: its user's sign-ins in its TAP sessions that are no attempts, after its time.
CREATE OR REPLACE TABLE footprint AS
WITH sessions AS (
    SELECT DISTINCT l.login_no, l.tenant_id, l.user_id, l.time, l.footprint_until, t.session_id,
        CASE WHEN t.session_id IS NULL THEN t.correlation_id END AS correlation_id
    FROM logins AS l
    JOIN login_signins AS m ON m.login_no = l.login_no
    JOIN signins AS t ON t.signin_no = m.signin_no
)
SELECT l.login_no, s.signin_no
FROM sessions AS l
JOIN signins AS s ON s.tenant_id = l.tenant_id AND s.user_id = l.user_id AND s.session_id = l.session_id
WHERE NOT s.attempt AND s.time > l.time AND s.time <= l.footprint_until
UNION
SELECT l.login_no, s.signin_no
FROM sessions AS l
JOIN signins AS s ON s.tenant_id = l.tenant_id AND s.user_id = l.user_id AND s.correlation_id = l.correlation_id
WHERE NOT s.attempt AND s.time > l.time AND s.time <= l.footprint_until;
