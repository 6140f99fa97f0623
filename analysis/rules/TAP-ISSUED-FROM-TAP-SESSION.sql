---
id: TAP-ISSUED-FROM-TAP-SESSION
title: Somebody who had come in on a pass issued another
severity: critical
sign: [pass issued by somebody who came in on another, passes issued by people who came in on another]
group: issuance
family: issuer
parameters: {hours: 8}
population: passes
needs: [audit, tap-capable sign-in, shared addresses]
condition: >-
  the issuer, a person, issued it on a pass: the event's session is a TAP session of the issuer's and the event lies on
  that pass. Without a session: it came from the address of a log-in of the issuer's within the {hours} hours before,
  with no strong proof of the issuer between. Medium when only an address says so that is a trusted place or shared
  egress [pass]
why: >-
  A pass that issues a pass is how one stolen account becomes many. A help desk member who set up a new telephone and
  went on working at the desk is the innocent cause.
how_to_verify: >-
  See the issuer's own log-in with a pass, who issued that one, and what the issuer registered before. Ask the issuer
  by telephone or in person whether they issued this pass.
how_to_fix: >-
  If not, delete every pass that the issuer issued since, revoke the sessions of the issuer and of these users, and
  remove what was registered in them. Demand a phishing-resistant method, by Conditional Access, of whoever may issue
  passes.
fix: [delete-pass, revoke-actor, remove-role]
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/entra/architecture/security-operations-privileged-accounts
  - https://learn.microsoft.com/en-us/graph/api/temporaryaccesspassauthenticationmethod-delete
  - https://learn.microsoft.com/en-us/entra/identity/users/users-revoke-access
  - https://attack.mitre.org/techniques/T1078/004/
  - https://attack.mitre.org/techniques/T1098/
  - https://attack.mitre.org/techniques/T1550/
techniques: [T1078.004, T1098, T1550]
controls: [ISO27001:A.5.17, ISO27001:A.8.5, NIST-800-53:IA-5, NIST-800-53:AU-6, ISO27001:A.8.2]
---
SELECT
    p.tenant_id, 'user' AS subject_type, p.user_id AS subject_id,
    p.issuer_id AS actor_id, p.issuer_name AS actor_name,
    'A pass was issued to ' || p.user_name || ' by ' || p.issuer_name || ', who had come in on a pass themselves at '
        || strftime(s.time, '%Y-%m-%d %H:%M') || ' UTC: ' || f.how AS summary,
    [p.record] AS about, ['s:' || f.signin_no] AS supporting, CASE WHEN f.weak THEN 'medium' END AS severity,
    f.not_assessed
FROM issued_on_passes($hours) AS f
JOIN passes AS p ON p.pass_no = f.pass_no
LEFT JOIN signins AS s ON s.signin_no = f.signin_no
ORDER BY p.pass_no
