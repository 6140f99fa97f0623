---
id: TAP-ISSUED-TO-SYNC-ACCOUNT
title: A Temporary Access Pass was issued to a directory synchronization account
severity: critical
sign: [pass for a synchronization account, passes for synchronization accounts]
group: issuance
family: whom
population: passes
needs: [audit, roles]
condition: >-
  the user is a synchronization account: the role Directory Synchronization Accounts or On Premises Directory Sync
  Account, or a UPN that begins with `Sync_` or `ADToAADSyncServiceAccount` [pass]
why: >-
  A synchronization account belongs to a server, not to a person, so there is nobody to bring in with a pass. It can
  change many users of the directory, which makes this pass a strong sign of misuse.
how_to_verify: >-
  Confirm that the target is the account of Entra Connect or cloud sync (user name beginning with Sync_, or the role
  Directory Synchronization Accounts or On Premises Directory Sync Account). Ask the issuer and the owner of the
  synchronization server at once why the pass was made, and look for sign-ins of the account that came from
  elsewhere.
how_to_fix: >-
  Delete the pass, revoke the account's sessions, remove every sign-in method and device registered for it, and set up
  the connector's credentials anew. Secure the issuer's account, review role and user changes made by both since, and
  exclude the account from the Temporary Access Pass policy.
fix: [delete-pass, revoke-user]
references:
  - https://learn.microsoft.com/en-us/entra/identity/hybrid/connect/reference-connect-accounts-permissions
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/graph/api/temporaryaccesspassauthenticationmethod-delete
  - https://learn.microsoft.com/en-us/entra/identity/users/users-revoke-access
  - https://learn.microsoft.com/en-us/entra/architecture/security-operations-privileged-accounts
  - https://attack.mitre.org/techniques/T1078/004/
  - https://attack.mitre.org/techniques/T1098/
techniques: [T1078.004, T1098]
controls: [ISO27001:A.5.16, ISO27001:A.5.17, ISO27001:A.8.2, NIST-800-53:IA-5, NIST-800-53:AC-2, PCI-DSS-4.0:8.6]
---
SELECT
    p.tenant_id, 'user' AS subject_type, p.user_id AS subject_id,
    p.issuer_id AS actor_id, p.issuer_name AS actor_name,
    'A pass was issued to ' || p.user_name || ', a directory synchronization account' AS summary,
    [p.record] AS about,
    (SELECT list(DISTINCT h.record ORDER BY h.record) FROM role_holdings AS h WHERE h.sync
        AND h.tenant_id = p.tenant_id AND h.user_id = p.user_id) AS supporting
FROM passes AS p
WHERE starts_with(lower(p.user_name), 'sync_') OR starts_with(lower(p.user_name), 'adtoaadsyncserviceaccount')
    OR EXISTS (
        SELECT 1 FROM role_holdings AS h
        WHERE h.sync AND h.tenant_id = p.tenant_id AND h.user_id = p.user_id
            AND (h.since IS NULL OR h.since < p.issued_at))
ORDER BY p.pass_no
