---
id: EVIDENCE-AMBIGUOUS-DATES
title: The dates of a file can be read in two orders
severity: medium
group: evidence
population: files
needs: []
condition: >-
  slashed dates that could be read in two orders, and nothing proves which [file]
why: >-
  5/9/2026 is 9 May to some and 5 September to others. Read in the wrong order, the file's records lie months away from
  where they belong, and log-ins no longer meet the passes that they used.
how_to_verify: >-
  Ask whoever made the export which region and language the portal or the computer was set to, and compare one record's
  time with the same record elsewhere.
how_to_fix: >-
  Export again as JSON, which writes times year first, or over days some of which have a number over 12, and run the
  analysis again with that file in place of this one.
fix: []
references:
  - https://learn.microsoft.com/en-us/entra/identity/monitoring-health/howto-download-logs
  - https://learn.microsoft.com/en-us/graph/api/signin-list
  - https://learn.microsoft.com/en-us/graph/api/directoryaudit-list
techniques: []
controls: [NIST-800-53:AU-6]
---
SELECT
    coalesce(t.tenant_id, 'unknown') AS tenant_id, 'file' AS subject_type, s.sha256 AS subject_id,
        s.path AS subject_name,
    'The times of the file''s records may be wrong: ' || s.ambiguous_dates AS summary,
    ['f:' || s.source_id || ':1'] AS supporting, $period_from AS first_seen
FROM source AS s LEFT JOIN file_tenants AS t ON t.source_id = s.source_id
WHERE s.ambiguous_dates IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY s.sha256 ORDER BY s.path) = 1
ORDER BY s.path
