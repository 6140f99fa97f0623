---
id: EVIDENCE-TRUNCATED
title: A file of evidence was probably cut off
severity: medium
group: evidence
population: files
needs: []
condition: >-
  a file that holds exactly a known export cap of records, or that is cut off [file]
why: >-
  The file ends in the middle of a record, or holds exactly as many records as its source exports at most. What came
  after is unknown, and it is often the part that matters.
how_to_verify: >-
  Look at the count and the last time in the file. Known limits are 100,000 sign-ins and 250,000 audit events (portal),
  30,000 rows (Log Analytics portal), 500,000 rows (its API) and 1,000 audit records of a day (untitledgoosetool). Ask
  whoever made the export whether more data existed.
how_to_fix: >-
  Export the same span again in shorter pieces, or by another way such as the Graph API or a storage account, and add
  it to the evidence: records present twice are counted once. If the file was damaged in copying, compare its SHA-256
  with the original's.
fix: []
references:
  - https://learn.microsoft.com/en-us/entra/identity/monitoring-health/howto-download-logs
  - https://learn.microsoft.com/en-us/entra/identity/monitoring-health/reference-reports-data-retention
  - https://learn.microsoft.com/en-us/graph/api/signin-list
  - https://learn.microsoft.com/en-us/graph/api/directoryaudit-list
techniques: []
controls: [NIST-800-53:AU-6]
---
SELECT
    coalesce(t.tenant_id, 'unknown') AS tenant_id, 'file' AS subject_type, s.sha256 AS subject_id,
        s.path AS subject_name,
    'The export is probably not whole: ' || s.truncated AS summary,
    ['f:' || s.source_id || ':1'] AS supporting, $period_from AS first_seen
FROM source AS s LEFT JOIN file_tenants AS t ON t.source_id = s.source_id
WHERE s.truncated IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY s.sha256 ORDER BY s.path) = 1
ORDER BY s.path
