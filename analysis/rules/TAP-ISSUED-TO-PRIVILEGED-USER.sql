---
id: TAP-ISSUED-TO-PRIVILEGED-USER
title: A Temporary Access Pass was issued to a privileged user
severity: high
group: issuance
family: whom
population: passes
needs: [audit, roles]
condition: >-
  the user is privileged [pass]
why: >-
  Whoever holds this pass holds the rights of a privileged account without needing its password or its usual second
  factor. New and locked-out administrators need passes too, but rarely enough to check each one.
how_to_verify: >-
  Find the request and the approval for this pass, and the issuer in initiatedBy of the audit event. Ask the privileged
  user by telephone or in person, not by mail or chat of the same account, whether they asked for it and used it; then
  read the log-in and what was registered after it.
how_to_fix: >-
  If it was a planned enrolment or recovery, record an exception that names the ticket. Otherwise delete the pass,
  revoke the user's sessions (POST /users/{id}/revokeSignInSessions), remove sign-in methods and devices that the user
  does not recognise, and review what the account changed. To prevent it, exclude privileged accounts from the policy's
  scope.
fix: [delete-pass]
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/entra/architecture/security-operations-privileged-accounts
  - https://learn.microsoft.com/en-us/graph/api/temporaryaccesspassauthenticationmethod-delete
  - https://learn.microsoft.com/en-us/entra/identity/users/users-revoke-access
  - https://attack.mitre.org/techniques/T1078/004/
  - https://attack.mitre.org/techniques/T1098/
techniques: [T1078.004, T1098]
controls: [ISO27001:A.5.17, ISO27001:A.8.2, NIST-800-53:IA-5, NIST-800-53:AC-2, PCI-DSS-4.0:8.3]
---
SELECT
    p.tenant_id, 'user' AS subject_type, p.user_id AS subject_id,
    p.issuer_id AS actor_id, p.issuer_name AS actor_name,
    'A pass was issued to ' || p.user_name || ', who ' || string_agg(DISTINCT u.why, '; ' ORDER BY u.why) AS summary,
    [p.record] AS about, list(DISTINCT u.record ORDER BY u.record) FILTER (WHERE u.record IS NOT NULL) AS supporting
FROM passes AS p
JOIN privileged_users AS u ON u.tenant_id = p.tenant_id AND u.user_id = p.user_id
    AND (u.since IS NULL OR u.since < p.issued_at)
GROUP BY p.pass_no, p.tenant_id, p.user_id, p.user_name, p.issuer_id, p.issuer_name, p.record
ORDER BY p.pass_no
