---
id: TAP-ISSUED-IN-BULK
title: One issuer issued Temporary Access Passes to many users in a short time
severity: high
sign: [wave of passes by one issuer, waves of passes by one issuer each]
group: issuance
family: kind
incident: issuer
parameters: {users: 10, minutes: 60}
population: passes
needs: [audit]
condition: >-
  one issuer, {users} or more different users within {minutes} minutes, not all of them in the onboarding roster.
  Bursts of an issuer less than 24 hours apart are one. Low when "purpose", asked at the passes' starts, is met for
  nine of ten of those for whom it is assessed, medium where it is for none. Never for Lifecycle Workflows when it is
  on the list of applications [issuer, burst]
why: >-
  An intake of new staff or a device roll-out produces many passes in an hour, and an onboarding roster makes that
  visible as planned. The same pattern by a misused account or script opens many accounts at once.
how_to_verify: >-
  Compare the list of users in the finding with the onboarding list and the roll-out plan. Ask the issuer, or the owner
  of the issuing application, which job this was, and see which of the passes were used and from where.
how_to_fix: >-
  Put planned intakes into the onboarding roster of the configuration. If the run was not planned, delete the passes,
  revoke the sessions of the users who logged in, take the issuing right from the account or application until it is
  clean, and review methods registered with these passes.
fix: [remove-role]
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/entra/id-governance/lifecycle-workflow-tasks
  - https://learn.microsoft.com/en-us/entra/architecture/security-operations-privileged-accounts
  - https://learn.microsoft.com/en-us/graph/api/temporaryaccesspassauthenticationmethod-delete
  - https://learn.microsoft.com/en-us/entra/identity/users/users-revoke-access
  - https://attack.mitre.org/techniques/T1078/004/
  - https://attack.mitre.org/techniques/T1098/
techniques: [T1078.004, T1098]
controls: [ISO27001:A.5.16, ISO27001:A.5.17, ISO27001:A.8.2, NIST-800-53:IA-5, NIST-800-53:AU-6]
---
-- Runs of one issuer less than a day apart are one.
WITH runs AS (
    SELECT b.tenant_id, b.counted_by, b.burst, min(b.time) AS from_time, max(b.time) AS to_time
    FROM bursts('passes by issuer', to_seconds($minutes * 60), 1, $users) AS b GROUP BY ALL
),
marked AS (
    SELECT *, coalesce(from_time >= max(to_time) OVER (
        PARTITION BY tenant_id, counted_by ORDER BY from_time, burst ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
            + INTERVAL 24 HOUR, true) AS opens
    FROM runs
),
numbered AS (
    SELECT *,
        count(CASE WHEN opens THEN 1 END) OVER (PARTITION BY tenant_id, counted_by ORDER BY from_time, burst) AS one
    FROM marked
),
members AS (
    SELECT DISTINCT n.tenant_id, n.counted_by, n.one, b.item AS pass_no
    FROM numbered AS n
    JOIN bursts('passes by issuer', to_seconds($minutes * 60), 1, $users) AS b
        ON b.tenant_id = n.tenant_id AND b.counted_by = n.counted_by AND b.burst = n.burst
),
judged AS (
    SELECT m.tenant_id, m.counted_by, m.one, p.*, r.user_id IS NOT NULL AS on_roster
    FROM members AS m
    JOIN passes AS p ON p.pass_no = m.pass_no
    LEFT JOIN (SELECT DISTINCT tenant_id, user_id FROM roster_users) AS r
        ON r.tenant_id = p.tenant_id AND r.user_id = p.user_id
    WHERE NOT (p.issuer_id = 'ce79fdc4-cd1d-4ea5-8139-e74d7dbe0bb7' AND p.approved_application)
)
SELECT
    b.tenant_id, b.issuer_type AS subject_type, b.issuer_id AS subject_id,
    any_value(b.issuer_name ORDER BY b.pass_no) AS subject_name, b.issuer_id AS actor_id,
    any_value(b.issuer_name ORDER BY b.pass_no) AS actor_name,
    any_value(b.issuer_name ORDER BY b.pass_no) || ' issued passes to '
        || counted(count(DISTINCT b.user_id), 'user', 'users')
        || ' between ' || strftime(min(b.issued_at), '%Y-%m-%d %H:%M')
        || ' and ' || strftime(max(b.issued_at), '%Y-%m-%d %H:%M') || ' UTC; '
        || count(DISTINCT b.user_id) FILTER (WHERE NOT b.on_roster)
        || CASE count(DISTINCT b.user_id) FILTER (WHERE NOT b.on_roster)
            WHEN 1 THEN ' of them is'
            ELSE ' of them are' END
        || ' not in the onboarding roster'
        || coalesce('; no purpose is on record for '
            || string_agg(
                DISTINCT b.user_name, ', ' ORDER BY b.user_name
            ) FILTER (WHERE b.purpose_at_start = 'failed'),
            '') AS summary,
    CASE
        WHEN count(*) FILTER (WHERE b.purpose_at_start <> 'not assessed') = 0 THEN 'medium'
        WHEN count(*) FILTER (WHERE b.purpose_at_start = 'met') * 10 >= 9 * count(*) FILTER (
            WHERE b.purpose_at_start <> 'not assessed'
        ) THEN 'low'
    END AS severity,
    list(b.record ORDER BY b.issued_at, b.pass_no) AS about
FROM judged AS b
GROUP BY b.tenant_id, b.counted_by, b.one, b.issuer_type, b.issuer_id
HAVING count(DISTINCT b.user_id) FILTER (WHERE NOT b.on_roster) > 0
ORDER BY min(b.pass_no)
