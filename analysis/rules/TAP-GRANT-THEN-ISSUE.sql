---
id: TAP-GRANT-THEN-ISSUE
title: An application got the right to issue passes, or a new key, and then issued
severity: high
sign: [application that got the right to issue and used it, applications that got the right to issue and used it]
group: issuance
family: issuer
incident: issuer
parameters: {hours: 168}
population: passes
needs: [audit]
condition: >-
  the issuer is an application to which, within the {hours} hours before, a permission that can issue or widen itself
  was granted (UserAuthenticationMethod.ReadWrite.All, UserAuthMethod-TAP.ReadWrite.All,
  AppRoleAssignment.ReadWrite.All or RoleManagement.ReadWrite.Directory), or a credential was added. Critical when one
  of the passes' users is privileged. Medium for a credential where the same actor added one to that application
  between 20 and 400 days before and none of the users is privileged [application and grant]
why: >-
  Whoever holds such an application holds every account that a pass opens, and no person appears as the issuer.
  Setting up an onboarding process, and renewing its key, are the innocent causes.
how_to_verify: >-
  Find the change record for the grant or the key, and ask its actor. List the passes that the application issued since
  and for whom; each administrator among them needs an answer.
how_to_fix: >-
  If nobody planned it, remove the permission and the credential, delete the passes, revoke the sessions of their
  users, and check the actor's account. Otherwise list the application under approved_issuers and record the
  exception.
fix: [disable-application, delete-pass, revoke-actor]
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/entra/architecture/security-operations-applications
  - https://learn.microsoft.com/en-us/graph/permissions-reference
  - https://learn.microsoft.com/en-us/entra/identity/monitoring-health/reference-audit-activities
  - https://learn.microsoft.com/en-us/graph/api/temporaryaccesspassauthenticationmethod-delete
  - https://attack.mitre.org/techniques/T1098/
  - https://attack.mitre.org/techniques/T1078/004/
techniques: [T1098, T1078.004]
controls: [ISO27001:A.5.16, ISO27001:A.5.17, ISO27001:A.8.2, NIST-800-53:IA-5, NIST-800-53:AU-6]
---
WITH granted AS (
    SELECT e.event_no, 'permission' AS kind,
        'was granted '
            || string_agg(DISTINCT trim(p.new_value, '" '), ' and ' ORDER BY trim(p.new_value, '" ')) AS what
    FROM change_events AS e JOIN change_properties AS p ON p.event_no = e.event_no
    WHERE starts_with(lower(e.activity), 'add app role assignment') AND lower(trim(p.new_value, '" ')) IN (
        'userauthenticationmethod.readwrite.all', 'userauthmethod-tap.readwrite.all',
        'approleassignment.readwrite.all', 'rolemanagement.readwrite.directory')
    GROUP BY e.event_no
    UNION ALL
    SELECT e.event_no, 'credential', 'got a new credential'
    FROM change_events AS e
    LEFT JOIN change_properties AS p ON p.event_no = e.event_no AND p.name = 'keydescription'
    WHERE starts_with(lower(e.activity), 'add service principal credentials')
        OR contains(lower(e.activity), 'certificates and secrets')
    GROUP BY e.event_no
    -- A description that grew shorter tells of a key that was taken away.
    HAVING NOT bool_or(
        coalesce(p.name IS NOT NULL AND length(coalesce(p.new_value, '')) < length(coalesce(p.old_value, '')), false)
    )
),
-- By which ids an event calls an application.
named AS (
    SELECT DISTINCT event_no, lower(trim(new_value, '" ')) AS name
    FROM change_properties
    WHERE name IN ('serviceprincipal.objectid', 'serviceprincipal.appid', 'appid', 'target', 'detail appid')
        AND new_value IS NOT NULL
),
grants AS (
    SELECT DISTINCT g.event_no, a.application_id, g.kind, g.what, e.record, e.tenant_id, e.time,
        e.issuer_id AS actor_id,
        e.issuer_name AS actor_name
    FROM granted AS g
    JOIN change_events AS e ON e.event_no = g.event_no
    JOIN named AS n ON n.event_no = g.event_no
    JOIN application_ids AS a ON a.tenant_id = e.tenant_id AND a.any_id = n.name
),
issued AS (
    SELECT g.event_no, g.application_id, p.pass_no
    FROM grants AS g
    JOIN passes AS p ON p.tenant_id = g.tenant_id AND p.issuer_type = 'application' AND p.issuer_id = g.application_id
        AND p.issued_at >= g.time AND p.issued_at <= g.time + to_seconds($hours * 3600)
),
-- The same actor renews a key from time to time.
renewed AS (
    SELECT DISTINCT g.event_no, g.application_id
    FROM grants AS g
    JOIN grants AS b
        ON b.tenant_id = g.tenant_id AND b.application_id = g.application_id AND b.kind = 'credential'
            AND b.actor_id = g.actor_id
    WHERE g.kind = 'credential' AND b.time <= g.time - INTERVAL 20 DAY AND b.time >= g.time - INTERVAL 400 DAY
),
privileged AS (
    SELECT DISTINCT p.pass_no
    FROM passes AS p JOIN privileged_users AS u ON u.tenant_id = p.tenant_id AND u.user_id = p.user_id
    WHERE u.since IS NULL OR u.since < p.issued_at
)
SELECT
    g.tenant_id, 'application' AS subject_type, g.application_id AS subject_id,
    any_value(p.issuer_name ORDER BY p.pass_no) AS subject_name, g.actor_id, g.actor_name,
    'The application ' || any_value(p.issuer_name ORDER BY p.pass_no) || ' ' || g.what || ' at '
        || strftime(g.time, '%Y-%m-%d %H:%M')
        || ' UTC' || coalesce(' by ' || g.actor_name, '') || ', and within ' || counted($hours, 'hour', 'hours')
        || ' issued ' || counted(count(*), 'pass', 'passes') || ', to '
        || string_agg(DISTINCT p.user_name, ', ' ORDER BY p.user_name) AS summary,
    [g.record] AS about, list(p.record ORDER BY p.pass_no) AS supporting, max(p.issued_at) AS last_seen,
    CASE
        WHEN count(v.pass_no) > 0 THEN 'critical'
        WHEN any_value(r.event_no) IS NOT NULL THEN 'medium' END AS severity,
    NULL AS not_assessed, g.event_no
FROM grants AS g
JOIN issued AS i ON i.event_no = g.event_no AND i.application_id = g.application_id
JOIN passes AS p ON p.pass_no = i.pass_no
LEFT JOIN privileged AS v ON v.pass_no = p.pass_no
LEFT JOIN renewed AS r ON r.event_no = g.event_no AND r.application_id = g.application_id
GROUP BY g.event_no, g.application_id, g.what, g.record, g.tenant_id, g.time, g.actor_id, g.actor_name
UNION ALL BY NAME
SELECT p.tenant_id, 'application' AS subject_type, p.issuer_id AS subject_id, [p.record] AS about,
    p.pass_no AS event_no,
    'the audit evidence does not cover the ' || counted($hours, 'hour', 'hours') || ' before the pass' AS not_assessed
FROM passes AS p
SEMI JOIN uncovered('audit', to_seconds($hours * -3600), to_seconds(0)) AS d ON d.pass_no = p.pass_no
ANTI JOIN issued AS i ON i.pass_no = p.pass_no
WHERE p.issuer_type = 'application'
ORDER BY not_assessed NULLS FIRST, event_no
