---
id: TAP-SIGNIN-WITHOUT-ISSUANCE
title: A user logged in with a Temporary Access Pass whose issuing no audit event shows
severity: high
sign: [log-in on a pass that nobody issued, log-ins on passes that nobody issued]
group: log-ins
family: proof
population: logins
needs: [tap-capable sign-in, audit]
condition: >-
  "issued" failed and TAP-SIGNIN-AFTER-END does not fire [log-in]
why: >-
  Every pass is issued before it is used and the issuing is logged, so a log-in without an issuance means that a record
  is missing. Incomplete or filtered audit exports are the common cause; an issuance kept out of sight is the one to
  rule out.
how_to_verify: >-
  Search the audit log for Admin registered security info and User registered security info about the user, for as long
  before the log-in as the policy's longest lifetime allows; the finding names the span it assumed. Ask whoever made
  the export about filters, and ask the user who gave them the passcode.
how_to_fix: >-
  Add the missing audit export and run the analysis again. If there is no issuance on record, revoke the user's
  sessions, delete any pass the user holds (GET, then DELETE /users/{id}/authentication/temporaryAccessPassMethods),
  and review methods, devices and actions since the log-in.
fix: [revoke-user, delete-pass, review-methods]
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/graph/api/directoryaudit-list
  - https://learn.microsoft.com/en-us/graph/api/authentication-list-temporaryaccesspassmethods
  - https://learn.microsoft.com/en-us/graph/api/temporaryaccesspassauthenticationmethod-delete
  - https://learn.microsoft.com/en-us/entra/identity/users/users-revoke-access
  - https://attack.mitre.org/techniques/T1078/004/
techniques: [T1078.004]
controls: [ISO27001:A.5.16, ISO27001:A.5.17, ISO27001:A.8.5, NIST-800-53:IA-5, NIST-800-53:AU-6]
---
SELECT
    l.tenant_id, l.subject_type, l.subject_id, l.actor_id, l.actor_name, l.about, l.supporting,
    l.sentence || ': ' || l.issued_reason AS summary,
    CASE WHEN l.issued = 'not assessed' THEN l.issued_reason END AS not_assessed
FROM login_findings AS l
WHERE l.issued = 'not assessed' OR l.issued = 'failed' AND NOT l.ended_recently
ORDER BY l.login_no
