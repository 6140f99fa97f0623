---
id: TAP-PASS-THEN-ROLE
title: A user got a privileged role soon after a pass
severity: medium
group: issuance
family: whom
parameters: {hours: 168}
population: passes
needs: [audit]
condition: >-
  a privileged role that the user neither held nor was given before the pass's event was given to the user within the
  {hours} hours after it. High when the role can issue passes. Low, whatever the role, for a user whom the roster has
  [pass]
why: >-
  A pass opens an account, and then the account becomes powerful: that is how an intruder keeps a tenant. A new
  administrator's first week looks the same.
how_to_verify: >-
  Find the request and the approval for the role, and ask who gave it. See what the user registered on the pass and
  from where they have signed in since.
how_to_fix: >-
  If nobody approved it, remove the role, revoke the user's sessions, remove methods and devices registered since the
  pass, and check the account that gave the role.
fix: [remove-role, revoke-user, review-methods]
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/entra/architecture/security-operations-privileged-accounts
  - https://learn.microsoft.com/en-us/entra/identity/monitoring-health/reference-audit-activities
  - https://learn.microsoft.com/en-us/entra/identity/users/users-revoke-access
  - https://attack.mitre.org/techniques/T1078/004/
  - https://attack.mitre.org/techniques/T1098/
techniques: [T1078.004, T1098]
controls: [ISO27001:A.5.16, ISO27001:A.5.17, ISO27001:A.8.2, NIST-800-53:IA-5, NIST-800-53:AC-2]
---
WITH after AS (
    SELECT p.pass_no, g.record, g.time, g.role_name, g.issuing
    FROM passes AS p
    JOIN role_grants AS g ON g.tenant_id = p.tenant_id AND g.user_id = p.user_id AND g.privileged
        AND g.time >= p.issued_at AND g.time <= p.issued_at + to_seconds($hours * 3600)
)
SELECT
    p.tenant_id, 'user' AS subject_type, p.user_id AS subject_id,
    p.issuer_id AS actor_id, p.issuer_name AS actor_name,
    'Within ' || counted($hours, 'hour', 'hours') || ' after a pass, ' || p.user_name || ' was given '
        || string_agg(DISTINCT a.role_name, ', ' ORDER BY a.role_name) AS summary,
    [p.record] AS about, list(DISTINCT a.record ORDER BY a.record) AS supporting, max(a.time) AS last_seen,
    CASE WHEN any_value(r.user_id) IS NOT NULL THEN 'low' WHEN bool_or(a.issuing) THEN 'high' END AS severity,
    NULL AS not_assessed, p.pass_no
FROM after AS a
JOIN passes AS p ON p.pass_no = a.pass_no
LEFT JOIN roster_users AS r ON r.tenant_id = p.tenant_id AND r.user_id = p.user_id
GROUP BY p.pass_no, p.tenant_id, p.user_id, p.user_name, p.issuer_id, p.issuer_name, p.record
UNION ALL BY NAME
SELECT p.tenant_id, 'user' AS subject_type, p.user_id AS subject_id, [p.record] AS about, p.pass_no,
    'the audit evidence does not reach ' || counted($hours, 'hour', 'hours') || ' beyond the pass' AS not_assessed
FROM passes AS p
SEMI JOIN uncovered('audit', to_seconds(0), to_seconds($hours * 3600)) AS d ON d.pass_no = p.pass_no
ANTI JOIN after AS a ON a.pass_no = p.pass_no
UNION ALL BY NAME
SELECT p.tenant_id, 'user' AS subject_type, p.user_id AS subject_id, [p.record] AS about, p.pass_no,
    'the user was added to a group, and no role assignments are in evidence that tell which groups hold a role'
        AS not_assessed
FROM passes AS p
SEMI JOIN unclear_group_additions AS g ON g.tenant_id = p.tenant_id AND g.user_id = p.user_id
    AND g.time >= p.issued_at AND g.time <= p.issued_at + to_seconds($hours * 3600)
ANTI JOIN uncovered('audit', to_seconds(0), to_seconds($hours * 3600)) AS d ON d.pass_no = p.pass_no
ANTI JOIN after AS a ON a.pass_no = p.pass_no
ORDER BY pass_no
