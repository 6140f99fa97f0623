---
id: TAP-ISSUED-BY-SELF
title: A user issued a Temporary Access Pass to themselves
severity: high
sign: [pass that a user issued to themselves, passes that users issued to themselves]
group: issuance
family: issuer
population: passes
needs: [audit]
condition: >-
  the issuer is the user. Account recovery is the innocent cause, and the text says so [pass]
why: >-
  Account recovery is the innocent cause: a user who proved their identity there receives a pass, and the log may name
  the user as its issuer. Outside recovery nobody may issue a pass for themselves, so anything else deserves an
  explanation.
how_to_verify: >-
  Check whether account recovery is switched on in the tenant and whether the audit log shows a recovery of this user
  just before, with the same correlationId or within minutes. Look at activityDisplayName, initiatedBy and the address,
  and ask the user in person or by telephone whether they recovered their account at that time.
how_to_fix: >-
  A confirmed recovery is expected: record an exception for the user that says so. If there was none, delete the pass,
  revoke the user's sessions, review methods and devices registered since and the applications that hold
  UserAuthenticationMethod.ReadWrite.All or UserAuthMethod-TAP.ReadWrite.All.
fix: [delete-pass]
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/how-to-account-recovery-enable
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/graph/api/temporaryaccesspassauthenticationmethod-delete
  - https://learn.microsoft.com/en-us/entra/identity/users/users-revoke-access
  - https://learn.microsoft.com/en-us/entra/identity/monitoring-health/reference-audit-activities
  - https://attack.mitre.org/techniques/T1078/004/
  - https://attack.mitre.org/techniques/T1098/
techniques: [T1078.004, T1098]
controls: [ISO27001:A.5.17, ISO27001:A.8.2, ISO27001:A.8.5, NIST-800-53:IA-5, NIST-800-53:AC-2]
---
SELECT
    p.tenant_id, 'user' AS subject_type, p.user_id AS subject_id,
    p.issuer_id AS actor_id, p.issuer_name AS actor_name,
    p.user_name || ' issued a pass for themselves; '
        || 'account recovery with Verified ID is the innocent way in which that happens' AS summary,
    [p.record] AS about
FROM passes AS p
WHERE p.issuer_type = 'user' AND p.issuer_id = p.user_id
ORDER BY p.pass_no
