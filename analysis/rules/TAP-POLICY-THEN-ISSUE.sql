---
id: TAP-POLICY-THEN-ISSUE
title: Somebody weakened the Temporary Access Pass policy and then issued a pass
severity: critical
group: chains
parameters: {hours: 24}
population: passes
needs: [audit]
condition: >-
  the policy was weakened and within {hours} h the same actor issued a pass [pass]
why: >-
  One person removed a limit and used the freedom at once, which leaves out the second pair of eyes that the policy is
  meant to give. Setting up the feature and testing it on the same day is the innocent cause.
how_to_verify: >-
  Read the policy change and the issuance side by side: the actor's address and device, what the change allowed, and
  whether this pass needed it. Ask the change manager for the change record, and the user whether they asked for the
  pass.
how_to_fix: >-
  If it was a planned set-up, record an exception that names the change record. Otherwise put the policy back, delete
  the pass, revoke the sessions of the actor and the user, review methods and devices registered with the pass, and
  review the actor's roles: changing the policy and issuing passes should be different people's work.
fix: [delete-pass, remove-role, revoke-actor]
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/graph/api/resources/temporaryaccesspassauthenticationmethodconfiguration
  - https://learn.microsoft.com/en-us/entra/architecture/security-operations-privileged-accounts
  - https://learn.microsoft.com/en-us/entra/identity/monitoring-health/reference-audit-activities
  - https://learn.microsoft.com/en-us/graph/api/temporaryaccesspassauthenticationmethod-delete
  - https://learn.microsoft.com/en-us/entra/identity/users/users-revoke-access
  - https://attack.mitre.org/techniques/T1556/006/
  - https://attack.mitre.org/techniques/T1098/
  - https://attack.mitre.org/techniques/T1078/004/
techniques: [T1556.006, T1098, T1078.004]
controls: [ISO27001:A.5.17, ISO27001:A.8.2, ISO27001:A.8.5, NIST-800-53:IA-5, NIST-800-53:AC-2, NIST-800-53:AU-6]
---
SELECT
    p.tenant_id, 'user' AS subject_type, p.user_id AS subject_id,
    p.issuer_id AS actor_id, p.issuer_name AS actor_name,
    p.issuer_name || ' weakened the policy (' || string_agg(w.differences, '; ' ORDER BY w.time) || ') and within '
        || counted($hours, 'hour', 'hours')
        || ' issued a pass to ' || p.user_name AS summary,
    [p.record] AS about, flatten(list(w.about ORDER BY w.time)) AS supporting
FROM passes AS p
JOIN policy_events AS w
    ON w.kind = 'weakened' AND w.tenant_id = p.tenant_id AND w.actor_id = p.issuer_id
    AND p.issued_at >= w.time AND p.issued_at <= w.time + to_seconds($hours * 3600)
GROUP BY p.pass_no, p.tenant_id, p.user_id, p.user_name, p.issuer_id, p.issuer_name, p.record
ORDER BY p.pass_no
