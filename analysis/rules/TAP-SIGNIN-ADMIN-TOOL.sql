---
id: TAP-SIGNIN-ADMIN-TOOL
title: A log-in with a pass went to an administration tool
severity: high
group: log-ins
family: means
population: logins
needs: [tap-capable sign-in, non-interactive sign-in]
condition: >-
  a sign-in of the log-in or its footprint with error 0 came through an administration tool (`admin_tools`, by default
  those of applications.csv) [log-in]
why: >-
  A pass is for registering a method, and this session went on to a tool that administers the tenant or its data. An
  administrator who set up a new telephone and went on working is the innocent cause.
how_to_verify: >-
  See which tool and which resource the finding names, and what the user did in the hours after the log-in, by the
  audit logs. Ask the user by telephone or in person what they did.
how_to_fix: >-
  If it was not the user, revoke the sessions, undo what was changed, and remove methods and devices registered since.
  Have administrators enrol first and then sign in again with the new method. Conditional Access can demand a
  phishing-resistant strength for these tools, which a pass does not meet.
fix: [revoke-user, review-methods]
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/graph/api/resources/signin
  - https://learn.microsoft.com/en-us/entra/architecture/security-operations-privileged-accounts
  - https://learn.microsoft.com/en-us/entra/identity/users/users-revoke-access
  - https://attack.mitre.org/techniques/T1078/004/
  - https://attack.mitre.org/techniques/T1550/
techniques: [T1078.004, T1550]
controls: [ISO27001:A.5.17, ISO27001:A.8.5, NIST-800-53:IA-5, NIST-800-53:AU-6, ISO27001:A.8.2]
---
WITH went AS (
    SELECT m.login_no, m.signin_no FROM login_signins AS m
    UNION SELECT f.login_no, f.signin_no FROM footprint AS f
),
tools AS (
    SELECT w.login_no, list('s:' || s.signin_no ORDER BY s.signin_no) AS signins, max(s.time) AS last_time,
        string_agg(DISTINCT coalesce(s.app_name, s.app_id), ', ' ORDER BY coalesce(s.app_name, s.app_id)) AS names
    FROM went AS w
    JOIN signins AS s ON s.signin_no = w.signin_no AND s.error_code = 0
    JOIN config_lists AS c ON c.kind = 'admin tool' AND c.name = s.app_id
    GROUP BY w.login_no
)
SELECT
    l.tenant_id, l.subject_type, l.subject_id, l.actor_id, l.actor_name, l.about, t.signins AS supporting,
    greatest(l.last_time, t.last_time) AS last_seen,
    l.sentence || ' and went, on the pass, to tools that administer: ' || t.names AS summary
FROM login_findings AS l
JOIN tools AS t ON t.login_no = l.login_no
ORDER BY l.login_no
