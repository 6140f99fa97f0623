---
id: TAP-ISSUED-IN-BULK
title: One issuer issued Temporary Access Passes to many users in a short time
severity: high
group: issuance
parameters: {users: 10, minutes: 60}
population: passes
needs: [audit]
condition: >-
  one issuer, {users} or more different users within {minutes} minutes, not all of them in the onboarding roster
  [issuer, burst]
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
SELECT
    b.tenant_id, p.issuer_type AS subject_type, p.issuer_id AS subject_id,
        any_value(p.issuer_name ORDER BY p.pass_no) AS subject_name,
    p.issuer_id AS actor_id, any_value(p.issuer_name ORDER BY p.pass_no) AS actor_name,
    any_value(p.issuer_name ORDER BY p.pass_no) || ' issued passes to ' || count(DISTINCT p.user_id)
        || ' users between '
        || strftime(min(p.issued_at), '%Y-%m-%d %H:%M') || ' and ' || strftime(max(p.issued_at), '%Y-%m-%d %H:%M')
            || ' UTC; '
        || count(DISTINCT p.user_id) FILTER (WHERE r.user_id IS NULL)
            || ' of them are not in the onboarding roster' AS summary,
    list(p.record ORDER BY p.issued_at, p.pass_no) AS about
FROM bursts('passes by issuer', to_seconds($minutes * 60), 1, $users) AS b
JOIN passes AS p ON p.pass_no = b.item
LEFT JOIN roster_users AS r ON r.tenant_id = p.tenant_id AND r.user_id = p.user_id
GROUP BY b.tenant_id, b.counted_by, b.burst, p.issuer_type, p.issuer_id
HAVING count(DISTINCT p.user_id) FILTER (WHERE r.user_id IS NULL) > 0
ORDER BY min(p.pass_no)
