---
id: TAP-ISSUED-OFF-HOURS
title: A Temporary Access Pass was issued outside business hours
severity: medium
group: issuance
family: time
population: passes
needs: [audit, config:business_hours]
condition: >-
  the event lies outside business hours, and the issuer is not an approved application [pass]
why: >-
  The people who would notice a wrong pass are away outside business hours. Shift work, travel and urgent recoveries
  are common and innocent causes.
how_to_verify: >-
  Compare the event's time with the duty roster of the service desk in the configured time zone, and find the ticket.
  Ask the issuer whether they were working then, and look at the address and device of the issuer's sign-ins around
  that time.
how_to_fix: >-
  If shifts are longer than configured, correct business_hours in the configuration. If an approved application issues
  at night, list it in approved_issuers.applications. If the issuer was not at work, secure their account, delete the
  pass and review what was done with it.
fix: []
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/entra/architecture/security-operations-privileged-accounts
  - https://learn.microsoft.com/en-us/graph/api/temporaryaccesspassauthenticationmethod-delete
  - https://attack.mitre.org/techniques/T1078/004/
  - https://attack.mitre.org/techniques/T1098/
techniques: [T1078.004, T1098]
controls: [ISO27001:A.5.17, ISO27001:A.8.2, NIST-800-53:IA-5, NIST-800-53:AU-6]
---
SELECT
    p.tenant_id, 'user' AS subject_type, p.user_id AS subject_id,
    p.issuer_id AS actor_id, p.issuer_name AS actor_name,
    'A pass was issued to ' || p.user_name || ' at ' || strftime(p.issued_at, '%Y-%m-%d %H:%M')
        || ' UTC, outside business hours, by ' || coalesce(CASE p.issuer_type WHEN 'application'
        THEN 'the application ' ELSE '' END || p.issuer_name,
        'an issuer that the event does not name') AS summary,
    [p.record] AS about
FROM passes AS p
WHERE p.in_hours = false AND NOT p.approved_application
ORDER BY p.pass_no
