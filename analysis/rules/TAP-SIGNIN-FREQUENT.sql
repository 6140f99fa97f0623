---
id: TAP-SIGNIN-FREQUENT
title: A user logged in with Temporary Access Passes unusually often
severity: medium
group: log-ins
family: kind
parameters: {max_per_day: 3, max_per_30_days: 5}
population: logins
needs: [tap-capable sign-in]
condition: >-
  more than {max_per_day} log-ins of a user within 24 h, or more than {max_per_30_days} within 30 days; bursts of both
  kinds that overlap in time are one [user, burst]
why: >-
  Passes are meant to bring a person in once; frequent log-ins mean that they have become this user's way of signing
  in, or that somebody uses them beside the user. Trouble in setting up a device or an authenticator is the common
  innocent cause.
how_to_verify: >-
  Line up the log-ins of the finding by time, address, device and pass, and see whether a method was registered after
  any of them. Ask the user what they were doing and the issuers why passes were made again.
how_to_fix: >-
  Help the user to register a lasting method (https://aka.ms/mysecurityinfo) and delete the current pass. If log-ins
  are not the user's, revoke the sessions and remove methods and devices that the user does not recognise. Where many
  log-ins are expected, for instance on training accounts, record an exception or raise max_per_day and
  max_per_30_days.
fix: []
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/entra/identity/monitoring-health/concept-sign-in-log-activity-details
  - https://learn.microsoft.com/en-us/graph/api/temporaryaccesspassauthenticationmethod-delete
  - https://learn.microsoft.com/en-us/entra/identity/users/users-revoke-access
  - https://attack.mitre.org/techniques/T1078/004/
techniques: [T1078.004]
controls: [ISO27001:A.5.17, ISO27001:A.8.5, NIST-800-53:IA-5, NIST-800-53:AU-6]
---
WITH counted AS (
    SELECT *, 'day' AS span FROM bursts('logins of user', INTERVAL 24 HOUR, $max_per_day + 1, 1)
    UNION ALL
    SELECT *, 'month' FROM bursts('logins of user', INTERVAL 720 HOUR, $max_per_30_days + 1, 1)
),
-- Bursts of both kinds that overlap in time are one.
spans AS (
    SELECT tenant_id, counted_by, span, burst, min(time) AS from_time, max(time) AS to_time FROM counted GROUP BY ALL
),
marked AS (
    SELECT *, coalesce(from_time > max(to_time) OVER (
        PARTITION BY tenant_id, counted_by ORDER BY from_time, to_time, span
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), true) AS opens
    FROM spans
),
joined AS (
    SELECT *, count(CASE WHEN opens THEN 1 END) OVER (
        PARTITION BY tenant_id, counted_by ORDER BY from_time, to_time, span) AS one
    FROM marked
),
members AS (
    SELECT DISTINCT j.tenant_id, j.counted_by, j.one, c.item
    FROM joined AS j JOIN counted AS c ON c.tenant_id = j.tenant_id AND c.counted_by = j.counted_by
        AND c.span = j.span AND c.burst = j.burst
)
SELECT
    m.tenant_id, 'user' AS subject_type, m.counted_by AS subject_id,
    any_value(l.user_name) || ' logged in with a pass ' || counted(count(*), 'time', 'times') || ' between '
        || strftime(min(l.time), '%Y-%m-%d %H:%M') || ' and '
        || strftime(max(l.time), '%Y-%m-%d %H:%M') || ' UTC; more than ' || CAST($max_per_day AS INTEGER)
            || ' within 24 hours or '
        || CAST($max_per_30_days AS INTEGER) || ' within 30 days is unusual' AS summary,
    flatten(list(l.records ORDER BY l.time, l.login_no)) AS about
FROM members AS m JOIN logins AS l ON l.login_no = m.item
GROUP BY m.tenant_id, m.counted_by, m.one
ORDER BY min(l.login_no)
