---
id: TAP-GUESSED
title: A user logged in with a Temporary Access Pass soon after a run of wrong ones
severity: critical
group: chains
parameters: {minutes: 60}
borrows: {burst_minutes: TAP-GUESSING.minutes, attempts: TAP-GUESSING.attempts}
population: logins
needs: [tap-capable sign-in]
condition: >-
  a burst of guessing on a user and, within {minutes} minutes of its last attempt, a log-in of that user [log-in]
why: >-
  A run of failures that ends in a success may be a guessed passcode. It may also be the user, who mistyped several
  times and then got it right.
how_to_verify: >-
  Compare address, device and user agent of the failed attempts with those of the log-in. Ask the user whether all of
  them were theirs, and see what was registered or opened after the log-in.
how_to_fix: >-
  If they were the user's, record an exception that says so. Otherwise delete the pass, revoke the sessions, remove
  methods and devices registered since, block the address by Conditional Access, and raise the passcode length in the
  policy (defaultLength, up to 48).
fix: [revoke-user, delete-pass, review-methods]
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/graph/api/resources/temporaryaccesspassauthenticationmethodconfiguration
  - https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes
  - https://learn.microsoft.com/en-us/graph/api/temporaryaccesspassauthenticationmethod-delete
  - https://learn.microsoft.com/en-us/entra/identity/users/users-revoke-access
  - https://attack.mitre.org/techniques/T1110/
  - https://attack.mitre.org/techniques/T1078/004/
techniques: [T1110, T1078.004]
controls: [ISO27001:A.5.17, ISO27001:A.8.5, NIST-800-53:IA-5, NIST-800-53:AU-6, NIST-800-63B, PCI-DSS-4.0:8.3]
---
WITH guessing AS (
    SELECT tenant_id, counted_by AS user_id, burst, max(time) AS last_time, count(*) AS tries,
        list('s:' || item ORDER BY item) AS attempts
    FROM bursts('failed attempts on user', to_seconds($burst_minutes * 60), $attempts, 1) GROUP BY ALL
),
ended AS (SELECT *, time_slot(last_time, $minutes * 60) + unnest([0, 1]) AS slot FROM guessing),
tried AS (
    SELECT l.login_no, max(g.tries) AS tries, max(g.last_time) AS last_time,
        flatten(list(g.attempts ORDER BY g.last_time)) AS attempts
    FROM logins AS l
    JOIN ended AS g
        ON g.tenant_id = l.tenant_id AND g.user_id = l.user_id AND g.slot = time_slot(l.time, $minutes * 60)
        AND l.time >= g.last_time AND l.time <= g.last_time + to_seconds($minutes * 60)
    GROUP BY l.login_no
)
SELECT
    l.tenant_id, l.subject_type, l.subject_id, l.actor_id, l.actor_name, l.about, tried.attempts AS supporting,
    l.sentence || ' after ' || tried.tries || ' sign-ins of the user had failed on a wrong pass, the last at '
        || strftime(tried.last_time, '%H:%M') || ' UTC' AS summary
FROM login_findings AS l JOIN tried ON tried.login_no = l.login_no
ORDER BY l.login_no
