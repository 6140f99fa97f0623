---
id: TAP-SIGNIN-DEVICE-CODE
title: A Temporary Access Pass was used to sign in another device by device code
severity: high
sign: [log-in that let another device in, log-ins that let another device in]
group: log-ins
family: means
population: logins
needs: [tap-capable sign-in, non-interactive sign-in]
condition: >-
  a TAP sign-in of it, or a sign-in of its footprint with error 0, used the device code flow or an authentication
  transfer [log-in]
why: >-
  In the device code flow a person types a code on one device and thereby lets in another one, which may stand
  anywhere. Meeting-room devices and command-line tools use it; so does phishing that sends people such a code.
how_to_verify: >-
  Read authenticationProtocol (deviceCode) or originalTransferMethod (deviceCodeFlow), the application and both the
  address and device of the sign-in. Ask the user which device they connected, and who asked them to type the code.
how_to_fix: >-
  Block the flow where it is not needed: a Conditional Access policy with the condition Authentication flows > Device
  code flow. If the user cannot name the device, delete the pass, revoke the sessions at once, since the other device
  holds the tokens, and remove methods and devices registered since.
fix: [revoke-user, delete-pass, review-methods]
references:
  - https://learn.microsoft.com/en-us/entra/identity/conditional-access/policy-block-authentication-flows
  - https://learn.microsoft.com/en-us/entra/identity/monitoring-health/concept-sign-in-log-activity-details
  - https://learn.microsoft.com/en-us/graph/api/temporaryaccesspassauthenticationmethod-delete
  - https://learn.microsoft.com/en-us/entra/identity/users/users-revoke-access
  - https://attack.mitre.org/techniques/T1078/004/
  - https://attack.mitre.org/techniques/T1550/
techniques: [T1078.004, T1550]
controls: [ISO27001:A.5.17, ISO27001:A.8.5, NIST-800-53:IA-5, NIST-800-53:AU-6]
---
SELECT
    l.tenant_id, l.subject_type, l.subject_id, l.actor_id, l.actor_name, l.about,
    list_concat(l.supporting, c.records) AS supporting, greatest(l.last_time, c.last_time) AS last_seen,
    l.sentence || ', and the device code flow or an authentication transfer let another device in on it' AS summary,
    NULL AS not_assessed, l.login_no
FROM login_findings AS l
JOIN device_code_logins AS c ON c.login_no = l.login_no
UNION ALL BY NAME
SELECT l.tenant_id, l.subject_type, l.subject_id, l.about, l.login_no,
    'the log-in''s sign-ins say neither protocol nor transfer' AS not_assessed
FROM login_findings AS l
JOIN (
    SELECT m.login_no FROM login_signins AS m JOIN signins AS s ON s.signin_no = m.signin_no
    GROUP BY m.login_no HAVING count(s.protocol) + count(s.transfer_method) = 0
) AS silent ON silent.login_no = l.login_no
ANTI JOIN device_code_logins AS c ON c.login_no = l.login_no
ORDER BY login_no
