---
id: TAP-ISSUED-TO-GUEST
title: A Temporary Access Pass was issued to a guest
severity: high
group: issuance
family: whom
population: passes
needs: [audit, users]
condition: >-
  user type Guest, or UPN with `#EXT#` [pass]
why: >-
  External guests sign in with the pass of their own organisation, so a pass issued here usually concerns an internal
  account marked as a guest, such as a contractor's. Such accounts are often outside the joiner and leaver process, and
  a pass can bring an old one back to life.
how_to_verify: >-
  Check userType and userPrincipalName of the user, and who sponsors the account. Ask the sponsor whether the person
  still works for the organisation and asked for a pass, and look at what the account signed in to afterwards.
how_to_fix: >-
  If the contractor is known and expected, record an exception that names the sponsor, or change the user type to
  member where that is what the person is. Otherwise delete the pass, revoke the sessions, and disable the account
  until its sponsor has confirmed it.
fix: [delete-pass]
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/graph/api/temporaryaccesspassauthenticationmethod-delete
  - https://learn.microsoft.com/en-us/entra/identity/users/users-revoke-access
  - https://learn.microsoft.com/en-us/entra/architecture/security-operations-user-accounts
  - https://attack.mitre.org/techniques/T1078/004/
  - https://attack.mitre.org/techniques/T1098/
techniques: [T1078.004, T1098]
controls: [ISO27001:A.5.16, ISO27001:A.5.17, NIST-800-53:IA-5, NIST-800-53:AC-2]
---
SELECT
    p.tenant_id, 'user' AS subject_type, p.user_id AS subject_id,
    p.issuer_id AS actor_id, p.issuer_name AS actor_name,
    'A pass was issued to the guest ' || p.user_name AS summary,
    [p.record] AS about
FROM passes AS p
WHERE lower(p.user_type) = 'guest' OR contains(lower(p.user_name), '#ext#')
    OR EXISTS (SELECT 1 FROM signins AS s WHERE s.tenant_id = p.tenant_id AND s.user_id = p.user_id
        AND lower(s.user_type) = 'guest')
ORDER BY p.pass_no
