---
id: TAP-SIGNIN-AFTER-END
title: A user logged in with a Temporary Access Pass after it had ended
severity: high
sign: [log-in on a pass that had ended, log-ins on passes that had ended]
group: log-ins
family: proof
population: logins
needs: [tap-capable sign-in, audit]
condition: >-
  "issued" failed, and its pass had ended (logged EndTime, deletion or replacement) less than 30 days before [log-in]
why: >-
  The latest pass on record had expired, been deleted or been replaced before this log-in, so it should not have
  worked. Either another pass was issued that the evidence does not show, or the times on record are wrong.
how_to_verify: >-
  Compare the time of the log-in with EndTime, the deletion or the newer pass that the finding names. Search Entra ID >
  Monitoring & health > Audit logs for further issuances for this user before the log-in, without filters, and ask the
  user and the last issuer which passcode was used.
how_to_fix: >-
  If a later issuance turns up, add that export to the evidence and run the analysis again. If none does, revoke the
  user's sessions, review methods and devices registered after the log-in, and preserve the sign-in record and the
  audit export for a question to Microsoft.
fix: [revoke-user, delete-pass, review-methods]
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/graph/api/directoryaudit-list
  - https://learn.microsoft.com/en-us/entra/identity/monitoring-health/concept-sign-in-log-activity-details
  - https://learn.microsoft.com/en-us/entra/identity/users/users-revoke-access
  - https://attack.mitre.org/techniques/T1078/004/
techniques: [T1078.004]
controls: [ISO27001:A.5.17, ISO27001:A.8.5, NIST-800-53:IA-5, NIST-800-53:AU-6]
---
SELECT
    l.tenant_id, l.subject_type, l.subject_id, l.actor_id, l.actor_name, l.about, l.supporting,
    l.sentence || ': ' || l.issued_reason AS summary,
    CASE WHEN l.issued = 'not assessed' THEN l.issued_reason END AS not_assessed
FROM login_findings AS l
WHERE l.issued = 'not assessed' OR l.issued = 'failed' AND l.ended_recently
ORDER BY l.login_no
