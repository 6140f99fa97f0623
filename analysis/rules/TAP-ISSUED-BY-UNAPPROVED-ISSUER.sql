---
id: TAP-ISSUED-BY-UNAPPROVED-ISSUER
title: Somebody who is not an approved issuer issued a Temporary Access Pass
severity: high
group: issuance
family: issuer
population: passes
needs: [audit, config:approved_issuers.users]
condition: >-
  a person who is not on the configured list issued it [pass]
why: >-
  The organisation has named the people who may issue passes, and this one is not among them. A new colleague missing
  from the list is the common cause; a compromised administrator is the one to rule out.
how_to_verify: >-
  Find the issuer in initiatedBy.user of the audit event and their role under Entra ID > Roles & admins. Ask the head
  of the service desk whether this person issues passes, and the issuer for the request behind this pass.
how_to_fix: >-
  Add an entitled person to approved_issuers.users in the configuration. Take the role away from somebody who should
  not issue passes (Entra ID > Roles & admins > Authentication Administrator, Privileged Authentication Administrator,
  Global Administrator). If the issuer denies it, secure their account first and then undo the pass.
fix: [delete-pass, remove-role]
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/entra/identity/role-based-access-control/permissions-reference
  - https://learn.microsoft.com/en-us/entra/architecture/security-operations-privileged-accounts
  - https://learn.microsoft.com/en-us/graph/api/temporaryaccesspassauthenticationmethod-delete
  - https://attack.mitre.org/techniques/T1078/004/
  - https://attack.mitre.org/techniques/T1098/
techniques: [T1078.004, T1098]
controls: [ISO27001:A.5.17, ISO27001:A.8.2, NIST-800-53:IA-5, NIST-800-53:AC-2, PCI-DSS-4.0:8.3]
---
SELECT
    p.tenant_id, 'user' AS subject_type, p.user_id AS subject_id,
    p.issuer_id AS actor_id, p.issuer_name AS actor_name,
    'A pass was issued to ' || p.user_name || ' by ' || p.issuer_name
        || ', who is not on the list of approved issuers' AS summary,
    [p.record] AS about
FROM passes AS p CROSS JOIN config
WHERE config.approved_users AND p.issuer_type = 'user' AND NOT p.approved_user
ORDER BY p.pass_no
