---
id: TAP-GRAPH-PROBED
title: Somebody asked Microsoft Graph for the Temporary Access Passes of many users, or was refused
severity: medium
group: issuance
family: issuer
incident: issuer
parameters: {users: 5, minutes: 60}
population: pass_requests
needs: [graph-activity]
condition: >-
  Graph requests for temporaryAccessPassMethods of {users} or more different users within {minutes} minutes by one
  actor, user or application, that is not an approved issuer. They are GET, or answered 401 or 403, or POST answered
  4xx. Low when all are GET answered 2xx [actor, burst; lists 50 users at most]
why: >-
  Reading who holds a pass, or trying to create passes without the right to, is how somebody looks for an account to
  take. A tool that reports on sign-in methods reads the same addresses and is refused nowhere.
how_to_verify: >-
  Read the requests in Graph activity: which application and which user sent them, from which address, and how they
  were answered. Ask the owner of the application which job this was.
how_to_fix: >-
  List a reporting tool among the approved issuers, or record an exception that names it. Otherwise revoke the actor's
  sessions, take its permissions on authentication methods away, and see what else it asked for.
fix: [revoke-actor]
references:
  - https://learn.microsoft.com/en-us/graph/api/authentication-list-temporaryaccesspassmethods
  - https://learn.microsoft.com/en-us/graph/api/authentication-post-temporaryaccesspassmethods
  - https://learn.microsoft.com/en-us/graph/microsoft-graph-activity-logs-overview
  - https://learn.microsoft.com/en-us/entra/architecture/security-operations-privileged-accounts
  - https://attack.mitre.org/techniques/T1087/004/
  - https://attack.mitre.org/techniques/T1098/
  - https://attack.mitre.org/techniques/T1078/004/
techniques: [T1087.004, T1098, T1078.004]
controls: [ISO27001:A.5.16, ISO27001:A.5.17, ISO27001:A.8.2, NIST-800-53:AU-6]
---
WITH probed AS (
    SELECT b.counted_by, b.burst, r.*
    FROM bursts('requests for passes', to_seconds($minutes * 60), 1, $users) AS b
    JOIN pass_requests AS r ON r.request_no = b.item
),
people AS (
    SELECT tenant_id, counted_by, burst, user_id FROM probed GROUP BY tenant_id, counted_by, burst, user_id
    QUALIFY row_number() OVER (PARTITION BY tenant_id, counted_by, burst ORDER BY user_id) <= 50
),
listed AS (
    SELECT p.tenant_id, p.counted_by, p.burst,
        string_agg(coalesce(u.upn, p.user_id), ', ' ORDER BY coalesce(u.upn, p.user_id)) AS names
    FROM people AS p LEFT JOIN upns AS u ON u.tenant = p.tenant_id AND u.user_id = p.user_id
    GROUP BY ALL
)
SELECT
    p.tenant_id, p.actor_type AS subject_type, p.actor_id AS subject_id, p.actor_id,
    'Microsoft Graph was asked ' || counted(count(*), 'time', 'times')
        || ' for the passes of ' || counted(count(DISTINCT p.user_id), 'user', 'users') || ' between '
        || strftime(min(p.time), '%Y-%m-%d %H:%M') || ' and ' || strftime(max(p.time), '%Y-%m-%d %H:%M') || ' UTC; '
        || counted(count(*) FILTER (WHERE NOT p.granted), 'request was', 'requests were')
        || ' refused: ' || any_value(l.names)
        || CASE WHEN count(DISTINCT p.user_id) > 50 THEN ' and others' ELSE '' END AS summary,
    CASE WHEN bool_and(p.method = 'GET' AND p.granted) THEN 'low' END AS severity,
    list(p.record ORDER BY p.time, p.request_no)[1:1000] AS about, max(p.time) AS last_seen
FROM probed AS p
JOIN listed AS l ON l.tenant_id = p.tenant_id AND l.counted_by = p.counted_by AND l.burst = p.burst
GROUP BY p.tenant_id, p.counted_by, p.burst, p.actor_type, p.actor_id
ORDER BY min(p.request_no)
