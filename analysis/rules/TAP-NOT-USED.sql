---
id: TAP-NOT-USED
title: A Temporary Access Pass ended without a log-in
severity: low
group: issuance
family: outcome
population: passes
needs: [audit, tap-capable sign-in]
condition: >-
  it ended (by `--as-of`), no log-in has it as its pass, and TAP-capable sign-in evidence covers it from start to end
  [pass]
why: >-
  Unused passes usually mean that a start was postponed or the passcode did not reach the user. Many of them show that
  passes are issued without need, and each was a way in while it lasted.
how_to_verify: >-
  Look for refused or failed attempts of the user during the pass's life, and ask the issuer whether and how it was
  handed over. Ask the user, or the line manager of a new employee, whether they expected one.
how_to_fix: >-
  Issue passes when the user is ready, with a start time for a later day, and delete those that are no longer needed.
  If the pass never reached its user, find out where it went.
fix: []
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/graph/api/temporaryaccesspassauthenticationmethod-delete
  - https://attack.mitre.org/techniques/T1078/004/
techniques: [T1078.004]
controls: [ISO27001:A.5.16, ISO27001:A.5.17, NIST-800-53:IA-5]
---
SELECT
    p.tenant_id, 'user' AS subject_type, p.user_id AS subject_id,
    p.issuer_id AS actor_id, p.issuer_name AS actor_name,
    'The pass of ' || p.user_name || ' ended ' || strftime(p.ended_at, '%Y-%m-%d %H:%M')
        || ' UTC without a log-in' AS summary,
    [p.record] AS about,
    CASE WHEN NOT p.covered
        THEN 'sign-ins that can show a pass do not cover the pass from its start to its end' END AS not_assessed
FROM passes AS p
WHERE NOT p.never_valid AND p.ended_at <= $as_of AND NOT EXISTS (SELECT 1 FROM logins AS l
    WHERE l.pass_no = p.pass_no)
    AND (p.covered OR (p.issued_at >= $period_from AND p.issued_at < $period_to))
ORDER BY p.pass_no
