---
id: TAP-SIGNIN-BEYOND-BOOTSTRAP
title: A session opened with a Temporary Access Pass reached applications that enrolment does not need
severity: medium
group: log-ins
family: outcome
population: logins
needs: [tap-capable sign-in, non-interactive sign-in, resources]
condition: >-
  a sign-in of the log-in or its footprint with error 0 went to an application that registration does not need, or to a
  guarded resource through whatever application. Low when all of them come after a method or device event of the user
  that follows the log-in [log-in]
why: >-
  A pass opens everything the user may open, not only the pages for registering a sign-in method. New users often go on
  to mail and other tools in the same session; somebody who wants the data rather than an enrolment does so too.
how_to_verify: >-
  Go through the applications that the finding lists: the sign-ins of the same session id or correlation id, with their
  resources and times. Ask the user whether they worked with these applications then, and the owners of the
  applications what was read or changed.
how_to_fix: >-
  If an application belongs to your enrolment, list it in bootstrap_applications of the configuration; that list
  replaces the default, so repeat the default's entries. Use one-time passes and short lifetimes, and authentication
  strengths that leave passes out for sensitive applications. If the work was not the user's, revoke the sessions and
  follow the data.
fix: [revoke-user]
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/entra/identity/monitoring-health/concept-sign-in-log-activity-details
  - https://learn.microsoft.com/en-us/entra/identity/authentication/concept-authentication-strengths
  - https://learn.microsoft.com/en-us/entra/identity/users/users-revoke-access
  - https://attack.mitre.org/techniques/T1078/004/
  - https://attack.mitre.org/techniques/T1550/
techniques: [T1078.004, T1550]
controls: [ISO27001:A.5.17, ISO27001:A.8.5, NIST-800-53:IA-5, NIST-800-53:AU-6]
---
WITH went AS (
    SELECT m.login_no, m.signin_no FROM login_signins AS m
    UNION SELECT f.login_no, f.signin_no FROM footprint AS f
),
reached AS (
    SELECT w.login_no, s.signin_no, s.time, coalesce(s.app_name, s.app_id) AS app,
        s.app_id IS NOT NULL AND needed.name IS NULL AS unneeded,
        CASE WHEN guarded.name IS NOT NULL THEN coalesce(s.resource_name, s.resource_id) END AS resource
    FROM went AS w
    JOIN signins AS s ON s.signin_no = w.signin_no AND s.error_code = 0
    LEFT JOIN config_lists AS needed ON needed.kind = 'bootstrap application' AND needed.name = s.app_id
    LEFT JOIN config_lists AS guarded ON guarded.kind = 'guarded resource' AND guarded.name = lower(s.resource_id)
),
beyond AS (
    SELECT r.login_no, list('s:' || r.signin_no ORDER BY r.signin_no) AS signins, max(r.time) AS last_time,
        bool_and(coalesce(r.time > e.first_time, false)) AS after_enrolment,
        string_agg(
            DISTINCT CASE
                WHEN r.resource IS NOT NULL AND r.resource <> r.app THEN r.resource || ' through ' || r.app
                ELSE r.app END,
            ', '
            ORDER BY CASE
                WHEN r.resource IS NOT NULL AND r.resource <> r.app THEN r.resource || ' through ' || r.app
                ELSE r.app END) AS places
    FROM reached AS r LEFT JOIN enrolments AS e ON e.login_no = r.login_no
    WHERE r.unneeded OR r.resource IS NOT NULL
    GROUP BY r.login_no
)
SELECT
    l.tenant_id, l.subject_type, l.subject_id, l.actor_id, l.actor_name, l.about, b.signins AS supporting,
    greatest(l.last_time, b.last_time) AS last_seen,
    CASE WHEN b.after_enrolment THEN 'low' END AS severity,
    l.sentence || ' and went, on the pass, to what registration does not need: ' || b.places
        || CASE
            WHEN b.after_enrolment THEN '; all of it after the user had registered a method or a device'
            ELSE '' END AS summary
FROM login_findings AS l
JOIN beyond AS b ON b.login_no = l.login_no
ORDER BY l.login_no
