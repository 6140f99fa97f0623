---
id: TAP-ISSUED
title: A Temporary Access Pass was issued
severity: info
group: issuance
listing: true
population: passes
needs: [audit]
condition: >-
  every pass [pass]
why: >-
  Each pass lets its holder sign in as the user for a while, so each deserves a known reason and a known issuer. This
  line is a record, not a fault: it lets a reviewer tick off every pass of the period.
how_to_verify: >-
  Match the pass with a ticket or onboarding list: user, issuer, start and end are in the audit event Admin registered
  security info or User registered security info. Ask the issuer about passes that match nothing.
how_to_fix: >-
  Nothing needs repair when the pass matches a request. Ask the issuer about passes without one. An onboarding roster
  or a supervision register in the configuration gives passes a known purpose from then on. The rule can be switched
  off in the configuration where the list of passes is enough.
fix: []
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/entra/identity/monitoring-health/reference-audit-activities
  - https://attack.mitre.org/techniques/T1078/004/
  - https://attack.mitre.org/techniques/T1098/
techniques: [T1078.004, T1098]
controls: [ISO27001:A.5.16, ISO27001:A.5.17, NIST-800-53:IA-5, NIST-800-53:AU-6]
---
SELECT
    p.tenant_id, 'user' AS subject_type, p.user_id AS subject_id,
    p.issuer_id AS actor_id, p.issuer_name AS actor_name,
    'A pass was issued to ' || p.user_name || ' by ' || coalesce(CASE p.issuer_type WHEN 'application'
        THEN 'the application ' ELSE '' END || p.issuer_name, 'an issuer that the event does not name')
        || ', valid ' || strftime(p.starts_at, '%Y-%m-%d %H:%M') || ' to ' || strftime(p.end_time, '%Y-%m-%d %H:%M')
            || ' UTC'
        || CASE WHEN p.end_logged THEN '' ELSE ' (end inferred from the policy)' END
        || CASE WHEN p.usage = 'unknown' THEN '' ELSE ', ' || p.usage END
        || CASE WHEN p.ended_by = 'expiry' THEN '' ELSE '; ended early by ' || p.ended_by || ' '
            || strftime(p.ended_at, '%Y-%m-%d %H:%M') || ' UTC' END AS summary,
    [p.record] AS about
FROM passes AS p
ORDER BY p.pass_no
