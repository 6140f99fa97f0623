---
id: TAP-SESSION-STRIPPED
title: A user's sign-in method was removed in a session opened with a Temporary Access Pass
severity: medium
group: log-ins
family: deeds
population: logins
needs: [tap-capable sign-in, audit]
condition: >-
  a method of the user was removed, by the user, in the session, or within 60 minutes after the log-in from an address
  of its TAP sign-ins. High when the log-in is from an unfamiliar network or a strange country, or the user had a
  strong proof in the 24 hours before it. Else low when every TAP sign-in of it is from a trusted place or a familiar
  network [log-in]
why: >-
  Somebody who replaces a lost phone removes the old method and registers a new one. Somebody who takes an account over
  does the same to lock the user out, and the user may notice only at the next sign-in.
how_to_verify: >-
  Read the audit events of the removal and of what was registered beside it. Ask the user, by a known telephone number,
  whether they lost the old method and removed it themselves.
how_to_fix: >-
  If it was not the user, revoke the sessions, remove the methods registered since, and let the user register anew in
  person. Ask for stronger proof before a pass is issued to replace a method.
fix: [revoke-user, review-methods]
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/entra/identity/monitoring-health/reference-audit-activities
  - https://learn.microsoft.com/en-us/graph/api/resources/authenticationmethods-overview
  - https://learn.microsoft.com/en-us/entra/identity/users/users-revoke-access
  - https://attack.mitre.org/techniques/T1531/
  - https://attack.mitre.org/techniques/T1556/006/
  - https://attack.mitre.org/techniques/T1078/004/
techniques: [T1531, T1556.006, T1078.004]
controls: [ISO27001:A.5.17, ISO27001:A.8.5, NIST-800-53:IA-5, NIST-800-53:AU-6]
---
-- A session can carry another id than the log-in's and come from its address all the same.
WITH removed AS (
    SELECT a.login_no, a.record, a.time, a.operation
    FROM session_activity AS a JOIN logins AS l ON l.login_no = a.login_no
    WHERE a.class = 'method removed' AND a.succeeded
        AND (a.link IN ('session', 'token') OR a.time <= l.time + INTERVAL 60 MINUTE)
        AND (a.target = a.login_user_id OR lower(a.path) LIKE '/me/%'
            OR user_of(a.tenant_id, a.target, a.time) = a.login_user_id)
    UNION
    SELECT l.login_no, e.record, e.time, e.activity
    FROM audit_events AS e
    ASOF JOIN login_addresses AS l
        ON l.tenant_id = e.tenant_id AND l.user_id = e.user_id AND l.ip = e.issuer_ip AND e.time >= l.time
    ANTI JOIN activity_links AS k ON k.record = e.record
    WHERE e.kind = 'method deleted' AND e.issuer_id = e.user_id AND e.time <= l.time + INTERVAL 60 MINUTE
),
stripped AS (
    SELECT login_no, list(record ORDER BY time, record) AS records, max(time) AS last_time,
        string_agg(operation || ' at ' || strftime(time, '%Y-%m-%d %H:%M') || ' UTC', ', ' ORDER BY time, record)
            AS told
    FROM removed GROUP BY login_no
),
odd AS (
    SELECT login_no FROM unfamiliar_logins WHERE enough
    UNION SELECT login_no FROM strange_country_logins
),
proved AS (
    SELECT l.login_no
    FROM logins AS l
    ASOF JOIN strong_proofs AS p ON p.tenant_id = l.tenant_id AND p.user_id = l.user_id AND l.time > p.time
    WHERE p.time >= l.time - INTERVAL 24 HOUR
),
at_home AS (
    SELECT m.login_no
    FROM login_signins AS m
    JOIN signins AS s ON s.signin_no = m.signin_no
    LEFT JOIN familiarity AS f ON f.signin_no = s.signin_no
    GROUP BY m.login_no
    HAVING bool_and(s.trusted OR coalesce(f.familiar, false))
)
SELECT
    l.tenant_id, l.subject_type, l.subject_id, l.actor_id, l.actor_name, l.about, r.records AS supporting,
    greatest(l.last_time, r.last_time) AS last_seen,
    CASE
        WHEN o.login_no IS NOT NULL OR p.login_no IS NOT NULL THEN 'high'
        WHEN h.login_no IS NOT NULL THEN 'low'
    END AS severity,
    l.sentence || ' and removed a sign-in method of their own: ' || r.told
        || CASE WHEN p.login_no IS NOT NULL
            THEN '; in the 24 hours before the log-in they had signed in with a method that needs no pass'
            ELSE '' END AS summary
FROM login_findings AS l
JOIN stripped AS r ON r.login_no = l.login_no
LEFT JOIN odd AS o ON o.login_no = l.login_no
LEFT JOIN proved AS p ON p.login_no = l.login_no
LEFT JOIN at_home AS h ON h.login_no = l.login_no
ORDER BY l.login_no
