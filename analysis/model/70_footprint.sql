-- The footprint of a log-in: its user's sign-ins in its TAP sessions that are no attempts, after its time.
CREATE OR REPLACE TABLE footprint AS
SELECT DISTINCT l.login_no, s.signin_no
FROM logins AS l
JOIN login_signins AS m ON m.login_no = l.login_no
JOIN signins AS t ON t.signin_no = m.signin_no
JOIN signins AS s
    ON s.tenant_id = l.tenant_id AND s.user_id = l.user_id AND NOT s.attempt
    AND s.time > l.time AND s.time <= l.footprint_until
    AND CASE WHEN t.session_id IS NOT NULL THEN s.session_id = t.session_id ELSE s.correlation_id = t.correlation_id END;
