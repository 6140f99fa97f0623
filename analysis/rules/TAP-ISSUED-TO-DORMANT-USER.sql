---
id: TAP-ISSUED-TO-DORMANT-USER
title: A pass for an account that nobody had used for months
severity: medium
group: issuance
family: need
parameters: {dormant_days: 90, covered_days: 60}
population: passes
needs: [audit, users, sign-in, non-interactive sign-in]
condition: >-
  the account was created more than {dormant_days} days before the pass's event. Between {dormant_days} days and 24
  hours before, the user has no successful sign-in but on a pass, and evidence of interactive and of non-interactive
  sign-ins covers the {covered_days} days before. High when a log-in with the pass came from a strange country or the
  issuer's network, by device code, or with risk [pass]
why: >-
  Nobody misses an account that nobody uses, so it is a good place to hide, and a pass brings it back to life. Leave,
  and a synchronized account that is new to the cloud, are the innocent causes.
how_to_verify: >-
  Ask the user's manager whether the person works for the organisation and came back. See where the log-in with the
  pass came from and what it went to.
how_to_fix: >-
  If the person came back from leave, record it in the supervision register. Otherwise delete the pass, revoke the
  sessions, disable the account, and review unused accounts: those without an owner should be disabled or removed.
fix: [delete-pass, revoke-user]
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/entra/architecture/security-operations-user-accounts
  - https://learn.microsoft.com/en-us/graph/api/temporaryaccesspassauthenticationmethod-delete
  - https://learn.microsoft.com/en-us/entra/identity/users/users-revoke-access
  - https://attack.mitre.org/techniques/T1078/004/
  - https://attack.mitre.org/techniques/T1098/
techniques: [T1078.004, T1098]
controls: [ISO27001:A.5.16, ISO27001:A.5.17, NIST-800-53:IA-5, NIST-800-53:AC-2]
---
SELECT
    p.tenant_id, 'user' AS subject_type, p.user_id AS subject_id,
    p.issuer_id AS actor_id, p.issuer_name AS actor_name,
    'A pass was issued to ' || p.user_name || ', whose account was created '
        || strftime(p.user_created, '%Y-%m-%d') || ' and shows no sign-in of the '
        || counted($dormant_days, 'day', 'days')
        || ' before; leave, or a synchronized account that is new to the cloud, '
        || 'would be innocent' AS summary,
    [p.record] AS about, CASE WHEN d.used_oddly THEN 'high' END AS severity,
    CASE WHEN p.user_created IS NULL THEN 'the evidence has no creation date of the user'
        WHEN d.unknown THEN 'interactive and non-interactive sign-ins do not cover the '
            || counted($covered_days, 'day', 'days')
            || ' before the pass' END AS not_assessed
FROM dormant_passes($dormant_days, $covered_days) AS d
JOIN passes AS p ON p.pass_no = d.pass_no
ORDER BY p.pass_no
