---
id: TAP-SIGNIN-UNSUPERVISED
title: A log-in with a Temporary Access Pass failed a criterion of close supervision
severity: medium
group: log-ins
listing: true
parameters: {new_user_days: 14, device_hours: 24, prompt_hours: 24, closed_minutes: 480, outcome_minutes: 60}
population: logins
needs: [tap-capable sign-in, audit]
condition: >-
  a criterion failed [log-in, lists which and why]. High when "issued" or "four_eyes" failed, three or more failed, or
  the user is privileged
why: >-
  Passes are acceptable where each log-in is supervised: an issued pass, an approved issuer other than the user, a
  known purpose, a known place and time, prompt use, a registration as its outcome, and a pass that is closed
  afterwards. This log-in failed at least one of these, and more or graver failures raise the severity.
how_to_verify: >-
  Read which criteria failed and why in the finding, which could not be assessed, and what was missing for that. Begin
  with the pass's issuance and issuer, then ask the user and the issuer for the request, and compare with the
  onboarding roster and the supervision register.
how_to_fix: >-
  Where the log-in was in order, supply what was missing: the person's start date in the onboarding roster, a line in
  the supervision register, the issuer in approved_issuers, the network in trusted_networks, the hours in
  business_hours. Where it was not, delete the pass, revoke the sessions and review what was registered. Delete passes
  once they have served.
fix: []
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/entra/architecture/security-operations-user-accounts
  - https://pages.nist.gov/800-63-4/sp800-63b.html
  - https://learn.microsoft.com/en-us/graph/api/temporaryaccesspassauthenticationmethod-delete
  - https://learn.microsoft.com/en-us/entra/identity/users/users-revoke-access
  - https://attack.mitre.org/techniques/T1078/004/
techniques: [T1078.004]
controls:
  - ISO27001:A.5.16
  - ISO27001:A.5.17
  - ISO27001:A.8.2
  - ISO27001:A.8.5
  - NIST-800-53:IA-5
  - NIST-800-53:AC-2
  - NIST-800-53:AU-6
  - NIST-800-63B
---
SELECT
    l.tenant_id, l.subject_type, l.subject_id, l.actor_id, l.actor_name, l.about, l.supporting,
    l.sentence || '. Not supervised: ' || l.failed_reasons AS summary,
    CASE
        WHEN l.issued = 'failed' OR l.four_eyes = 'failed' OR len(l.failed_criteria) >= 3
            OR EXISTS (SELECT 1 FROM privileged_users AS u WHERE u.tenant_id = l.tenant_id AND u.user_id = l.user_id
                AND (u.since IS NULL OR u.since < l.time))
        THEN 'high'
    END AS severity,
    CASE WHEN len(l.failed_criteria) = 0
        THEN 'no criterion failed, but whether a pass was issued cannot be said' END AS not_assessed
FROM login_findings AS l
WHERE len(l.failed_criteria) > 0 OR l.supervised = 'not assessed'
ORDER BY l.login_no
