---
id: TAP-POLICY-CHANGE-UNLOGGED
title: The Temporary Access Pass policy changed and no audit event shows it
severity: high
group: policy
family: policy
population: policy_changes
needs: [audit, policy]
condition: >-
  a snapshot, or a change's old value, differs in TAP settings from what the timeline had just before, though audit
  evidence covers the time since that was last known [dated by the later]
why: >-
  Every change of this policy is written to the audit log, so a state that no event explains means that records are
  missing or that a snapshot is not what it seems. Both matter before anyone relies on this evidence.
how_to_verify: >-
  First rule out simple causes: a filtered audit export, a snapshot whose time is only taken from its file name, or a
  snapshot of another tenant. Then search Entra ID > Monitoring & health > Audit logs for Authentication Methods Policy
  Update between the two times that the finding names, and ask whoever collected the evidence how each file was made.
how_to_fix: >-
  Export the audit log again for the span in question, unfiltered, and take a fresh policy snapshot (GET
  /policies/authenticationMethodsPolicy). If the events are still missing, ask the people who hold the Authentication
  Policy Administrator and Global Administrator roles about the change, compare with a copy in the log archive, and
  preserve both exports as found.
fix: [review-policy]
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/graph/api/resources/temporaryaccesspassauthenticationmethodconfiguration
  - https://learn.microsoft.com/en-us/graph/api/directoryaudit-list
  - https://learn.microsoft.com/en-us/entra/identity/monitoring-health/reference-audit-activities
  - https://attack.mitre.org/techniques/T1556/006/
techniques: [T1556.006]
controls: [ISO27001:A.5.17, ISO27001:A.8.5, NIST-800-53:IA-5, NIST-800-53:AU-6]
---
SELECT
    tenant_id, 'tenant' AS subject_type, tenant_id AS subject_id,
    differences || CASE WHEN time_assumed THEN '. The snapshot does not say exactly when it was taken'
        ELSE '' END AS summary,
    about, supporting, time AS first_seen, time AS last_seen
FROM policy_events
WHERE kind = 'unlogged'
ORDER BY tenant_id, time
