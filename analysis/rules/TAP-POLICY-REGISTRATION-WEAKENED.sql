---
id: TAP-POLICY-REGISTRATION-WEAKENED
title: A Conditional Access policy that protected the registration of methods was weakened
severity: high
group: policy
family: policy
population: conditional_access_changes
needs: [audit]
condition: >-
  `Update conditional access policy` or `Delete conditional access policy` whose old value is enabled and has
  `urn:user:registersecurityinfo`. The new value is not enabled, lacks it or is missing; or it excludes a user, group,
  role or location that the old did not, includes fewer, or lost a grant control [change]. Values that are cut:
  TAP-POLICY-CHANGE-UNREADABLE
why: >-
  This policy decides from where and with what a method may be registered, also by whoever holds a pass. Without it a
  pass that got out can be used from anywhere.
how_to_verify: >-
  Read old and new value in the audit event, and find the change record. Ask the person who made the change, and see
  which passes were issued and used since.
how_to_fix: >-
  If nobody planned it, put the old policy back, review every pass issued and every method registered since, and check
  the account that made the change.
fix: [revoke-actor]
references:
  - https://learn.microsoft.com/en-us/entra/identity/conditional-access/policy-all-users-security-info-registration
  - https://learn.microsoft.com/en-us/entra/identity/conditional-access/concept-assignment-network
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/entra/identity/monitoring-health/reference-audit-activities
  - https://attack.mitre.org/techniques/T1556/006/
techniques: [T1556.006]
controls: [ISO27001:A.5.17, ISO27001:A.8.2, ISO27001:A.8.5, NIST-800-53:IA-5, NIST-800-53:AU-6]
---
SELECT
    r.tenant_id, 'tenant' AS subject_type, r.tenant_id AS subject_id, r.issuer_id AS actor_id,
    r.issuer_name AS actor_name,
    'The policy ' || coalesce(r.name, 'without a name')
        || ', which protected the registration of methods, was weakened'
        || coalesce(' by ' || r.issuer_name, '') || ': ' || array_to_string(r.how, '; ') AS summary,
    [r.record] AS about
FROM registration_changes AS r
WHERE r.readable AND len(r.how) > 0
ORDER BY r.event_no
