---
id: TAP-ISSUANCE-FAILED
title: Somebody tried to issue a Temporary Access Pass and failed
severity: low
group: issuance
family: refused
population: issuance_failures
needs: [audit]
condition: >-
  an issuance whose result is not success [event]
why: >-
  Most failures are mistyped settings or a missing right and mean nothing. A run of them, or one by somebody who does
  not issue passes, can show a person trying out what an account is able to do.
how_to_verify: >-
  Read result, resultReason and initiatedBy of the audit event, and look for further attempts by the same person or
  address. Ask the issuer what they wanted to do and for whom.
how_to_fix: >-
  If the issuer is entitled and the cause is a setting, correct the lifetime or the scope, or show the issuer the right
  procedure. If the issuer has no reason to issue passes, review their roles under Entra ID > Roles & admins and their
  recent sign-ins.
fix: []
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/entra/identity/monitoring-health/reference-audit-activities
  - https://learn.microsoft.com/en-us/entra/identity/role-based-access-control/permissions-reference
  - https://attack.mitre.org/techniques/T1078/004/
  - https://attack.mitre.org/techniques/T1098/
techniques: [T1078.004, T1098]
controls: [ISO27001:A.5.17, ISO27001:A.8.2, NIST-800-53:IA-5, NIST-800-53:AU-6]
---
SELECT
    e.tenant_id, 'user' AS subject_type, coalesce(e.user_id, 'unknown') AS subject_id, e.issuer_id AS actor_id,
        e.issuer_name AS actor_name,
    'Issuing a pass to ' || coalesce(e.user_name, 'an unknown user') || ' failed ('
        || coalesce(nullif(e.result, ''), 'no result given') || ')'
        || coalesce(': ' || nullif(e.reason, ''), '') AS summary,
    [e.record] AS about
FROM audit_events AS e
WHERE e.kind = 'pass issuance failed'
ORDER BY e.event_no
