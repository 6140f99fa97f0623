---
id: TAP-GRAPH-UNLOGGED
title: Microsoft Graph created a Temporary Access Pass whose issuing no audit event shows
severity: high
group: issuance
family: proof
population: pass_requests
needs: [graph-activity, audit]
condition: >-
  a Graph POST with status 2xx to `/users/{id}/authentication/temporaryAccessPassMethods`, where the audit evidence
  covers its time and has no issuance for that user within 2 minutes, and none whose witness it is [user; actor as the
  request says]
why: >-
  Every pass that is issued is written to the audit log. A request that created one without such an event means that
  the audit evidence lacks records, or that somebody took them out, and that nobody who relies on the log reviewed the
  pass.
how_to_verify: >-
  Look at the request with tapaudit show, and at the audit log around its time: service Authentication Methods, target
  the user. Ask whoever exported the logs whether a filter was set, and ask the user who gave them the pass.
how_to_fix: >-
  Export the audit log again for that day without filters. If no event appears, delete the pass if it is still valid,
  review the user's methods, devices and sign-ins since, review the account or application that sent the request, and
  preserve both exports.
fix: [delete-pass, review-methods]
references:
  - https://learn.microsoft.com/en-us/graph/api/authentication-post-temporaryaccesspassmethods
  - https://learn.microsoft.com/en-us/graph/microsoft-graph-activity-logs-overview
  - https://learn.microsoft.com/en-us/graph/api/directoryaudit-list
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://attack.mitre.org/techniques/T1098/
  - https://attack.mitre.org/techniques/T1070/
  - https://attack.mitre.org/techniques/T1078/004/
techniques: [T1098, T1070, T1078.004]
controls: [ISO27001:A.5.16, ISO27001:A.5.17, NIST-800-53:IA-5, NIST-800-53:AU-6]
---
WITH posted AS (
    SELECT r.*, coalesce(s.first_time <= r.time AND s.last_time >= r.time, false) AND g.day IS NULL AS covered
    FROM pass_requests AS r
    LEFT JOIN log_spans AS s ON s.tenant_id = r.tenant_id AND s.log_type = 'audit'
    LEFT JOIN gap_days AS g ON g.tenant_id = r.tenant_id AND g.log_type = 'audit' AND g.day = r.time::DATE
    ANTI JOIN witnesses AS w ON w.request_no = r.request_no
    WHERE r.method = 'POST' AND r.granted AND r.user_id IS NOT NULL
)
SELECT
    p.tenant_id, 'user' AS subject_type, p.user_id AS subject_id, p.actor_id,
    'A request to Microsoft Graph created a pass at ' || strftime(p.time, '%Y-%m-%d %H:%M')
        || ' UTC for which the audit log has no issuance'
        || coalesce(', from ' || p.ip, '') AS summary,
    [p.record] AS about,
    CASE WHEN NOT p.covered THEN 'the audit evidence does not cover the time of the request' END AS not_assessed
FROM posted AS p
WHERE NOT EXISTS (
    SELECT 1 FROM passes AS i
    WHERE i.tenant_id = p.tenant_id AND i.user_id = p.user_id AND abs(epoch(i.issued_at) - epoch(p.time)) <= 120)
ORDER BY p.request_no
