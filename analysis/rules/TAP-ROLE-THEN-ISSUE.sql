---
id: TAP-ROLE-THEN-ISSUE
title: Somebody was given a role that can issue Temporary Access Passes and used it soon after
severity: high
group: issuance
parameters: {hours: 24}
population: passes
needs: [audit]
condition: >-
  within the {hours} h before, the issuer was given a role that can issue: Global Administrator, Privileged
  Authentication Administrator or Authentication Administrator, assigned or made eligible; activating an eligibility
  is none [pass]
why: >-
  A new member of the service desk does this on the first day. Somebody who gained control of the role assignment does
  it too, to turn one account into many.
how_to_verify: >-
  Read the audit event that gave the role (Add member to role, Add eligible member to role): who gave it, who asked, for
  how long. Ask the owner of the role whether the assignment was approved, and the new holder for the request behind the
  pass.
how_to_fix: >-
  An approved assignment is expected: record an exception that names the approval. Otherwise remove it under Entra ID >
  Roles & admins, delete the pass, revoke the sessions of both users, and check the account that gave the role in the
  same way.
fix: [delete-pass, remove-role]
references:
  - https://learn.microsoft.com/en-us/entra/identity/role-based-access-control/permissions-reference
  - https://learn.microsoft.com/en-us/entra/identity/monitoring-health/reference-audit-activities
  - https://learn.microsoft.com/en-us/entra/architecture/security-operations-privileged-identity-management
  - https://learn.microsoft.com/en-us/entra/architecture/security-operations-privileged-accounts
  - https://learn.microsoft.com/en-us/graph/api/temporaryaccesspassauthenticationmethod-delete
  - https://attack.mitre.org/techniques/T1098/
  - https://attack.mitre.org/techniques/T1078/004/
techniques: [T1098, T1078.004]
controls: [ISO27001:A.5.17, ISO27001:A.8.2, NIST-800-53:IA-5, NIST-800-53:AC-2, NIST-800-53:AU-6]
---
SELECT
    p.tenant_id, 'user' AS subject_type, p.user_id AS subject_id,
    p.issuer_id AS actor_id, p.issuer_name AS actor_name,
    p.issuer_name || ' issued a pass to ' || p.user_name || ' within ' || CAST($hours AS INTEGER)
        || ' hours of being given the role '
        || string_agg(DISTINCT h.role_name, ', ' ORDER BY h.role_name) AS summary,
    [p.record] AS about, list(e.record ORDER BY e.event_no) AS supporting
FROM passes AS p
JOIN audit_events AS e
    ON e.tenant_id = p.tenant_id AND e.kind = 'role given' AND e.user_id = p.issuer_id
    AND e.time <= p.issued_at AND e.time >= p.issued_at - to_seconds($hours * 3600)
JOIN (SELECT DISTINCT record, role_name FROM role_holdings WHERE issuing) AS h ON h.record = e.record
GROUP BY p.pass_no, p.tenant_id, p.user_id, p.user_name, p.issuer_id, p.issuer_name, p.record
ORDER BY p.pass_no
