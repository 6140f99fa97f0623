---
id: TAP-POLICY-PRIVILEGED-IN-SCOPE
title: Privileged users may sign in with a Temporary Access Pass
severity: medium
group: policy
population: policy_state
needs: [policy, roles]
condition: >-
  enabled, and a privileged user is included (everyone, by name, or through a group) and not excluded [tenant, lists
  the users]. Not assessed for a group whose members are not in evidence
why: >-
  A pass for a privileged account gives its holder that account's rights with one passcode handed over by somebody
  else. Privileged people are few, so they can be brought in by a separate, closely watched procedure.
how_to_verify: >-
  Go through the users that the finding lists: confirm that each still holds the role (Entra ID > Roles & admins,
  eligible assignments too) and see through which included group the policy reaches them. Ask the owner of privileged
  access how administrators enrol and recover their sign-in methods.
how_to_fix: >-
  Exclude a group that holds all privileged and emergency access accounts under Entra ID > Authentication methods >
  Policies > Temporary Access Pass > Enable and target > Exclude. When an administrator needs a pass, include that one
  person for the occasion with a second person present. If administrators are meant to enrol by pass, record an
  exception that names the procedure.
fix: [narrow-policy]
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/graph/api/resources/temporaryaccesspassauthenticationmethodconfiguration
  - https://learn.microsoft.com/en-us/entra/architecture/security-operations-privileged-accounts
  - https://learn.microsoft.com/en-us/entra/identity/role-based-access-control/permissions-reference
  - https://attack.mitre.org/techniques/T1078/004/
techniques: [T1078.004]
controls: [ISO27001:A.5.17, ISO27001:A.8.2, ISO27001:A.8.5, NIST-800-53:IA-5, NIST-800-53:AC-2]
---
WITH members AS (
    SELECT DISTINCT tenant AS tenant_id, lower(group_id) AS group_id, lower(member_id) AS user_id
    FROM attributed_group_members WHERE group_id IS NOT NULL
),
-- Groups of the policy whose members are not in evidence: who is in them cannot be said.
unknown_groups AS (
    SELECT t.tenant_id, string_agg(DISTINCT t.target_id, ', ' ORDER BY t.target_id) AS groups,
        bool_or(NOT t.included) AS some_excluded
    FROM policy_targets AS t
    WHERE t.kind = 'group' AND t.target_id <> 'all_users'
        AND NOT EXISTS (SELECT 1 FROM members AS m WHERE m.tenant_id = t.tenant_id AND m.group_id = t.target_id)
    GROUP BY t.tenant_id
),
reached AS (
    SELECT t.tenant_id, t.included, t.target_id AS user_id
    FROM policy_targets AS t WHERE t.kind IS DISTINCT FROM 'group'
    UNION SELECT t.tenant_id, t.included, m.user_id
    FROM policy_targets AS t JOIN members AS m ON m.tenant_id = t.tenant_id AND m.group_id = t.target_id
),
in_scope AS (
    SELECT p.tenant_id, p.user_id, min(p.record) AS record, min(u.why) AS why
    FROM (
        SELECT DISTINCT tenant_id, user_id, record FROM privileged_users WHERE since IS NULL OR since < $period_to
    ) AS p
    JOIN privileged_users AS u ON u.tenant_id = p.tenant_id AND u.user_id = p.user_id
    JOIN policy_state AS state ON state.tenant_id = p.tenant_id AND state.enabled
    WHERE (state.everyone OR EXISTS (
            SELECT 1 FROM reached AS i WHERE i.tenant_id = p.tenant_id AND i.included AND i.user_id = p.user_id))
        AND NOT EXISTS (
            SELECT 1 FROM reached AS x WHERE x.tenant_id = p.tenant_id AND NOT x.included AND x.user_id = p.user_id)
        -- anybody may be in a group that is excluded and that nobody knows
        AND NOT EXISTS (SELECT 1 FROM unknown_groups AS u WHERE u.tenant_id = p.tenant_id AND u.some_excluded)
    GROUP BY ALL
),
named AS (
    SELECT s.*, coalesce(
        (SELECT max(i.upn) FROM ties AS i WHERE i.tenant = s.tenant_id AND i.user_id = s.user_id), s.user_id) AS name
    FROM in_scope AS s
)
SELECT
    state.tenant_id, 'tenant' AS subject_type, state.tenant_id AS subject_id,
    counted(count(*), 'privileged user', 'privileged users') || ' may use a Temporary Access Pass: '
        || string_agg(DISTINCT named.name, ', ' ORDER BY named.name) AS summary,
    [any_value(state.scope_record)] AS about,
    list(DISTINCT named.record ORDER BY named.record) FILTER (WHERE named.record IS NOT NULL) AS supporting,
    any_value(greatest(state.scope_since, state.enabled_since)) AS first_seen, NULL AS not_assessed
FROM policy_state AS state JOIN named ON named.tenant_id = state.tenant_id
WHERE state.enabled AND state.scope_record IS NOT NULL
GROUP BY state.tenant_id
UNION ALL BY NAME
SELECT state.tenant_id, 'the members of these groups are not in evidence: ' || u.groups AS not_assessed
FROM policy_state AS state JOIN unknown_groups AS u ON u.tenant_id = state.tenant_id
WHERE state.enabled
ORDER BY tenant_id, not_assessed
