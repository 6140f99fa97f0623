---
id: TAP-ROLE-THEN-ISSUE
title: Somebody was given a role that can issue Temporary Access Passes and used it soon after
severity: high
sign: [pass by somebody just given the role for it, passes by people just given the role for it]
group: issuance
family: issuer
incident: issuer
parameters: {hours: 168}
population: passes
needs: [audit]
condition: >-
  the issuer was given a role able to issue (Global, Privileged Authentication, Authentication Administrator; not the
  mere activation of an eligibility) within the {hours} hours before. Medium when the issuer is approved and the role
  was given more than 24 hours before the first of the passes [issuer and grant]
why: >-
  A new member of the service desk does this on the first day. Somebody who gained control of the role assignment does
  it too, to turn one account into many.
how_to_verify: >-
  Read the audit event that gave the role (Add member to role, Add member to group): who gave it, who asked, for how
  long. Ask the owner of the role whether the assignment was approved, and the new holder for the request behind the
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
WITH issued AS (
    SELECT g.event_no, p.pass_no
    FROM role_grants AS g
    JOIN passes AS p ON p.tenant_id = g.tenant_id AND p.issuer_type = 'user' AND p.issuer_id = g.user_id
        AND p.issued_at >= g.time AND p.issued_at <= g.time + to_seconds($hours * 3600)
    WHERE g.issuing
),
unclear AS (
    SELECT DISTINCT p.pass_no
    FROM passes AS p
    JOIN unclear_group_additions AS a
        ON a.tenant_id = p.tenant_id AND p.issuer_type = 'user' AND a.user_id = p.issuer_id
        AND a.time <= p.issued_at AND a.time >= p.issued_at - to_seconds($hours * 3600)
)
SELECT
    g.tenant_id, 'user' AS subject_type, g.user_id AS subject_id,
    any_value(p.issuer_name ORDER BY p.pass_no) AS subject_name, any_value(e.issuer_id) AS actor_id,
    any_value(e.issuer_name) AS actor_name,
    any_value(p.issuer_name ORDER BY p.pass_no) || ' was given the role '
        || string_agg(DISTINCT g.role_name, ', ' ORDER BY g.role_name)
        || ' at ' || strftime(g.time, '%Y-%m-%d %H:%M') || ' UTC and within ' || counted($hours, 'hour', 'hours')
        || ' issued ' || counted(count(DISTINCT p.pass_no), 'pass', 'passes')
        || ', to ' || string_agg(DISTINCT p.user_name, ', ' ORDER BY p.user_name) AS summary,
    [g.record] AS about, list(DISTINCT p.record ORDER BY p.record) AS supporting, max(p.issued_at) AS last_seen,
    CASE WHEN bool_and(p.approved_user) AND min(p.issued_at) > g.time + INTERVAL 24 HOUR THEN 'medium' END AS severity,
    NULL AS not_assessed, g.event_no
FROM role_grants AS g
JOIN issued AS i ON i.event_no = g.event_no
JOIN passes AS p ON p.pass_no = i.pass_no
JOIN audit_events AS e ON e.event_no = g.event_no
WHERE g.issuing
GROUP BY g.event_no, g.record, g.tenant_id, g.user_id, g.time
UNION ALL BY NAME
SELECT p.tenant_id, 'user' AS subject_type, p.issuer_id AS subject_id, [p.record] AS about, p.pass_no AS event_no,
    'the issuer was added to a group, and no role assignments are in evidence that tell which groups hold a role'
        AS not_assessed
FROM passes AS p
SEMI JOIN unclear AS u ON u.pass_no = p.pass_no
ANTI JOIN issued AS i ON i.pass_no = p.pass_no
UNION ALL BY NAME
SELECT p.tenant_id, 'user' AS subject_type, p.issuer_id AS subject_id, [p.record] AS about, p.pass_no AS event_no,
    'the audit evidence does not cover the ' || counted($hours, 'hour', 'hours') || ' before the pass' AS not_assessed
FROM passes AS p
SEMI JOIN uncovered('audit', to_seconds($hours * -3600), to_seconds(0)) AS d ON d.pass_no = p.pass_no
ANTI JOIN issued AS i ON i.pass_no = p.pass_no
ANTI JOIN unclear AS u ON u.pass_no = p.pass_no
WHERE p.issuer_type = 'user'
ORDER BY not_assessed NULLS FIRST, event_no
