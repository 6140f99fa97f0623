---
id: TAP-SESSION-ACTED
title: Rules, rights or settings were changed in a session opened with a Temporary Access Pass
severity: high
group: log-ins
family: deeds
population: logins
needs: [tap-capable sign-in, audit, deeds]
condition: >-
  something of a grave class was done on a log-in with success, or another user's password was changed. Medium when all
  of it is linked by address alone; or when all of it is consent, the service principal that comes with it, mailbox
  permission or flow, and comes after a method event that follows the log-in [log-in, lists the classes with counts and
  the first place of each]
why: >-
  A pass is for registering a sign-in method. Whoever makes inbox rules, gives consent or roles, or changes policies in
  the same session uses it for something else, and such changes stay when the session ends.
how_to_verify: >-
  Read in activity.csv what was done on the log-in, and each record with tapaudit show. Ask the user, by a known
  telephone number, whether they did this then; compare with tickets and change requests.
how_to_fix: >-
  If it was not the user, revoke the sessions, remove the methods registered since, and take every change back. Delete
  the inbox rules and forwarding, remove consents, credentials, roles and permissions, and restore the policies. If it
  was their work, record an exception that names the ticket.
fix: [revoke-user, review-methods]
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/entra/identity/authentication/how-to-authentication-track-linkable-identifiers
  - https://learn.microsoft.com/en-us/purview/audit-log-activities
  - https://learn.microsoft.com/en-us/entra/identity/monitoring-health/reference-audit-activities
  - https://learn.microsoft.com/en-us/entra/identity/users/users-revoke-access
  - https://attack.mitre.org/techniques/T1114/003/
  - https://attack.mitre.org/techniques/T1098/
  - https://attack.mitre.org/techniques/T1078/004/
techniques: [T1078.004, T1098, T1114.003, T1550]
controls: [ISO27001:A.5.17, ISO27001:A.8.2, NIST-800-53:AC-2, NIST-800-53:AU-6]
---
WITH consents AS (
    SELECT DISTINCT login_no, correlation_id
    FROM session_activity WHERE class = 'consent' AND succeeded AND correlation_id IS NOT NULL
),
acted AS (
    SELECT a.*, coalesce(a.time > e.first_method, false) AND (
            a.class IN ('consent', 'mailbox permission', 'flow')
            OR c.login_no IS NOT NULL AND lower(a.operation) = 'add service principal') AS mild
    FROM session_activity AS a
    LEFT JOIN enrolments AS e ON e.login_no = a.login_no
    LEFT JOIN consents AS c ON c.login_no = a.login_no AND c.correlation_id = a.correlation_id
    WHERE a.succeeded AND a.link <> '' AND (a.grave OR a.class = 'password' AND a.target <> a.login_user_id)
),
by_class AS (
    SELECT login_no, class, count(*) AS deeds, arg_min(place, time) AS place,
        list_sort(list(DISTINCT says) FILTER (WHERE says IS NOT NULL))[1:5] AS says
    FROM acted GROUP BY ALL
),
told AS (
    SELECT login_no, string_agg(
            class || ' ' || deeds || coalesce(' (' || array_to_string(says, '; ') || ')', '') || ' at ' || place,
            ', ' ORDER BY class) AS deeds
    FROM by_class GROUP BY login_no
),
judged AS (
    SELECT login_no, max(time) AS last_time, bool_and(link = 'address') AS by_address,
        count(*) FILTER (WHERE link = 'address') AS addressed, bool_and(mild) AS mild,
        list(record ORDER BY time, record)[1:1000] AS records
    FROM acted GROUP BY login_no
)
SELECT
    l.tenant_id, l.subject_type, l.subject_id, l.actor_id, l.actor_name, l.about, j.records AS supporting,
    greatest(l.last_time, j.last_time) AS last_seen, CASE WHEN j.by_address OR j.mild THEN 'medium' END AS severity,
    l.sentence || ' and changed, on the pass: ' || t.deeds
        || CASE WHEN j.by_address THEN '; the address alone links this to the log-in'
            WHEN j.addressed > 0 THEN '; of this, the address alone links ' || j.addressed || ' to the log-in'
            ELSE '' END
        || CASE WHEN j.mild THEN '; all of it after the user had registered a method' ELSE '' END AS summary
FROM login_findings AS l
JOIN judged AS j ON j.login_no = l.login_no
JOIN told AS t ON t.login_no = l.login_no
ORDER BY l.login_no
