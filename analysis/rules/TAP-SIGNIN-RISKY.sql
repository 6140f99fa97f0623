---
id: TAP-SIGNIN-RISKY
title: A log-in with a Temporary Access Pass was rated risky
severity: high
sign: [log-in rated risky, log-ins rated risky]
group: log-ins
family: means
population: logins
needs: [tap-capable sign-in, risk]
condition: >-
  a TAP sign-in of it has a risk of medium or high, at the sign-in or as detected later. Medium when the risk is
  medium, low when it was dismissed or confirmed as safe [log-in]
why: >-
  Microsoft Entra ID Protection rated the sign-in as medium or high risk at the moment it happened. A pass satisfies a
  multifactor requirement, so a policy that answers risk with multifactor authentication alone does not stop it.
how_to_verify: >-
  Read riskLevelDuringSignIn, riskEventTypes_v2, address, location and device of the sign-in, and the user's other
  detections under ID Protection > Risk detections. Ask the user, through a channel that does not depend on the
  account, whether it was theirs.
how_to_fix: >-
  If it was the user, dismiss the risk in ID Protection with the reason. If not, delete the pass, revoke the sessions,
  mark the user as compromised, and remove methods and devices registered since. Consider a Conditional Access policy
  that blocks high sign-in risk instead of asking for multifactor authentication.
fix: [revoke-user, delete-pass, review-methods]
references:
  - https://learn.microsoft.com/en-us/entra/id-protection/howto-identity-protection-investigate-risk
  - https://learn.microsoft.com/en-us/entra/id-protection/concept-identity-protection-risks
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/graph/api/temporaryaccesspassauthenticationmethod-delete
  - https://learn.microsoft.com/en-us/entra/identity/users/users-revoke-access
  - https://attack.mitre.org/techniques/T1078/004/
techniques: [T1078.004]
controls: [ISO27001:A.5.17, ISO27001:A.8.5, NIST-800-53:IA-5, NIST-800-53:AU-6]
---
SELECT
    l.tenant_id, l.subject_type, l.subject_id, l.actor_id, l.actor_name, l.about, l.supporting,
    l.sentence || ' with ' || r.risk || ' risk' || coalesce(' (' || r.states || ')', '') AS summary, r.severity
FROM login_findings AS l
JOIN risky_logins AS r ON r.login_no = l.login_no
ORDER BY l.login_no
