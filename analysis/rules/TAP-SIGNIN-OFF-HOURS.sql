---
id: TAP-SIGNIN-OFF-HOURS
title: A user logged in with a Temporary Access Pass outside business hours
severity: low
group: log-ins
family: time
population: logins
needs: [tap-capable sign-in, config:business_hours]
condition: >-
  outside business hours [log-in]
why: >-
  Enrolment normally takes place while the people who supervise it are at work. Shift work, travel and setting up a
  device at home in the evening are common and innocent.
how_to_verify: >-
  Compare the time of the log-in with the user's working hours and time zone, and its address and device with the
  user's other sign-ins. Ask the user whether the log-in was theirs.
how_to_fix: >-
  If people do enrol at that time, widen business_hours in the configuration or record an exception for the group. If
  it was not the user, delete the pass, revoke the sessions and review what was registered.
fix: []
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/entra/identity/monitoring-health/concept-sign-in-log-activity-details
  - https://learn.microsoft.com/en-us/graph/api/temporaryaccesspassauthenticationmethod-delete
  - https://learn.microsoft.com/en-us/entra/identity/users/users-revoke-access
  - https://attack.mitre.org/techniques/T1078/004/
techniques: [T1078.004]
controls: [ISO27001:A.5.17, ISO27001:A.8.5, NIST-800-53:IA-5, NIST-800-53:AU-6]
---
SELECT
    l.tenant_id, l.subject_type, l.subject_id, l.actor_id, l.actor_name, l.about, l.supporting,
    l.sentence || ', outside business hours' AS summary
FROM login_findings AS l
WHERE l.hours = 'failed'
ORDER BY l.login_no
