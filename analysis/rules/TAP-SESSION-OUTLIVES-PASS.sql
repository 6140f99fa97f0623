---
id: TAP-SESSION-OUTLIVES-PASS
title: A session went on after its pass had ended
severity: medium
group: log-ins
family: outcome
parameters: {minutes: 60, days: 7}
population: logins
needs: [tap-capable sign-in, audit, non-interactive sign-in]
condition: >-
  sign-ins of the footprint with error 0 more than {minutes} minutes after the EndTime of its known pass, the log-in
  having met "issued". High when one of them is from a country that is neither known to the user nor one of the
  log-in's. Otherwise, where "outcome" is met: low, and only when one lies more than {days} days after the EndTime
  [log-in]
why: >-
  The end of a pass keeps new log-ins out and does not end a session that is open. Whoever stole the session, or never
  registered a method, goes on working on a proof that was meant for an hour.
how_to_verify: >-
  Look at address, country, device and application of the sign-ins that the finding lists, and when the user
  registered a method. Ask the user whether these were theirs.
how_to_fix: >-
  Revoke the user's sessions (POST /users/{id}/revokeSignInSessions) and have the user sign in with a method of their
  own. A sign-in frequency in Conditional Access for sessions on a pass keeps them short.
fix: [revoke-user, review-methods]
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/graph/api/resources/signin
  - https://learn.microsoft.com/en-us/entra/identity/users/users-revoke-access
  - https://attack.mitre.org/techniques/T1078/004/
  - https://attack.mitre.org/techniques/T1550/
techniques: [T1078.004, T1550]
controls: [ISO27001:A.5.17, ISO27001:A.8.5, NIST-800-53:IA-5, NIST-800-53:AU-6]
---
WITH ended AS (
    SELECT l.login_no, p.end_time, l.outcome_registered = 'met' AS enrolled
    FROM logins AS l JOIN passes AS p ON p.pass_no = l.pass_no
    WHERE l.pass_known AND l.issued = 'met'
),
known AS (SELECT login_no, list(DISTINCT country) AS countries FROM known_countries GROUP BY login_no),
later AS (
    SELECT e.login_no, e.enrolled, e.end_time, s.signin_no, s.time, s.ip, s.country,
        t.tenant_id IS NOT NULL AND s.country IS NOT NULL AND NOT list_contains(coalesce(k.countries, []), s.country)
            AND NOT list_contains(coalesce(p.countries, []), s.country) AS strange
    FROM ended AS e
    JOIN footprint AS f ON f.login_no = e.login_no
    JOIN signins AS s ON s.signin_no = f.signin_no AND s.error_code = 0
    JOIN login_places AS p ON p.login_no = e.login_no
    LEFT JOIN known AS k ON k.login_no = e.login_no
    LEFT JOIN known_country_tenants AS t ON t.tenant_id = s.tenant_id
    WHERE s.time > e.end_time + to_seconds($minutes * 60)
),
told AS (
    SELECT login_no, bool_or(strange) AS strange, any_value(enrolled) AS enrolled, any_value(end_time) AS end_time,
        max(time) AS last_time, count(*) AS signins, list('s:' || signin_no ORDER BY signin_no) AS records,
        string_agg(DISTINCT coalesce(ip, 'an unknown address') || coalesce(' (' || country || ')', ''), ', '
            ORDER BY coalesce(ip, 'an unknown address') || coalesce(' (' || country || ')', '')) AS places
    FROM later GROUP BY login_no
),
-- Where nothing that ran on the pass shows how it was proved, nobody knows how long it ran; nor where all came too
-- late to count for that reason.
ran AS (
    SELECT login_no, signin_no FROM footprint
    UNION ALL
    SELECT m.login_no, t.signin_no
    FROM login_signins AS m JOIN tap_session_signins AS t ON t.attempt_no = m.signin_no
    ANTI JOIN footprint AS f ON f.login_no = m.login_no
),
dark AS (
    SELECT r.login_no
    FROM ran AS r JOIN signins AS s ON s.signin_no = r.signin_no AND NOT s.attempt
    GROUP BY r.login_no HAVING NOT bool_or(shows_steps(s.steps, s.method_bits))
)
SELECT
    l.tenant_id, l.subject_type, l.subject_id, l.actor_id, l.actor_name, l.about,
    list_concat(l.supporting, t.records) AS supporting, greatest(l.last_time, t.last_time) AS last_seen,
    CASE WHEN t.strange THEN 'high' WHEN t.enrolled THEN 'low' END AS severity,
    l.sentence || '; its pass ended ' || strftime(t.end_time, '%Y-%m-%d %H:%M') || ' UTC, and the session went on: '
        || counted(t.signins, 'sign-in', 'sign-ins') || ' until ' || strftime(t.last_time, '%Y-%m-%d %H:%M')
        || ' UTC, from ' || t.places AS summary,
    NULL AS not_assessed, l.login_no
FROM login_findings AS l
JOIN told AS t ON t.login_no = l.login_no
ANTI JOIN dark AS d ON d.login_no = l.login_no
WHERE t.strange OR NOT t.enrolled OR t.last_time > t.end_time + to_seconds($days * 86400)
UNION ALL BY NAME
SELECT l.tenant_id, l.subject_type, l.subject_id, l.about, l.login_no,
    'what ran on the pass does not show how it was proved' AS not_assessed
FROM login_findings AS l SEMI JOIN dark AS d ON d.login_no = l.login_no
ORDER BY login_no
