---
id: TAP-POLICY-THEN-ISSUE
title: Somebody weakened the Temporary Access Pass policy and then issued a pass
severity: critical
sign: [pass issued after the policy was weakened, passes issued after the policy was weakened]
group: chains
family: policy
parameters: {hours: 24}
population: passes
needs: [audit]
condition: >-
  the policy of passes was weakened, or the registration policy (TAP-POLICY-REGISTRATION-WEAKENED), and within {hours}
  h the same actor issued a pass. High when another actor issued it within {hours} h to a user whom only a change of
  the policy of passes lets in. The change included the user or no longer excluded them, and they were still in scope
  at the issuance. Members of groups are those in evidence, of any date. Not assessed where these are missing [pass]
why: >-
  One person removed a limit and used the freedom at once, which leaves out the second pair of eyes that the policy is
  meant to give. Setting up the feature and testing it on the same day is the innocent cause.
how_to_verify: >-
  Read the policy change and the issuance side by side: the actor's address and device, what the change allowed, and
  whether this pass needed it. Ask the change manager for the change record, and the user whether they asked for the
  pass.
how_to_fix: >-
  If it was a planned set-up, record an exception that names the change record. Otherwise put the policy back, delete
  the pass, revoke the sessions of the actor and the user, review methods and devices registered with the pass, and
  review the actor's roles: changing the policy and issuing passes should be different people's work.
fix: [delete-pass, remove-role, revoke-actor]
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/graph/api/resources/temporaryaccesspassauthenticationmethodconfiguration
  - https://learn.microsoft.com/en-us/entra/architecture/security-operations-privileged-accounts
  - https://learn.microsoft.com/en-us/entra/identity/monitoring-health/reference-audit-activities
  - https://learn.microsoft.com/en-us/graph/api/temporaryaccesspassauthenticationmethod-delete
  - https://learn.microsoft.com/en-us/entra/identity/users/users-revoke-access
  - https://attack.mitre.org/techniques/T1556/006/
  - https://attack.mitre.org/techniques/T1098/
  - https://attack.mitre.org/techniques/T1078/004/
techniques: [T1556.006, T1098, T1078.004]
controls: [ISO27001:A.5.17, ISO27001:A.8.2, ISO27001:A.8.5, NIST-800-53:IA-5, NIST-800-53:AC-2, NIST-800-53:AU-6]
---
-- What was weakened: the policy of passes, or a Conditional Access policy on the registration of methods.
WITH weakened AS (
    SELECT tenant_id, time, actor_id, actor_name, about[1] AS event, differences AS how, true AS of_passes
    FROM policy_events WHERE kind = 'weakened'
    UNION ALL
    SELECT tenant_id, time, issuer_id, issuer_name, record,
        'the protection of registering methods: ' || array_to_string(how, ', '), false
    FROM registration_changes WHERE readable AND len(how) > 0
),
soon AS (
    SELECT w.event, w.of_passes, w.actor_id = p.issuer_id AS by_issuer, p.pass_no, p.tenant_id, p.user_id,
        p.scope_known
    FROM weakened AS w
    JOIN passes AS p
        ON p.tenant_id = w.tenant_id AND p.issued_at >= w.time AND p.issued_at <= w.time + to_seconds($hours * 3600)
    WHERE w.actor_id IS NOT NULL AND p.issuer_id IS NOT NULL
),
members AS (
    SELECT DISTINCT tenant AS tenant_id, lower(group_id) AS group_id, lower(member_id) AS user_id
    FROM attributed_group_members WHERE group_id IS NOT NULL
),
groups AS (SELECT DISTINCT tenant_id, group_id FROM members),
-- Whom the policy included and excluded before the change, after it, and when another issued the pass.
targets AS (
    SELECT s.event, s.pass_no, s.tenant_id, s.user_id,
        CASE WHEN a.after_change THEN 'after' ELSE 'before' END AS moment, a.included, a.kind, a.target_id
    FROM soon AS s JOIN policy_admissions AS a ON a.event = s.event
    WHERE NOT s.by_issuer
    UNION ALL
    SELECT s.event, s.pass_no, s.tenant_id, s.user_id, 'issuance', c.included, c.kind, c.group_id
    FROM soon AS s JOIN pass_scope AS c ON c.pass_no = s.pass_no
    WHERE NOT s.by_issuer AND s.event IN (SELECT event FROM policy_admissions)
),
-- A user is reached by name, as everyone, or as a member of a group; of a group that is not in evidence nobody knows.
reached AS (
    SELECT t.event, t.pass_no, t.moment, t.included,
        bool_or(t.target_id IN ('all_users', t.user_id) OR m.user_id IS NOT NULL) AS reached,
        bool_or(
            t.kind IS DISTINCT FROM 'user' AND t.target_id NOT IN ('all_users', t.user_id) AND g.group_id IS NULL
        ) AS unknown
    FROM targets AS t
    LEFT JOIN groups AS g ON g.tenant_id = t.tenant_id AND g.group_id = t.target_id
    LEFT JOIN members AS m ON m.tenant_id = t.tenant_id AND m.group_id = t.target_id AND m.user_id = t.user_id
    GROUP BY t.event, t.pass_no, t.moment, t.included
),
told AS (
    SELECT event, pass_no, moment, included, CASE WHEN reached THEN true WHEN NOT unknown THEN false END AS reached
    FROM reached
),
-- NULL where the members of a group would decide.
scopes AS (
    SELECT s.event, s.pass_no, s.moment,
        (CASE WHEN i.event IS NULL THEN false ELSE i.reached END)
            AND NOT (CASE WHEN x.event IS NULL THEN false ELSE x.reached END) AS in_scope
    FROM (SELECT DISTINCT event, pass_no, unnest(['before', 'after', 'issuance']) AS moment FROM targets) AS s
    LEFT JOIN told AS i ON i.event = s.event AND i.pass_no = s.pass_no AND i.moment = s.moment AND i.included
    LEFT JOIN told AS x ON x.event = s.event AND x.pass_no = s.pass_no AND x.moment = s.moment AND NOT x.included
),
let_in AS (
    SELECT event, pass_no, bool_and(in_scope = (moment <> 'before')) AS only_by_change, count(in_scope) < 3 AS unclear
    FROM scopes GROUP BY event, pass_no
),
found AS (
    SELECT s.pass_no, s.event, s.by_issuer
    FROM soon AS s LEFT JOIN let_in AS l ON l.event = s.event AND l.pass_no = s.pass_no
    WHERE s.by_issuer OR l.only_by_change AND NOT l.unclear
)
SELECT
    p.tenant_id, 'user' AS subject_type, p.user_id AS subject_id,
    p.issuer_id AS actor_id, p.issuer_name AS actor_name,
    CASE
        WHEN bool_or(f.by_issuer) THEN p.issuer_name
        ELSE string_agg(DISTINCT w.actor_name, ', ' ORDER BY w.actor_name) END
        || ' weakened the policy (' || string_agg(w.how, '; ' ORDER BY w.time) || ') and within '
        || counted($hours, 'hour', 'hours') || ' '
        || CASE WHEN bool_or(f.by_issuer) THEN 'issued a pass to ' || p.user_name
            ELSE p.issuer_name || ' issued a pass to ' || p.user_name
                || ', whom only this change lets in' END AS summary,
    [p.record] AS about, list(w.event ORDER BY w.time) AS supporting,
    CASE WHEN NOT bool_or(f.by_issuer) THEN 'high' END AS severity, NULL AS not_assessed, p.pass_no
FROM found AS f
JOIN weakened AS w ON w.event = f.event
JOIN passes AS p ON p.pass_no = f.pass_no
GROUP BY p.pass_no, p.tenant_id, p.user_id, p.user_name, p.issuer_id, p.issuer_name, p.record
UNION ALL BY NAME
SELECT p.tenant_id, 'user' AS subject_type, p.user_id AS subject_id, [p.record] AS about, p.pass_no,
    'the policy was widened shortly before, and the members of its groups, which say for whom, are not in evidence'
        AS not_assessed
FROM passes AS p
SEMI JOIN (SELECT pass_no FROM let_in WHERE unclear AND only_by_change IS DISTINCT FROM false) AS u
    ON u.pass_no = p.pass_no
ANTI JOIN found AS f ON f.pass_no = p.pass_no
UNION ALL BY NAME
SELECT p.tenant_id, 'user' AS subject_type, p.user_id AS subject_id, [p.record] AS about, p.pass_no,
    'the audit evidence does not cover the ' || counted($hours, 'hour', 'hours') || ' before the pass' AS not_assessed
FROM passes AS p
SEMI JOIN uncovered('audit', to_seconds($hours * -3600), to_seconds(0)) AS d ON d.pass_no = p.pass_no
ANTI JOIN soon AS s ON s.pass_no = p.pass_no
ORDER BY pass_no
