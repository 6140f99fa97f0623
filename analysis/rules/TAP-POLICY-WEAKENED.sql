---
id: TAP-POLICY-WEAKENED
title: A change made the Temporary Access Pass policy weaker
severity: high
group: policy
family: policy
population: policy_changes
needs: [audit]
condition: >-
  a logged change enabled TAP, added a target (unless everyone was included before), dropped an exclusion, raised the
  maximum lifetime or allowed multiple use [change]
why: >-
  Enabling passes, including more people, dropping an exclusion, allowing longer lifetimes or multiple use all widen
  what an issued pass can do. Such changes are rare and planned, so each should have a change record behind it.
how_to_verify: >-
  Read the audit event Authentication Methods Policy Update: initiatedBy (who, from which address), and the old and new
  values in targetResources.modifiedProperties. Ask that person and the change manager for the change record; then see
  whether the same person or address issued passes afterwards.
how_to_fix: >-
  A planned change is expected: record an exception that names its change record. Otherwise put the old values back
  under Entra ID > Authentication methods > Policies > Temporary Access Pass, review every pass issued since, and check
  the account that made the change: its recent sign-ins, its roles, its sessions (POST
  /users/{id}/revokeSignInSessions).
fix: [review-policy, remove-role]
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/graph/api/resources/temporaryaccesspassauthenticationmethodconfiguration
  - https://learn.microsoft.com/en-us/entra/identity/monitoring-health/reference-audit-activities
  - https://learn.microsoft.com/en-us/entra/architecture/security-operations-privileged-accounts
  - https://attack.mitre.org/techniques/T1556/006/
techniques: [T1556.006]
controls: [ISO27001:A.5.17, ISO27001:A.8.2, ISO27001:A.8.5, NIST-800-53:IA-5, NIST-800-53:AU-6]
---
SELECT
    tenant_id, 'tenant' AS subject_type, tenant_id AS subject_id, actor_id, actor_name,
    differences AS summary,
    about, supporting
FROM policy_events
WHERE kind = 'weakened'
ORDER BY tenant_id, time
