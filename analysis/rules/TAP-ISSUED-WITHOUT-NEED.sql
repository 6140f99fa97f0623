---
id: TAP-ISSUED-WITHOUT-NEED
title: A user got a Temporary Access Pass shortly after signing in with a strong method
severity: medium
group: issuance
family: need
parameters: {hours: 4}
population: passes
needs: [audit, tap-capable sign-in]
condition: >-
  a strong proof of the user within the {hours} hours before [pass]
why: >-
  Somebody who just signed in with a working strong method does not need a pass to get in. A new device or a method
  about to be replaced explains it; so does a person other than the user asking for the pass.
how_to_verify: >-
  Open the earlier sign-in that the finding cites: time, address, device, and the authentication step that succeeded.
  Ask the user whether they signed in then and whether they asked for the pass, and ask the issuer how they verified
  the caller.
how_to_fix: >-
  If a device change explains it, record an exception that names the ticket. If the user did not ask for the pass,
  delete it, revoke the sessions, remove methods and devices registered with it and review the issuer's recent passes.
fix: [delete-pass]
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/graph/api/temporaryaccesspassauthenticationmethod-delete
  - https://learn.microsoft.com/en-us/entra/identity/users/users-revoke-access
  - https://learn.microsoft.com/en-us/entra/identity/monitoring-health/concept-sign-in-log-activity-details
  - https://attack.mitre.org/techniques/T1078/004/
  - https://attack.mitre.org/techniques/T1098/
techniques: [T1078.004, T1098]
controls: [ISO27001:A.5.17, ISO27001:A.8.5, NIST-800-53:IA-5, NIST-800-53:AU-6]
---
-- A strong method of the user's own, used shortly before: the user could have signed in without a pass.
WITH issued AS (
    SELECT *, time_slot(issued_at, $hours * 3600) - unnest([0, 1]) AS slot FROM passes
),
own AS (
    SELECT s.*, time_slot(s.time, $hours * 3600) AS slot, p.signin_no IS NOT NULL AS strong
    FROM signins AS s LEFT JOIN strong_proofs AS p ON p.signin_no = s.signin_no
    WHERE s.error_code = 0 AND NOT s.attempt
),
before AS (
    SELECT p.pass_no, max(s.time) FILTER (WHERE s.strong) AS proved_at,
        list(DISTINCT 's:' || s.signin_no ORDER BY 's:' || s.signin_no) FILTER (WHERE s.strong) AS proofs,
        bool_or(shows_steps(s.steps, s.method_bits)) AS shown
    FROM issued AS p
    JOIN own AS s ON s.tenant_id = p.tenant_id AND s.user_id = p.user_id AND s.slot = p.slot
        AND s.time <= p.issued_at AND s.time >= p.issued_at - to_seconds($hours * 3600)
    GROUP BY p.pass_no
)
SELECT
    p.tenant_id, 'user' AS subject_type, p.user_id AS subject_id,
    p.issuer_id AS actor_id, p.issuer_name AS actor_name,
    'A pass was issued to ' || p.user_name || ', who had proved themselves by a method of their own at '
        || strftime(b.proved_at, '%Y-%m-%d %H:%M') || ' UTC, within the ' || counted($hours, 'hour', 'hours')
        || ' before' AS summary,
    [p.record] AS about, b.proofs AS supporting,
    CASE WHEN b.proved_at IS NULL
        THEN 'the user''s sign-ins of the ' || counted($hours, 'hour', 'hours')
            || ' before do not show how they were proved' END AS not_assessed
FROM before AS b
JOIN passes AS p ON p.pass_no = b.pass_no
WHERE b.proved_at IS NOT NULL OR NOT b.shown
ORDER BY p.pass_no
