---
id: EXCEPTION-EXPIRED
title: An exception has expired and would match an open finding
severity: low
group: evidence
population: exceptions
needs: []
condition: >-
  an exception whose date lies before `--as-of` would match an open finding [exception]
why: >-
  Somebody once accepted this finding for a limited time, and that time is over. Until the decision is renewed or the
  cause is removed, the finding counts as open.
how_to_verify: >-
  Read the exception's reason, owner and expires date in the configuration, and the open findings it would match. Ask
  the owner whether the reason still holds.
how_to_fix: >-
  Either remove the cause and then the exception, or have the owner renew it with a new reason and expiry date. Do not
  just move the date: note who decided and when (approved_on).
fix: []
references:
  - https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final
techniques: []
controls: [ISO27001:A.5.16, ISO27001:A.5.17, NIST-800-53:AC-2]
---
SELECT
    e.tenant_id, 'exception' AS subject_type, e.rule || coalesce(' ' || e.subject, '') AS subject_id,
    'The exception of ' || e.owner || ' for ' || e.rule || coalesce(' (' || e.subject || ')', '') || ' expired '
        || e.expires || ' and would cover '
        || counted(e.open_findings, 'open finding', 'open findings') || ': ' || e.reason AS summary,
    e.first_seen, concat_ws('|', e.rule, e.tenant, e.subject, e.owner, e.reason, e.expires) AS identity
FROM expired_exceptions AS e
-- The same twice, but for when it began or was approved, is one.
QUALIFY row_number() OVER (PARTITION BY tenant_id, subject_id, identity ORDER BY e.exception_no) = 1
ORDER BY e.tenant_id, e.exception_no
