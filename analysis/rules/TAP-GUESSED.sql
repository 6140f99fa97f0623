---
id: TAP-GUESSED
title: A user logged in with a Temporary Access Pass soon after a run of wrong ones
severity: critical
sign: [guessed pass, guessed passes]
group: chains
family: guessing
parameters: {minutes: 60}
borrows:
  burst_minutes: TAP-GUESSING.minutes
  attempts: TAP-GUESSING.attempts
  slow_hours: TAP-GUESSING.slow_hours
  slow_attempts: TAP-GUESSING.slow_attempts
population: logins
needs: [tap-capable sign-in]
condition: >-
  a guessing burst on a user, and a log-in of that user between the attempt that reaches the threshold and {minutes}
  minutes after the last (24 hours where only the slow measure is reached). Medium when every attempt and the log-in
  are from the same network, each from a trusted place or familiar network [log-in]
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
SELECT
    l.tenant_id, l.subject_type, l.subject_id, l.actor_id, l.actor_name, l.about,
    list_transform(g.tried, lambda n: 's:' || n) AS supporting, CASE WHEN g.at_home THEN 'medium' END AS severity,
    l.sentence || ' after ' || counted(g.tries, 'sign-in', 'sign-ins')
        || ' of the user had failed on a wrong pass, the last at '
        || strftime(g.last_time, '%H:%M') || ' UTC'
        || CASE WHEN g.at_home THEN '; all from one place where the user is known' ELSE '' END AS summary
FROM login_findings AS l
JOIN guessed_logins($minutes, $burst_minutes, $attempts, $slow_hours, $slow_attempts) AS g ON g.login_no = l.login_no
ORDER BY l.login_no
