---
id: TAP-SIGNIN-CONTESTED
title: Somebody elsewhere tried a pass that had already let someone in
severity: high
sign: ['pass that somebody else tried, too', 'passes that somebody else tried, too']
group: log-ins
family: proof
population: logins
needs: [tap-capable sign-in, audit]
condition: >-
  after a log-in whose pass is known, none of its TAP sign-ins from a trusted place, the user has a late or refused
  attempt in a different network than each of them. It comes before the user's next pass, and by the later of the
  pass's EndTime and 24 hours after the log-in. Either its country differs from all of theirs, or it came from a
  trusted place or familiar network and none of theirs did. Not where the user's first strong proof in 90 days came
  from the attempt's network within 24 hours after the log-in [the latest log-in before the attempts]
why: >-
  Two people may hold one pass: somebody used it first, and then the right user, elsewhere, was told that it had been
  used. One person with two devices on two networks is the common innocent cause.
how_to_verify: >-
  Ask the user, by telephone or in person, which of the two places was theirs. Compare address, country, device and
  user agent of the log-in and of the attempts, and see what was registered after the log-in.
how_to_fix: >-
  If the log-in was not the user's, revoke the sessions, remove methods and devices registered since, delete the pass,
  and find out how it reached somebody else. Hand passes over in person or by a call to a known number.
fix: [revoke-user, delete-pass, review-methods]
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/graph/api/resources/signin
  - https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes
  - https://learn.microsoft.com/en-us/entra/identity/users/users-revoke-access
  - https://learn.microsoft.com/en-us/graph/api/temporaryaccesspassauthenticationmethod-delete
  - https://attack.mitre.org/techniques/T1078/004/
  - https://attack.mitre.org/techniques/T1556/006/
techniques: [T1078.004, T1556.006]
controls: [ISO27001:A.5.17, ISO27001:A.8.5, NIST-800-53:IA-5, NIST-800-53:AU-6]
---
SELECT
    l.tenant_id, l.subject_type, l.subject_id, l.actor_id, l.actor_name, l.about,
    list_concat(l.supporting, c.attempts) AS supporting, greatest(l.last_time, c.last_time) AS last_seen,
    CASE WHEN NOT c.other_country THEN 'medium' END AS severity,
    l.sentence || ' from ' || coalesce(l.ip, 'an unknown address')
        || '; afterwards a pass of the same user was tried elsewhere, too late or refused: ' || c.told AS summary
FROM login_findings AS l
JOIN contested_logins AS c ON c.login_no = l.login_no
ORDER BY l.login_no
