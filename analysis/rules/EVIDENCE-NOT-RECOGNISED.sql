---
id: EVIDENCE-NOT-RECOGNISED
title: A file of evidence was not recognised
severity: medium
group: evidence
population: files
needs: []
condition: >-
  a JSON or CSV file with records none of which is of a known kind [file; says what it looks like and how to export it
  so that it can be read]. High where its keys or columns are those of sign-ins or audit events
why: >-
  Nothing of this file is part of any result. If it is the export that shows a log-in with a pass, the report shows
  none.
how_to_verify: >-
  Open the file and see what it is. What the finding says it looks like is told from its keys or columns. If it holds
  neither sign-ins nor audit events nor settings, leave it out of the evidence folder.
how_to_fix: >-
  Export the same days again as the finding says, or in a form that is read: JSON from the Entra admin centre,
  Microsoft Graph's beta endpoint, or Azure Monitor (storage account, event hub, Log Analytics). Then run the analysis
  again.
fix: []
references:
  - https://learn.microsoft.com/en-us/entra/identity/monitoring-health/howto-download-logs
  - https://learn.microsoft.com/en-us/graph/api/signin-list
  - https://learn.microsoft.com/en-us/graph/api/directoryaudit-list
techniques: []
controls: [NIST-800-53:AU-6]
---
SELECT
    'unknown' AS tenant_id, 'file' AS subject_type, s.sha256 AS subject_id, s.path AS subject_name,
    CASE WHEN s.names_logs THEN 'high' ELSE 'medium' END AS severity,
    CASE WHEN s.records_read > 1 AND s.records_read > s.records_quarantined
        THEN 'None of the ' || s.records_read || ' records of the file was recognised'
        ELSE 'The file was not recognised' END || ': nothing of it is in any result. It looks like '
        || s.not_recognised AS summary,
    ['f:' || s.source_id || ':1'] AS supporting, $period_from AS first_seen
FROM source AS s
WHERE s.not_recognised IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY s.sha256 ORDER BY s.path) = 1
ORDER BY s.path
