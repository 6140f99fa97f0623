---
id: TAP-SIGNIN-UNFAMILIAR-NETWORK
title: A user logged in with a Temporary Access Pass from a network they had not used before
severity: medium
group: log-ins
family: place
population: logins
needs: [tap-capable sign-in]
condition: >-
  a TAP sign-in of it is neither from a trusted place nor from a familiar network, and the user has 5 or more earlier
  sign-ins [log-in]
why: >-
  The log-in came from a network that is neither trusted nor one the user had signed in from lately. Working from home,
  travel and a new mobile provider are common causes; somebody else holding the passcode is the one to rule out.
how_to_verify: >-
  Look at ipAddress, autonomousSystemNumber, location and device of the sign-in, and at the networks of the user's
  earlier sign-ins. Ask the user where they were at that time.
how_to_fix: >-
  If the place is a company network, add it to trusted_networks in the configuration. If the log-in was not the user's,
  delete the pass, revoke the sessions and remove methods and devices registered after it. A Conditional Access policy
  can tie the registration of security information to trusted networks.
fix: [revoke-user, delete-pass, review-methods]
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/entra/identity/conditional-access/concept-assignment-network
  - https://learn.microsoft.com/en-us/entra/identity/conditional-access/policy-all-users-security-info-registration
  - https://learn.microsoft.com/en-us/graph/api/temporaryaccesspassauthenticationmethod-delete
  - https://learn.microsoft.com/en-us/entra/identity/users/users-revoke-access
  - https://attack.mitre.org/techniques/T1078/004/
techniques: [T1078.004]
controls: [ISO27001:A.5.17, ISO27001:A.8.5, NIST-800-53:IA-5, NIST-800-53:AU-6]
---
SELECT
    l.tenant_id, l.subject_type, l.subject_id, l.actor_id, l.actor_name, l.about, l.supporting,
    l.sentence || ' from ' || coalesce(u.ip, 'an unknown address')
        || ', neither a trusted place nor a network of the '
        || counted(u.earlier_signins, 'sign-in', 'sign-ins') || ' before' AS summary,
    CASE WHEN NOT u.enough
        THEN 'the user has fewer than 5 earlier sign-ins, or no familiar network' END AS not_assessed
FROM login_findings AS l
JOIN unfamiliar_logins AS u ON u.login_no = l.login_no
ORDER BY l.login_no
