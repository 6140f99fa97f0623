---
id: EVIDENCE-BLIND-SPOT
title: On some days the sign-in evidence cannot show Temporary Access Passes
severity: medium
group: evidence
population: days
needs: [sign-in]
condition: >-
  days whose interactive sign-ins all come from formats that cannot show TAP [tenant, lists days and files]
why: >-
  Some exports leave out the authentication steps, so a log-in with a pass looks like any other sign-in in them. For
  these days the absence of findings says nothing.
how_to_verify: >-
  See which days and files the finding lists. Typical are sign-ins from Microsoft Graph v1.0, the portal's CSV without
  its AuthDetails file, and Unified Audit Log records without UserAuthenticationMethod; ask whoever collected the
  evidence which export was used.
how_to_fix: >-
  Collect these days again in a form that has the steps: GET https://graph.microsoft.com/beta/auditLogs/signIns, the
  portal's JSON download, the CSV together with InteractiveSignIns_AuthDetails, or the SigninLogs table or diagnostic
  export of Azure Monitor. Do it soon: Entra ID keeps sign-ins for 30 days with a P1 or P2 licence, 7 days without.
fix: []
references:
  - https://learn.microsoft.com/en-us/graph/api/signin-list
  - https://learn.microsoft.com/en-us/entra/identity/monitoring-health/howto-download-logs
  - https://learn.microsoft.com/en-us/entra/identity/monitoring-health/concept-sign-ins
  - https://learn.microsoft.com/en-us/entra/identity/monitoring-health/reference-reports-data-retention
techniques: []
controls: [NIST-800-53:AU-6, ISO27001:A.8.5]
---
WITH blind AS (
    SELECT tenant_id, day, records FROM daily_records WHERE log_type = 'sign-in interactive' AND can_show_tap = 0
),
files AS (
    SELECT b.tenant_id, string_agg(DISTINCT source.path, ', ' ORDER BY source.path) AS paths,
        list(DISTINCT 'f:' || source.source_id || ':1' ORDER BY 'f:' || source.source_id || ':1') AS records
    FROM blind AS b
    JOIN (
        SELECT tenant, day, source_id FROM record_days WHERE log_type = 'sign-in interactive'
        UNION ALL SELECT tenant, day, source_id FROM attributed_extract_days WHERE log_type = 'sign-in interactive'
    ) AS s ON s.tenant = b.tenant_id AND s.day = b.day
    JOIN source ON source.source_id = s.source_id
    GROUP BY b.tenant_id
)
SELECT
    b.tenant_id, 'tenant' AS subject_type, b.tenant_id AS subject_id,
    'On ' || counted(count(*), 'day', 'days') || ' all ' || sum(b.records)::BIGINT
        || ' interactive sign-ins come from exports that cannot show a Temporary Access Pass: '
        || 'whether anybody logged in with one then cannot be said. Days: '
        || string_agg(strftime(b.day, '%Y-%m-%d'), ', ' ORDER BY b.day) || '. Files: '
            || any_value(files.paths) AS summary,
    any_value(files.records) AS supporting, min(b.day)::TIMESTAMP AS first_seen
FROM blind AS b JOIN files ON files.tenant_id = b.tenant_id
GROUP BY b.tenant_id
ORDER BY b.tenant_id
