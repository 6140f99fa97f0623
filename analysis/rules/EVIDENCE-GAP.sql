---
id: EVIDENCE-GAP
title: The evidence does not cover the whole period
severity: medium
group: evidence
population: days
needs: []
condition: >-
  gap days inside the period, or the period reaches outside the evidence [tenant and log type]
why: >-
  On the days named, records are missing altogether or the period reaches beyond the evidence, so nothing that happened
  then can be seen. A very quiet office can produce empty days too, which is why the usual number of records of each
  weekday is taken into account.
how_to_verify: >-
  Compare the days and the log type in the finding with the calendar (holidays, company closure) and with the list of
  files read. Ask whoever collected the evidence about the dates and filters of the export, and whether diagnostic
  settings were changed then.
how_to_fix: >-
  Export the missing days from Entra ID > Monitoring & health, from Log Analytics or from the archive, and run the
  analysis again. Entra ID itself keeps these logs for 30 days with a P1 or P2 licence and 7 days without, so set up a
  diagnostic export for the future. If the days are really empty, record an exception that says why.
fix: []
references:
  - https://learn.microsoft.com/en-us/entra/identity/monitoring-health/reference-reports-data-retention
  - https://learn.microsoft.com/en-us/entra/identity/monitoring-health/howto-download-logs
  - https://learn.microsoft.com/en-us/graph/api/signin-list
  - https://learn.microsoft.com/en-us/graph/api/directoryaudit-list
  - https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final
techniques: []
controls: [NIST-800-53:AU-6]
---
SELECT
    g.tenant_id, 'tenant' AS subject_type, g.tenant_id AS subject_id,
    CASE WHEN g.never THEN 'The evidence holds no records of the log type ' || g.log_type || ' at all'
        ELSE 'The evidence does not hold the log type ' || g.log_type || ' on ' || counted(g.days, 'day', 'days')
            || ' of the period: '
            || g.runs END AS summary,
    g.first_day AS first_seen, g.log_type AS identity
FROM period_gaps AS g
-- Many exports have interactive sign-ins only; coverage says so, and that is enough.
WHERE NOT (g.never AND g.log_type = 'sign-in non-interactive')
ORDER BY g.tenant_id, g.log_type
