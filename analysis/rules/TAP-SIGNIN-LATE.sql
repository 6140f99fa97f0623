---
id: TAP-SIGNIN-LATE
title: A right pass came too late
severity: low
group: log-ins
family: refused
population: tap_attempts
needs: [sign-in]
condition: >-
  a late attempt (error 130504 or 130505), or a refused one whose pass was spent [sign-in]
why: >-
  The passcode was right, but its pass had ended or was used before. Most often the user comes back to a pass that
  they have already used; sometimes it is the right person, after somebody else was in first.
how_to_verify: >-
  See who logged in with the pass before: address, country and device of that log-in, beside those of this attempt.
  Ask the user whether both were theirs.
how_to_fix: >-
  If both were the user's, show them how to finish the registration with the first log-in. If the first was not
  theirs, treat the account as taken over: revoke the sessions, remove methods and devices registered since, and
  delete the pass.
fix: []
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes
  - https://learn.microsoft.com/en-us/graph/api/resources/signin
  - https://learn.microsoft.com/en-us/entra/identity/users/users-revoke-access
  - https://attack.mitre.org/techniques/T1078/004/
techniques: [T1078.004]
controls: [ISO27001:A.5.17, ISO27001:A.8.5, NIST-800-53:IA-5, NIST-800-53:AU-6]
---
WITH late AS (
    SELECT s.signin_no,
        CASE s.error_code WHEN 130504 THEN 'its pass had expired' WHEN 130505 THEN 'its one-time pass was used before'
        ELSE 'its pass had ended' END AS how
    FROM tap_attempts AS s WHERE s.late
    UNION ALL
    SELECT signin_no, CASE WHEN unsure THEN 'out of scope or spent; no evidence covers the time since its pass began'
        ELSE 'its one-time pass was spent' END
    FROM refused_attempts WHERE spent
)
SELECT
    s.tenant_id, 'user' AS subject_type, s.user_id AS subject_id,
    'A right pass came too late at ' || strftime(s.time, '%Y-%m-%d %H:%M') || ' UTC from '
        || coalesce(s.ip, 'an unknown address') || ': ' || late.how AS summary,
    ['s:' || s.signin_no] AS about
FROM tap_attempts AS s JOIN late ON late.signin_no = s.signin_no
WHERE s.user_id IS NOT NULL
ORDER BY s.signin_no
