---
id: TAP-SIGNIN-NO-REGISTRATION
title: A user logged in with a Temporary Access Pass and registered neither a method nor a device
severity: medium
group: log-ins
family: outcome
population: logins
needs: [tap-capable sign-in, audit]
condition: >-
  the criterion outcome_registered failed [log-in]
why: >-
  A pass is there to register a lasting sign-in method or to set up a device; this log-in led to neither while the pass
  was valid. An enrolment broken off half-way is common, and so is using a pass just to get in.
how_to_verify: >-
  Look in the audit log after the log-in for User registered security info, User registered all required security info
  and device events of the user, and in the sign-in log for the applications of the same session. Ask the user what
  they logged in for.
how_to_fix: >-
  Invite the user to finish the enrolment at https://aka.ms/mysecurityinfo with a new pass if needed, and delete the
  present one when it is not. If passes are used in place of a forgotten password, offer self-service password reset
  instead. If the log-in was not the user's, revoke the sessions and review what was opened.
fix: []
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/entra/identity/monitoring-health/reference-audit-activities
  - https://learn.microsoft.com/en-us/entra/identity/monitoring-health/concept-sign-in-log-activity-details
  - https://learn.microsoft.com/en-us/graph/api/temporaryaccesspassauthenticationmethod-delete
  - https://attack.mitre.org/techniques/T1078/004/
techniques: [T1078.004]
controls: [ISO27001:A.5.16, ISO27001:A.5.17, NIST-800-53:IA-5]
---
SELECT
    l.tenant_id, l.subject_type, l.subject_id, l.actor_id, l.actor_name, l.about, l.supporting,
    l.sentence || ': ' || l.outcome_reason AS summary,
    CASE WHEN l.outcome_registered = 'not assessed' THEN l.outcome_reason END AS not_assessed
FROM login_findings AS l
WHERE l.outcome_registered = 'failed' OR l.outcome_registered = 'not assessed'
ORDER BY l.login_no
