---
id: EVIDENCE-QUARANTINED
title: Some records of a file could not be loaded
severity: low
group: evidence
population: files
needs: []
condition: >-
  records that could not be loaded [file]
why: >-
  These records are not part of any result, so a log-in or a pass may be among them. Each is listed with its place in
  the file and the reason, and nothing was changed in the evidence.
how_to_verify: >-
  Go through the reasons and places of the quarantined records and open the file there. Ask whoever made the export
  whether it was edited, merged or broken off; an unknown language of column heads or a copy through a spreadsheet is a
  common cause.
how_to_fix: >-
  Export the data again, preferably as JSON and with English column heads, and run the analysis again. If the records
  turn out to be something else than sign-ins or audit events, leave the file out of the evidence folder.
fix: []
references:
  - https://learn.microsoft.com/en-us/entra/identity/monitoring-health/howto-download-logs
  - https://learn.microsoft.com/en-us/graph/api/signin-list
  - https://learn.microsoft.com/en-us/graph/api/directoryaudit-list
techniques: []
controls: [NIST-800-53:AU-6]
---
WITH listed AS (
    SELECT source_id, count(*) AS records,
        list('q:' || source_id || ':' || line || coalesce(':' || ordinal, '') ORDER BY line, "offset") AS places,
        string_agg(DISTINCT reason, '; ' ORDER BY reason) AS reasons
    FROM quarantine GROUP BY source_id
),
bad AS (
    SELECT s.source_id, s.sha256, s.path, l.places,
        counted(s.records_quarantined, 'record', 'records') || ' could not be loaded: '
        || l.reasons
        || CASE WHEN s.records_quarantined > l.records THEN '; only the first ' || l.records || ' are listed'
            ELSE '' END AS summary
    FROM source AS s JOIN listed AS l ON l.source_id = s.source_id
)
SELECT
    coalesce(t.tenant_id, 'unknown') AS tenant_id, 'file' AS subject_type, bad.sha256 AS subject_id,
        bad.path AS subject_name,
    bad.summary, bad.places[1:100] AS supporting, $period_from AS first_seen
FROM bad LEFT JOIN file_tenants AS t ON t.source_id = bad.source_id
QUALIFY row_number() OVER (PARTITION BY bad.sha256 ORDER BY bad.path) = 1
ORDER BY bad.path
