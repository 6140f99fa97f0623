---
id: TAP-LIFETIME-EXCESSIVE
title: A Temporary Access Pass was issued with a long lifetime
severity: medium
group: issuance
family: kind
parameters: {max_lifetime_minutes: 480}
population: passes
needs: [audit]
condition: >-
  logged EndTime more than {max_lifetime_minutes} minutes after the start [pass]
why: >-
  The longer a pass is valid, the longer anybody who saw it can use it, and sessions opened with it last as long.
  Enrolment takes minutes; a pass prepared for a first working day needs a later start, not a longer life.
how_to_verify: >-
  Compare StartDateTime and EndTime in the audit event's modifiedProperties with the limit in the finding. Ask the
  issuer why it had to be that long and how the passcode was handed over.
how_to_fix: >-
  If the pass is still valid and no longer needed, delete it (DELETE
  /users/{id}/authentication/temporaryAccessPassMethods/{pass-id}). Lower maximumLifetimeInMinutes in the policy so
  that such passes cannot be made, and show issuers how to set a start time.
fix: [delete-pass]
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/graph/api/resources/temporaryaccesspassauthenticationmethodconfiguration
  - https://learn.microsoft.com/en-us/graph/api/temporaryaccesspassauthenticationmethod-delete
  - https://attack.mitre.org/techniques/T1078/004/
  - https://attack.mitre.org/techniques/T1098/
techniques: [T1078.004, T1098]
controls: [ISO27001:A.5.17, ISO27001:A.8.5, NIST-800-53:IA-5, NIST-800-63B]
---
SELECT
    p.tenant_id, 'user' AS subject_type, p.user_id AS subject_id,
    p.issuer_id AS actor_id, p.issuer_name AS actor_name,
    'The pass of ' || p.user_name || ' was valid for '
        || CAST(round((epoch(p.end_time) - epoch(p.starts_at)) / 60) AS BIGINT) || ' minutes, more than '
        || CAST($max_lifetime_minutes AS BIGINT) AS summary,
    [p.record] AS about,
    CASE WHEN NOT p.end_logged THEN 'the audit event does not say when the pass ends' END AS not_assessed
FROM passes AS p
WHERE (p.end_logged AND epoch(p.end_time) - epoch(p.starts_at) > $max_lifetime_minutes * 60)
    OR (NOT p.end_logged AND p.issued_at >= $period_from AND p.issued_at < $period_to)
ORDER BY p.pass_no
