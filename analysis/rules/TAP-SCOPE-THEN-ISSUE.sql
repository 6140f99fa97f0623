---
id: TAP-SCOPE-THEN-ISSUE
title: A user was brought into the policy's scope and got a Temporary Access Pass soon after
severity: high
sign: [user brought into scope for a pass, users brought into scope for a pass]
group: issuance
family: policy
parameters: {hours: 24}
population: passes
needs: [audit, policy]
condition: >-
  the user was added to a group that the policy in force at the issuance includes, or taken out of one it excludes,
  within the {hours} hours before. Low when the user is new: created, hired or starting by the roster within the days
  allowed [pass]
why: >-
  Where onboarding works by adding people to a group for the occasion, this is the expected order of events. It is also
  how somebody reaches an account that the policy was meant to keep out.
how_to_verify: >-
  Read the audit events Add member to group or Remove member from group: who changed the membership, and is it the same
  person as the issuer. Ask the owner of the group whether the change was requested, and check whether the user is
  privileged or belongs to a protected group.
how_to_fix: >-
  If the group is managed that way for onboarding, record an exception that names the process and its owner. Otherwise
  undo the membership change, delete the pass, revoke the user's sessions, and limit who may change the groups that the
  policy names, for instance with role-assignable groups.
fix: [delete-pass]
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/entra/identity/role-based-access-control/groups-concept
  - https://learn.microsoft.com/en-us/entra/identity/monitoring-health/reference-audit-activities
  - https://learn.microsoft.com/en-us/graph/api/temporaryaccesspassauthenticationmethod-delete
  - https://learn.microsoft.com/en-us/entra/identity/users/users-revoke-access
  - https://attack.mitre.org/techniques/T1098/
  - https://attack.mitre.org/techniques/T1556/006/
  - https://attack.mitre.org/techniques/T1078/004/
techniques: [T1098, T1556.006, T1078.004]
controls: [ISO27001:A.5.16, ISO27001:A.5.17, ISO27001:A.8.2, NIST-800-53:IA-5, NIST-800-53:AC-2, NIST-800-53:AU-6]
---
WITH moved AS (
    SELECT p.*, e.event_no, e.record AS event, e.kind, e.group_id, e.group_name
    FROM passes AS p
    JOIN audit_events AS e
        ON e.tenant_id = p.tenant_id AND e.user_id = p.user_id AND e.kind IN ('added to group', 'removed from group')
        AND e.time <= p.issued_at AND e.time >= p.issued_at - to_seconds($hours * 3600)
)
SELECT
    m.tenant_id, 'user' AS subject_type, m.user_id AS subject_id,
    m.issuer_id AS actor_id, m.issuer_name AS actor_name,
    'A pass was issued to ' || m.user_name || ' within ' || counted($hours, 'hour', 'hours') || ' of '
        || string_agg(CASE m.kind WHEN 'added to group' THEN 'being added to ' ELSE 'being taken out of ' END
            || coalesce(m.group_name, m.group_id)
            || CASE m.kind WHEN 'added to group' THEN ', which the policy includes'
                ELSE ', which the policy excludes' END, '; ' ORDER BY m.event_no) AS summary,
    [m.record] AS about, list(m.event ORDER BY m.event_no) AS supporting, m.pass_no,
    CASE WHEN m.new_user THEN 'low' END AS severity, NULL AS not_assessed
FROM moved AS m
JOIN pass_scope AS scope
    ON scope.pass_no = m.pass_no AND scope.group_id = m.group_id
    AND m.kind = CASE WHEN scope.included THEN 'added to group' ELSE 'removed from group' END
GROUP BY m.pass_no, m.tenant_id, m.user_id, m.user_name, m.issuer_id, m.issuer_name, m.record, m.new_user
UNION ALL BY NAME
SELECT DISTINCT
    m.tenant_id, 'user' AS subject_type, m.user_id AS subject_id, [m.record] AS about, m.pass_no,
    'the evidence does not say whom the policy included when the pass was issued' AS not_assessed
FROM moved AS m JOIN known_policies AS known ON known.tenant_id = m.tenant_id
WHERE NOT m.scope_known
UNION ALL BY NAME
SELECT p.tenant_id, 'user' AS subject_type, p.user_id AS subject_id, [p.record] AS about, p.pass_no,
    'the audit evidence does not cover the ' || counted($hours, 'hour', 'hours') || ' before the pass' AS not_assessed
FROM passes AS p
SEMI JOIN uncovered('audit', to_seconds($hours * -3600), to_seconds(0)) AS d ON d.pass_no = p.pass_no
ANTI JOIN moved AS m ON m.pass_no = p.pass_no
ORDER BY pass_no
