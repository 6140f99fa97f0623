---
id: TAP-GUESSING
title: Wrong Temporary Access Passes were entered again and again
severity: high
sign: [run of wrong passes, runs of wrong passes]
group: log-ins
family: guessing
parameters: {attempts: 5, minutes: 60, slow_attempts: 10, slow_hours: 24}
population: tap_attempts
needs: [sign-in]
condition: >-
  {attempts} or more failed attempts (other than 130506, a pass that is not valid yet) on one user within {minutes}
  minutes, or {slow_attempts} or more within {slow_hours} hours [user, burst]. Or {attempts} or more within {minutes}
  minutes from one address on two or more users [address, burst]
why: >-
  Many failures on one user, or from one address on several users, can mean that somebody tries out passcodes. A user
  who mistypes a long passcode, or a training room where several people enrol, produces them too.
how_to_verify: >-
  List the failed attempts by time, address and user agent with their error codes, and see whether the users held a
  pass at that time. Ask the users whether they were typing, and look for a success shortly afterwards from the same
  address.
how_to_fix: >-
  If a user mistyped, nothing needs repair; copying the passcode helps. Otherwise delete the passes of the users
  concerned, block the address by Conditional Access (this does not stop the guessing, but a right guess gets no
  access), raise the passcode length in the policy (defaultLength, up to 48), and review later sign-ins of these users.
fix: [delete-pass]
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/graph/api/resources/temporaryaccesspassauthenticationmethodconfiguration
  - https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-password-smart-lockout
  - https://learn.microsoft.com/en-us/entra/identity/conditional-access/concept-assignment-network
  - https://attack.mitre.org/techniques/T1110/
  - https://attack.mitre.org/techniques/T1078/004/
techniques: [T1110, T1078.004]
controls: [ISO27001:A.5.17, ISO27001:A.8.5, NIST-800-53:IA-5, NIST-800-53:AU-6, NIST-800-63B, PCI-DSS-4.0:8.3]
---
SELECT
    g.tenant_id, 'user' AS subject_type, g.user_id AS subject_id,
    counted(count(*), 'sign-in', 'sign-ins') || ' of ' || coalesce(any_value(s.upn ORDER BY s.signin_no), g.user_id)
        || ' failed on a wrong pass between ' || strftime(min(s.time), '%Y-%m-%d %H:%M') || ' and '
        || strftime(max(s.time), '%Y-%m-%d %H:%M') || ' UTC, from '
            || string_agg(DISTINCT s.ip, ', ' ORDER BY s.ip) AS summary,
    list('s:' || s.signin_no ORDER BY s.signin_no) AS about
FROM guessings($minutes, $attempts, $slow_hours, $slow_attempts) AS g
JOIN signins AS s ON s.signin_no = g.signin_no
GROUP BY g.tenant_id, g.user_id, g.burst
UNION ALL
SELECT
    b.tenant_id, 'address', b.counted_by,
    counted(count(*), 'sign-in', 'sign-ins') || ' of ' || counted(count(DISTINCT s.user_id), 'user', 'users')
        || ' failed on a wrong pass from ' || b.counted_by
        || ' between '
        || strftime(min(s.time), '%Y-%m-%d %H:%M') || ' and ' || strftime(max(s.time), '%Y-%m-%d %H:%M') || ' UTC',
    list('s:' || s.signin_no ORDER BY s.signin_no)
FROM bursts('failed attempts from address', to_seconds($minutes * 60), $attempts, 2) AS b
JOIN signins AS s ON s.signin_no = b.item
GROUP BY b.tenant_id, b.counted_by, b.burst
ORDER BY ALL
