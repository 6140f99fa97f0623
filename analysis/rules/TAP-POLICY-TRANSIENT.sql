---
id: TAP-POLICY-TRANSIENT
title: The Temporary Access Pass policy was weakened and soon put back
severity: high
sign: [policy weakened for a short time, policies weakened for a short time]
group: policy
family: policy
parameters: {hours: 72}
population: policy_changes
needs: [audit]
condition: >-
  every setting that a change weakened is back at or below its old value (targets as sets) by a later change within
  {hours} h [both changes]
why: >-
  A short opening is enough to issue and use a pass, and afterwards the policy looks as it always did. Tests and
  corrected mistakes look the same, so what happened between the two changes decides.
how_to_verify: >-
  Compare the two audit events Authentication Methods Policy Update: who made them, from which addresses, how far
  apart. List passes issued and log-ins made between them, and ask the person who made the changes what they were for
  and for the change record.
how_to_fix: >-
  If it was a test or a corrected mistake, record an exception that says so. Otherwise treat the passes issued in
  between as untrusted: delete those still valid, remove the sign-in methods and devices registered with them, revoke
  the sessions of the users concerned, and secure the account that made the changes.
fix: [review-policy, remove-role]
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/graph/api/resources/temporaryaccesspassauthenticationmethodconfiguration
  - https://learn.microsoft.com/en-us/entra/identity/monitoring-health/reference-audit-activities
  - https://learn.microsoft.com/en-us/entra/architecture/security-operations-privileged-accounts
  - https://attack.mitre.org/techniques/T1556/006/
  - https://attack.mitre.org/techniques/T1078/004/
techniques: [T1556.006, T1078.004]
controls: [ISO27001:A.5.17, ISO27001:A.8.2, ISO27001:A.8.5, NIST-800-53:IA-5, NIST-800-53:AU-6]
---
WITH put_back AS (
    SELECT * FROM policy_events WHERE kind = 'transient' AND epoch(until) - epoch(time) <= $hours * 3600
)
SELECT
    tenant_id, 'tenant' AS subject_type, tenant_id AS subject_id, actor_id, actor_name,
    'Weakened and put back: ' || differences AS summary,
    about, supporting, NULL AS not_assessed, time
FROM put_back
UNION ALL BY NAME
SELECT w.tenant_id, 'tenant' AS subject_type, w.tenant_id AS subject_id, w.about, w.time,
    'the audit evidence does not cover the ' || counted($hours, 'hour', 'hours') || ' after the change' AS not_assessed
FROM policy_events AS w
ANTI JOIN put_back AS b ON b.tenant_id = w.tenant_id AND b.about[1] = w.about[1]
LEFT JOIN log_spans AS s ON s.tenant_id = w.tenant_id AND s.log_type = 'audit'
WHERE w.kind = 'weakened' AND (
    s.last_time IS NULL OR s.last_time < w.time + to_seconds($hours * 3600)
    OR EXISTS (SELECT 1 FROM gap_days AS g WHERE g.tenant_id = w.tenant_id AND g.log_type = 'audit'
        AND g.day >= w.time::DATE AND g.day <= w.time + to_seconds($hours * 3600)))
ORDER BY tenant_id, time, not_assessed NULLS FIRST
