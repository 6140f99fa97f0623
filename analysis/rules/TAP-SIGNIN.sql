---
id: TAP-SIGNIN
title: A user logged in with a Temporary Access Pass
severity: info
group: log-ins
listing: true
population: logins
needs: [tap-capable sign-in]
condition: >-
  every log-in [log-in]
why: >-
  Each log-in with a pass opened an account with a passcode that somebody else had handed over. This line is a record,
  not a fault: it lets a reviewer see every such log-in of the period with its time, place and outcome.
how_to_verify: >-
  Match the log-in with the pass and its request, and look at the supervision criteria beside it. In the sign-in log
  the authentication details of the cited request id show the step Temporary Access Pass. Ask the user about log-ins
  that match nothing.
how_to_fix: >-
  Nothing needs repair when the log-in belongs to a known enrolment. Keep an onboarding roster and a supervision
  register in the configuration, so that expected log-ins are recognised as such. The rule can be switched off in the
  configuration where the ledger is enough.
fix: []
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/entra/identity/monitoring-health/concept-sign-in-log-activity-details
  - https://attack.mitre.org/techniques/T1078/004/
techniques: [T1078.004]
controls: [ISO27001:A.5.17, ISO27001:A.8.5, NIST-800-53:IA-5, NIST-800-53:AU-6]
---
SELECT
    l.tenant_id, l.subject_type, l.subject_id, l.actor_id, l.actor_name, l.about, l.supporting,
    l.sentence || ' from ' || coalesce(l.ip, 'an unknown address') || ' (' || l.outcome || ', '
        || coalesce(nullif(l.applications, ''), 'application not known') || '); supervised: '
        || l.supervised AS summary
FROM login_findings AS l
ORDER BY l.login_no
