---
id: TAP-POLICY-CHANGE-UNREADABLE
title: A policy change does not show whether it concerned Temporary Access Passes
severity: low
group: policy
family: policy
population: all_policy_changes
needs: [audit]
condition: >-
  a policy change whose values cannot be read as to TAP, or a change of a Conditional Access policy whose values cannot
  be read as to the registration of methods [change]
why: >-
  The event says that the authentication methods policy, or a Conditional Access policy, was changed, but its old and
  new values are missing, cut off or in an unknown form. A weakening may hide in it.
how_to_verify: >-
  Open the event under Entra ID > Monitoring & health > Audit logs > Modified properties and compare it with the raw
  record that the finding cites. Ask the person in initiatedBy what was changed.
how_to_fix: >-
  Export the event again as JSON (GET /auditLogs/directoryAudits), since CSV exports may cut long values, and add a
  policy snapshot taken after it. Both together make the state readable again.
fix: [review-policy]
references:
  - https://learn.microsoft.com/en-us/graph/api/directoryaudit-list
  - https://learn.microsoft.com/en-us/entra/identity/monitoring-health/reference-audit-activities
  - https://learn.microsoft.com/en-us/graph/api/resources/temporaryaccesspassauthenticationmethodconfiguration
  - https://attack.mitre.org/techniques/T1556/006/
techniques: [T1556.006]
controls: [ISO27001:A.8.5, NIST-800-53:IA-5, NIST-800-53:AU-6]
---
SELECT
    tenant_id, 'tenant' AS subject_type, tenant_id AS subject_id, actor_id, actor_name,
    'The authentication methods policy was changed by '
        || coalesce(actor_name, 'somebody whom the event does not name')
        || ', and what changed about passes cannot be read' AS summary,
    about, supporting, time
FROM policy_events
WHERE kind = 'unreadable'
UNION ALL BY NAME
SELECT
    tenant_id, 'tenant' AS subject_type, tenant_id AS subject_id, issuer_id AS actor_id, issuer_name AS actor_name,
    'A Conditional Access policy was changed by '
        || coalesce(issuer_name, 'somebody whom the event does not name')
        || ', and whether it protected the registration of methods cannot be read' AS summary,
    [record] AS about, time
FROM registration_changes
WHERE NOT readable
ORDER BY tenant_id, time, about
