---
id: TAP-SIGNIN-OUT-OF-SCOPE
title: A Temporary Access Pass was refused by the policy
severity: medium
group: log-ins
family: refused
population: tap_attempts
needs: [sign-in]
condition: >-
  a refused attempt that was not spent: the policy does not let this user in with a pass [sign-in]
why: >-
  The policy refuses a pass when its user is not included, when a one-time pass was used before, or when a multiple-use
  pass meets a policy that allows only one-time passes. Mistakes in set-up are common; a one-time pass used a second
  time, or a pass for somebody kept out on purpose, deserves a look.
how_to_verify: >-
  Read status.failureReason and the error code of the sign-in (130500, 130501 and 130502 are the usual ones). Check the
  policy's included and excluded groups for the user, and look for an earlier log-in with the same pass from another
  address or device; ask the user whether both were theirs.
how_to_fix: >-
  If the user should be able to use passes, add them to the included group; otherwise tell the issuer that the policy
  leaves this user out. If a second person tried a spent pass, revoke the user's sessions and review what the first
  log-in led to.
fix: []
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes
  - https://learn.microsoft.com/en-us/entra/identity/monitoring-health/concept-sign-in-log-activity-details
  - https://learn.microsoft.com/en-us/entra/identity/users/users-revoke-access
  - https://attack.mitre.org/techniques/T1078/004/
techniques: [T1078.004]
controls: [ISO27001:A.5.17, ISO27001:A.8.5, NIST-800-53:IA-5]
---
SELECT
    s.tenant_id, 'user' AS subject_type, s.user_id AS subject_id,
    'A pass was refused at ' || strftime(s.time, '%Y-%m-%d %H:%M') || ' UTC from '
        || coalesce(s.ip, 'an unknown address') || ': '
        || coalesce(s.failure_reason, 'error ' || s.error_code)
            || ' (the policy does not let this user in with a pass)' AS summary,
    ['s:' || s.signin_no] AS about
FROM tap_attempts AS s
JOIN refused_attempts AS r ON r.signin_no = s.signin_no
WHERE NOT r.spent
ORDER BY s.signin_no
