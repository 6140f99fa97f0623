---
id: TAP-DEVICE-SHARED
title: One device logged in on the passes of several users
severity: medium
group: log-ins
family: place
parameters: {users: 3, days: 30}
population: tap_signins
needs: [tap-capable sign-in, devices]
condition: >-
  one device id in TAP sign-ins, from no trusted place, of {users} or more users within {days} days, two of them in
  different networks. High when a log-in among them is from a strange country, an unfamiliar network or the issuer's
  [device, burst]
why: >-
  A user sets up a device of their own; one device that takes many users' passes outside the office is a tool. A
  technician who prepares laptops away from the office is the innocent cause.
how_to_verify: >-
  Look the device up by its id: owner, when it was joined, and by whom. Ask its owner why these users' passes were
  used on it.
how_to_fix: >-
  If it belongs to a technician, have the users enrol on devices of their own. Otherwise disable the device, revoke
  the users' sessions, and remove the methods registered in them.
fix: [revoke-user, review-methods]
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/graph/api/resources/signin
  - https://learn.microsoft.com/en-us/entra/identity/users/users-revoke-access
  - https://learn.microsoft.com/en-us/graph/api/temporaryaccesspassauthenticationmethod-delete
  - https://attack.mitre.org/techniques/T1078/004/
  - https://attack.mitre.org/techniques/T1098/005/
techniques: [T1078.004, T1098.005]
controls: [ISO27001:A.5.17, ISO27001:A.8.5, NIST-800-53:IA-5, NIST-800-53:AU-6]
---
WITH used AS (
    SELECT b.tenant_id, b.counted_by, b.burst, s.signin_no, s.time, s.user_id, s.upn, s.asn, s.network, m.login_no
    FROM bursts('passes used with device', to_seconds($days * 86400), 1, $users) AS b
    JOIN signins AS s ON s.signin_no = b.item
    LEFT JOIN login_signins AS m ON m.signin_no = s.signin_no
),
networks AS (SELECT DISTINCT tenant_id, counted_by, burst, asn, network FROM used),
moved AS (
    SELECT DISTINCT a.tenant_id, a.counted_by, a.burst
    FROM networks AS a
    JOIN networks AS b ON b.tenant_id = a.tenant_id AND b.counted_by = a.counted_by AND b.burst = a.burst
    WHERE is_other_network(a.asn, a.network, b.asn, b.network)
),
odd AS (
    SELECT login_no FROM strange_country_logins
    UNION SELECT login_no FROM unfamiliar_logins WHERE enough
    UNION SELECT login_no FROM issuer_network_logins
)
SELECT
    u.tenant_id, 'device' AS subject_type, u.counted_by AS subject_id, any_value(s.device_name) AS subject_name,
    'One device logged in on the passes of ' || counted(count(DISTINCT u.user_id), 'user', 'users') || ' between '
        || strftime(min(u.time), '%Y-%m-%d %H:%M') || ' and ' || strftime(max(u.time), '%Y-%m-%d %H:%M') || ' UTC: '
        || string_agg(DISTINCT coalesce(u.upn, u.user_id), ', ' ORDER BY coalesce(u.upn, u.user_id)) AS summary,
    CASE WHEN count(o.login_no) > 0 THEN 'high' END AS severity,
    list('s:' || u.signin_no ORDER BY u.signin_no) AS about
FROM used AS u
JOIN moved AS m ON m.tenant_id = u.tenant_id AND m.counted_by = u.counted_by AND m.burst = u.burst
JOIN signins AS s ON s.signin_no = u.signin_no
LEFT JOIN odd AS o ON o.login_no = u.login_no
GROUP BY u.tenant_id, u.counted_by, u.burst
ORDER BY ALL
