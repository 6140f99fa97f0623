---
id: TAP-SIGNIN-BEYOND-BOOTSTRAP
title: A session opened with a Temporary Access Pass reached applications that enrolment does not need
severity: medium
group: log-ins
population: logins
needs: [tap-capable sign-in, non-interactive sign-in]
condition: >-
  a sign-in of the log-in or of its footprint, with error 0, went to an application that registration does not need:
  not on `bootstrap_applications` (default in the main README) [log-in, lists the applications]
why: >-
  A pass opens everything the user may open, not only the pages for registering a sign-in method. New users often go on
  to mail and other tools in the same session; somebody who wants the data rather than an enrolment does so too.
how_to_verify: >-
  Go through the applications that the finding lists: the sign-ins of the same session id or correlation id, with their
  resources and times. Ask the user whether they worked with these applications then, and the owners of the applications
  what was read or changed.
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
beyond AS (
    SELECT w.login_no, list('s:' || s.signin_no ORDER BY s.signin_no) AS signins,
        string_agg(DISTINCT coalesce(s.app_name, s.app_id), ', '
        ORDER BY coalesce(s.app_name, s.app_id)) AS applications
    FROM went AS w JOIN signins AS s ON s.signin_no = w.signin_no
    WHERE s.error_code = 0 AND s.app_id IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM config_lists AS c WHERE c.kind = 'bootstrap application' AND c.name = s.app_id)
    GROUP BY w.login_no
)
SELECT
    l.tenant_id, l.subject_type, l.subject_id, l.actor_id, l.actor_name, l.about, b.signins AS supporting,
    l.sentence || ' and went, on the pass, to applications that registration does not need: '
        || b.applications AS summary
FROM login_findings AS l
JOIN beyond AS b ON b.login_no = l.login_no
ORDER BY l.login_no
