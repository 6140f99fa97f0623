---
id: TAP-SIGNIN-FROM-ISSUER-NETWORK
title: A Temporary Access Pass was used from the address or device of the person who issued it
severity: high
sign: [pass used where its issuer sits, passes used where their issuers sit]
group: log-ins
family: place
population: logins
needs: [audit, tap-capable sign-in, shared addresses, device ids]
condition: >-
  the pass is known, its issuer is a person other than the user, and a TAP sign-in of the log-in came from the
  issuance's address or with a device of the issuer's. The address is neither a trusted place nor shared egress. The
  issuer signed in with the device id in the 90 days before, and fewer than 3 other users have TAP sign-ins with it.
  Medium where only the device says so and the TAP sign-in is from a trusted place, or only the address, which lies in
  a familiar network of the issuer, and the user is new [log-in]
why: >-
  When issuer and user sit side by side this is normal, and naming the office network as trusted clears it. Otherwise
  it suggests that the issuer used the pass in place of the user.
how_to_verify: >-
  Compare the issuance's ipAddress (initiatedBy.user) with the log-in's ipAddress, and deviceDetail.deviceId with the
  issuer's own sign-ins. Ask the user whether they logged in and where; ask the issuer only after that.
how_to_fix: >-
  Add the office or shared gateway to trusted_networks in the configuration if that explains it. If the user did not
  log in, revoke the sessions of both, remove methods and devices registered after the log-in, and review every pass of
  this issuer.
fix: [revoke-user, delete-pass, review-methods]
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/entra/identity/conditional-access/concept-assignment-network
  - https://learn.microsoft.com/en-us/entra/architecture/security-operations-privileged-accounts
  - https://learn.microsoft.com/en-us/entra/identity/users/users-revoke-access
  - https://attack.mitre.org/techniques/T1078/004/
  - https://attack.mitre.org/techniques/T1098/
techniques: [T1078.004, T1098]
controls: [ISO27001:A.5.17, ISO27001:A.8.2, ISO27001:A.8.5, NIST-800-53:IA-5, NIST-800-53:AU-6]
---
SELECT
    l.tenant_id, l.subject_type, l.subject_id, l.actor_id, l.actor_name, l.about,
    list_concat(l.supporting, i.issuer_signins) AS supporting, l.sentence || ' from ' || i.how AS summary,
    CASE WHEN is_weak_issuer_network(
            i.by_address, i.by_device, i.by_device_elsewhere, i.familiar_to_issuer, p.new_user)
        THEN 'medium' END AS severity,
    CASE WHEN l.issued = 'not assessed' THEN l.issued_reason END AS not_assessed
FROM login_findings AS l
LEFT JOIN issuer_network_logins AS i ON i.login_no = l.login_no
LEFT JOIN passes AS p ON p.pass_no = l.pass_no
WHERE i.login_no IS NOT NULL OR l.issued = 'not assessed'
ORDER BY l.login_no
