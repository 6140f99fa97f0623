---
id: TAP-NETWORK-SHARED
title: Passes of several users were used from one strange address
severity: high
sign: ['strange address with several users'' passes', 'strange addresses with several users'' passes']
group: log-ins
family: place
parameters: {users: 3, days: 7}
population: tap_signins
needs: [tap-capable sign-in, shared addresses]
condition: >-
  TAP sign-ins of {users} or more users within {days} days (those of blocked log-ins too) from one address that is
  neither a trusted place nor shared egress, each in no familiar network of its user [address, burst]
why: >-
  New users enrol at home, each at their own; passes of several users that are used at one place, which is nobody's
  office and nobody's home, are in one hand. A branch office or a training room that is not configured is the innocent
  cause.
how_to_verify: >-
  Find out whose address it is (provider, country) and what the users have in common: their issuer, their department,
  a mail that they all received. Ask each of them where they enrolled.
how_to_fix: >-
  If it is a place of the company, add it to trusted_networks. Otherwise revoke these users' sessions, delete their
  passes, remove what was registered after the log-ins, and find how the passes got out.
fix: [revoke-user, delete-pass, review-methods]
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/entra/identity/conditional-access/concept-assignment-network
  - https://learn.microsoft.com/en-us/graph/api/resources/signin
  - https://learn.microsoft.com/en-us/entra/identity/users/users-revoke-access
  - https://learn.microsoft.com/en-us/graph/api/temporaryaccesspassauthenticationmethod-delete
  - https://attack.mitre.org/techniques/T1078/004/
techniques: [T1078.004]
controls: [ISO27001:A.5.17, ISO27001:A.8.5, NIST-800-53:IA-5, NIST-800-53:AU-6]
---
SELECT
    b.tenant_id, 'address' AS subject_type, b.counted_by AS subject_id,
    'Passes of ' || counted(count(DISTINCT s.user_id), 'user', 'users') || ' were used from ' || b.counted_by
        || any_value(coalesce(' (' || s.country || ')', '')) || ' between '
        || strftime(min(s.time), '%Y-%m-%d %H:%M') || ' and ' || strftime(max(s.time), '%Y-%m-%d %H:%M') || ' UTC: '
        || string_agg(DISTINCT coalesce(s.upn, s.user_id), ', ' ORDER BY coalesce(s.upn, s.user_id)) AS summary,
    list('s:' || s.signin_no ORDER BY s.signin_no) AS about
FROM bursts('passes used from address', to_seconds($days * 86400), 1, $users) AS b
JOIN signins AS s ON s.signin_no = b.item
GROUP BY b.tenant_id, b.counted_by, b.burst
ORDER BY min(s.signin_no)
