---
id: TAP-SESSION-DATA
title: Mail, files or chats were read, sent or shared in a session opened with a Temporary Access Pass
severity: medium
group: log-ins
family: deeds
population: logins
needs: [tap-capable sign-in]
condition: >-
  something of a data class was done on a log-in with success. Low when all of it came after a method or device event
  of the user that follows the log-in [log-in, says how many of each class and the objects most touched, five at most]
why: >-
  A pass opens mail and files as any other sign-in does. Where they were read or shared before anything was registered,
  the pass may have served to get at them.
how_to_verify: >-
  Go through what was done on the log-in in activity.csv: which mails and files, from which address, with which client.
  Ask the user whether they worked with these then. Where reading was throttled, more was read than is listed.
how_to_fix: >-
  If it was not the user, revoke the sessions and treat what is listed as disclosed: tell its owners, take back shares
  and links, and see what the mails that were read open elsewhere. Let authentication strengths for mail and files
  leave passes out.
fix: [revoke-user]
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/entra/identity/authentication/how-to-authentication-track-linkable-identifiers
  - https://learn.microsoft.com/en-us/purview/audit-log-investigate-accounts
  - https://learn.microsoft.com/en-us/purview/audit-log-activities
  - https://learn.microsoft.com/en-us/entra/identity/users/users-revoke-access
  - https://attack.mitre.org/techniques/T1114/002/
  - https://attack.mitre.org/techniques/T1213/
  - https://attack.mitre.org/techniques/T1078/004/
techniques: [T1078.004, T1114.002, T1213, T1550]
controls: [ISO27001:A.5.17, ISO27001:A.8.5, NIST-800-53:IA-5, NIST-800-53:AU-6]
---
WITH touched AS (
    SELECT a.*, coalesce(a.time > e.first_time, false) AS after_enrolment
    FROM session_activity AS a LEFT JOIN enrolments AS e ON e.login_no = a.login_no
    WHERE a.succeeded AND a.is_data
),
counted AS (SELECT login_no, class, sum(items)::BIGINT AS items FROM touched GROUP BY ALL),
told AS (
    SELECT login_no, string_agg(class || ' ' || items, ', ' ORDER BY class) AS deeds FROM counted GROUP BY login_no
),
objects AS (
    SELECT login_no, shown_object, sum(items)::BIGINT AS items
    FROM touched WHERE shown_object IS NOT NULL GROUP BY login_no, shown_object
    QUALIFY row_number() OVER (PARTITION BY login_no ORDER BY sum(items) DESC, shown_object) <= 5
),
most AS (
    SELECT login_no, string_agg(shown_object, ', ' ORDER BY items DESC, shown_object) AS objects
    FROM objects GROUP BY login_no
),
judged AS (
    SELECT login_no, max(time) AS last_time, bool_and(link = 'address') AS by_address,
        count(*) FILTER (WHERE link = 'address') AS addressed, bool_and(after_enrolment) AS after_enrolment,
        array_to_string(list_sort(list(DISTINCT says) FILTER (WHERE says IS NOT NULL))[1:5], '; ') AS says,
        list(record ORDER BY time, record)[1:1000] AS records
    FROM touched GROUP BY login_no
)
SELECT
    l.tenant_id, l.subject_type, l.subject_id, l.actor_id, l.actor_name, l.about, j.records AS supporting,
    greatest(l.last_time, j.last_time) AS last_seen, CASE WHEN j.after_enrolment THEN 'low' END AS severity,
    l.sentence || ', and on the pass there was: ' || t.deeds || coalesce('; most of it touched ' || m.objects, '')
        || coalesce('; ' || nullif(j.says, ''), '')
        || CASE WHEN j.by_address THEN '; the address alone links this to the log-in'
            WHEN j.addressed > 0 THEN '; of the records, the address alone links ' || j.addressed || ' to the log-in'
            ELSE '' END
        || CASE WHEN j.after_enrolment THEN '; all of it after the user had registered a method or a device'
            ELSE '' END AS summary,
    NULL AS not_assessed, l.login_no
FROM login_findings AS l
JOIN judged AS j ON j.login_no = l.login_no
JOIN told AS t ON t.login_no = l.login_no
LEFT JOIN most AS m ON m.login_no = l.login_no
UNION ALL BY NAME
SELECT l.tenant_id, l.subject_type, l.subject_id, l.about, l.login_no,
    'the evidence holds no record of the Unified Audit Log and of Graph activity of the log-in''s day' AS not_assessed
FROM login_findings AS l
SEMI JOIN blind_logins AS b ON b.login_no = l.login_no
ANTI JOIN judged AS j ON j.login_no = l.login_no
ORDER BY login_no
