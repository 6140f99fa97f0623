---
id: TAP-PASS-REUSED
title: A one-time Temporary Access Pass was used for more than one log-in
severity: high
sign: [one-time pass used again, one-time passes used again]
group: log-ins
family: proof
population: passes
needs: [audit, tap-capable sign-in]
condition: >-
  a one-time pass with two or more log-ins while valid [the log-ins]
why: >-
  A one-time pass is spent at its first log-in, so a second one should have been refused. A log-in that was interrupted
  and begun again is the common innocent cause; two people with one passcode is the other.
how_to_verify: >-
  Compare the log-ins of the finding: outcome, session id, address, device and minutes between them. Ask the user
  whether both were theirs, and check AccessPassUsage of the issuance and the policy's isUsableOnce at that time.
how_to_fix: >-
  If it was one interrupted set-up, record an exception that says so. Otherwise revoke the user's sessions, remove what
  was registered after the log-in that is not the user's, and ask the issuer how the passcode was handed over.
fix: [revoke-user, delete-pass, review-methods]
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/entra/identity/monitoring-health/concept-sign-in-log-activity-details
  - https://learn.microsoft.com/en-us/entra/identity/users/users-revoke-access
  - https://attack.mitre.org/techniques/T1078/004/
techniques: [T1078.004]
controls: [ISO27001:A.5.17, ISO27001:A.8.5, NIST-800-53:IA-5, NIST-800-63B, EIDSCA.AT02, ZTA:21846]
---
SELECT
    l.tenant_id, 'user' AS subject_type, l.user_id AS subject_id, any_value(p.issuer_id) AS actor_id,
        any_value(p.issuer_name) AS actor_name,
    'The one-time pass of ' || any_value(l.user_name) || ', issued '
        || strftime(any_value(p.issued_at), '%Y-%m-%d %H:%M') || ' UTC, let in '
        || count(*) || ' log-ins' AS summary,
    flatten(list(l.records ORDER BY l.time, l.login_no)) AS about, [any_value(p.record)] AS supporting
FROM logins AS l JOIN passes AS p ON p.pass_no = l.pass_no
WHERE p.usage = 'one-time' AND l.issued = 'met'
GROUP BY l.tenant_id, l.user_id, p.pass_no
HAVING count(*) >= 2
ORDER BY p.pass_no
