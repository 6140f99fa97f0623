---
id: TAP-ISSUED-AFTER-RISKY-SIGNIN
title: An issuer made a Temporary Access Pass soon after a risky sign-in of their own
severity: high
sign: [pass issued after a risky sign-in of its issuer, passes issued after risky sign-ins of their issuers]
group: issuance
family: issuer
parameters: {hours: 24}
population: passes
needs: [audit, sign-in, risk]
condition: >-
  the issuer had a successful sign-in with a risk of medium or high within the {hours} hours before. Medium when the
  risk is medium, low when it was dismissed or confirmed as safe [pass]
why: >-
  Microsoft Entra ID Protection rated a successful sign-in of the issuer as medium or high risk, and the account then
  made a pass for somebody else. If the issuer's account is in the wrong hands, the pass carries the problem over to
  the user.
how_to_verify: >-
  Open the risky sign-in of the issuer: riskLevelDuringSignIn, riskEventTypes_v2, address, device, and compare it with
  the address of the issuance. Ask the issuer whether that sign-in was theirs, for instance while travelling, and for
  the request behind the pass.
how_to_fix: >-
  If the issuer confirms both, dismiss the risk in ID Protection and record an exception that says why. If not, revoke
  the issuer's sessions, reset the credentials, delete the pass, and treat every action of the issuer since the risky
  sign-in as not theirs.
fix: [delete-pass, revoke-actor]
references:
  - https://learn.microsoft.com/en-us/entra/id-protection/howto-identity-protection-investigate-risk
  - https://learn.microsoft.com/en-us/entra/id-protection/concept-identity-protection-risks
  - https://learn.microsoft.com/en-us/graph/api/temporaryaccesspassauthenticationmethod-delete
  - https://learn.microsoft.com/en-us/entra/identity/users/users-revoke-access
  - https://learn.microsoft.com/en-us/entra/architecture/security-operations-privileged-accounts
  - https://attack.mitre.org/techniques/T1078/004/
  - https://attack.mitre.org/techniques/T1098/
techniques: [T1078.004, T1098]
controls: [ISO27001:A.5.17, ISO27001:A.8.2, ISO27001:A.8.5, NIST-800-53:IA-5, NIST-800-53:AU-6]
---
WITH issued AS (
    SELECT *, time_slot(issued_at, $hours * 3600) - unnest([0, 1]) AS slot FROM passes WHERE issuer_type = 'user'
),
risky AS (
    SELECT *, time_slot(time, $hours * 3600) AS slot FROM signins WHERE error_code = 0 AND risk IN ('medium', 'high')
)
SELECT
    p.tenant_id, 'user' AS subject_type, p.user_id AS subject_id,
    p.issuer_id AS actor_id, p.issuer_name AS actor_name,
    p.issuer_name || ' issued a pass to ' || p.user_name || ' after signing in with '
        || CASE WHEN bool_or(s.risk = 'high') THEN 'high' ELSE 'medium' END || ' risk within the '
        || counted($hours, 'hour', 'hours') || ' before' AS summary,
    [p.record] AS about, list('s:' || s.signin_no ORDER BY s.signin_no) AS supporting,
    worst_severity(list(risk_severity(s.risk, s.risk_state))) AS severity
FROM issued AS p
JOIN risky AS s
    ON s.tenant_id = p.tenant_id AND s.user_id = p.issuer_id AND s.slot = p.slot
    AND s.time <= p.issued_at AND s.time >= p.issued_at - to_seconds($hours * 3600)
GROUP BY p.pass_no, p.tenant_id, p.user_id, p.user_name, p.issuer_id, p.issuer_name, p.record
ORDER BY p.pass_no
