---
id: TAP-SIGNIN-BLOCKED
title: A correct Temporary Access Pass was entered but access was refused
severity: low
group: log-ins
family: refused
population: blocked_logins
needs: [tap-capable sign-in]
condition: >-
  every blocked log-in [blocked log-in]
why: >-
  Somebody held a valid pass, and another control, such as Conditional Access or a disabled account, stopped the
  sign-in. New users on a device or network that is not yet allowed are the usual cause, and the control did its work.
how_to_verify: >-
  Read the error code, its reason and the Conditional Access result of the cited sign-ins, and where they came from.
  Ask the user whether the attempt was theirs, and whether they could enrol afterwards.
how_to_fix: >-
  If it was the user, show them a permitted way or make room for enrolment in the Conditional Access policy concerned.
  If it was not, the passcode has leaked: delete the pass, ask the issuer how it was handed over, and review the user's
  other sign-ins.
fix: []
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes
  - https://learn.microsoft.com/en-us/entra/identity/monitoring-health/concept-sign-in-log-activity-details
  - https://learn.microsoft.com/en-us/graph/api/temporaryaccesspassauthenticationmethod-delete
  - https://attack.mitre.org/techniques/T1078/004/
techniques: [T1078.004]
controls: [ISO27001:A.5.17, ISO27001:A.8.5, NIST-800-53:IA-5, NIST-800-53:AU-6]
---
SELECT
    l.tenant_id, 'user' AS subject_type, l.user_id AS subject_id,
    'The pass of ' || l.user_name || ' was right at ' || strftime(l.time, '%Y-%m-%d %H:%M')
        || ' UTC, but access was refused' AS summary,
    l.records AS about
FROM blocked_logins AS l
ORDER BY l.login_no
