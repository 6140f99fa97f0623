---
id: TAP-REISSUED
title: A user got several Temporary Access Passes in a short time
severity: medium
group: issuance
family: kind
parameters: {passes: 3, days: 7}
population: passes
needs: [audit]
condition: >-
  {passes} or more passes for a user within {days} days [user, burst]
why: >-
  Expired passes, typing mistakes and failed device set-ups are the usual reasons to issue again. Repeated passes also
  let somebody keep coming back without ever registering a method that the user would see.
how_to_verify: >-
  Line up the passes with the log-ins and registrations of the user: which were used, what each led to. Ask the issuers
  for the tickets and the user why one pass was not enough.
how_to_fix: >-
  If set-up keeps failing, mend the procedure, for instance the length of the pass's life or the order of the steps. If
  the user did not ask for them, delete the current pass, revoke the sessions, and review methods, devices and sign-ins
  since the first of the passes.
fix: []
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/graph/api/temporaryaccesspassauthenticationmethod-delete
  - https://learn.microsoft.com/en-us/entra/identity/users/users-revoke-access
  - https://learn.microsoft.com/en-us/entra/architecture/security-operations-user-accounts
  - https://attack.mitre.org/techniques/T1078/004/
  - https://attack.mitre.org/techniques/T1098/
techniques: [T1078.004, T1098]
controls: [ISO27001:A.5.16, ISO27001:A.5.17, NIST-800-53:IA-5, NIST-800-53:AU-6]
---
SELECT
    b.tenant_id, 'user' AS subject_type, p.user_id AS subject_id,
    counted(count(*), 'pass was', 'passes were') || ' issued to ' || any_value(p.user_name) || ' between '
        || strftime(min(p.issued_at), '%Y-%m-%d %H:%M') || ' and '
        || strftime(max(p.issued_at), '%Y-%m-%d %H:%M') || ' UTC, by '
            || string_agg(DISTINCT p.issuer_name, ', ' ORDER BY p.issuer_name) AS summary,
    list(p.record ORDER BY p.issued_at, p.pass_no) AS about
FROM bursts('passes of user', to_seconds($days * 86400), $passes, 1) AS b
JOIN passes AS p ON p.pass_no = b.item
GROUP BY b.tenant_id, b.burst, p.user_id
ORDER BY min(p.pass_no)
