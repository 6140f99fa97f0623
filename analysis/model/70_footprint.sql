-- The footprint of a log-in: its user's sign-ins that ran on a pass in one of its TAP sessions, are not attempts and
-- come after it. Each belongs to the latest such log-in.
CREATE OR REPLACE TABLE footprint AS
WITH sessions AS (
    SELECT max(l.login_no) AS login_no, l.time, t.tenant_id, t.user_id, t.session, t.by_correlation
    FROM logins AS l
    JOIN login_signins AS m ON m.login_no = l.login_no
    JOIN tap_sessions AS t ON t.attempt_no = m.signin_no
    GROUP BY ALL
)
SELECT max(l.login_no) AS login_no, t.signin_no
FROM tap_session_signins AS t
JOIN on_tap AS o ON o.signin_no = t.signin_no AND o.attempt_no = t.attempt_no
JOIN signins AS s ON s.signin_no = t.signin_no AND NOT s.attempt
ASOF JOIN sessions AS l
    ON l.tenant_id = t.tenant_id AND l.user_id = t.user_id AND l.session = t.session
        AND l.by_correlation = t.by_correlation AND t.time > l.time
GROUP BY t.signin_no;
