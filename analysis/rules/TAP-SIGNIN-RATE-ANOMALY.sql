---
id: TAP-SIGNIN-RATE-ANOMALY
title: A week shows far more use of Temporary Access Passes than the other weeks
severity: medium
group: log-ins
family: kind
incident: issuer
parameters: {min_logins: 5, min_weeks: 4, q: 0.05}
population: weeks
needs: [tap-capable sign-in, audit]
condition: >-
  a covered week with at least {min_logins} log-ins, improbably many; as a second family, passes per issuer and week:
  see [Statistics](#statistics) [tenant or issuer, week: first_seen Monday 00:00, last_seen the Monday after]
why: >-
  A sudden rise against the tenant's own history, in log-ins or in the passes of one issuer, points to something new:
  usually an intake or a device roll-out, sometimes a campaign. The finding is statistical: it says how improbable the
  week is, not that anything in it is wrong.
how_to_verify: >-
  Read the count, the mean of the other weeks, and the p and q values in the finding, then list the week's log-ins or
  passes by user and issuer. Ask the owner of onboarding or the issuer what happened in that week.
how_to_fix: >-
  If an intake or roll-out explains the week, record an exception for it. If nothing does, start with passes and
  log-ins that carry other findings, and with users who say that they received no pass.
fix: []
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/entra/architecture/security-operations-user-accounts
  - https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final
  - https://attack.mitre.org/techniques/T1078/004/
techniques: [T1078.004]
controls: [ISO27001:A.5.17, NIST-800-53:IA-5, NIST-800-53:AU-6]
---
SELECT
    a.tenant_id, a.subject_type, a.subject_id, a.subject_name,
    a.subject_name || CASE a.family WHEN 'log-ins' THEN ' saw ' ELSE ' issued ' END || a.events
        || CASE a.family WHEN 'log-ins' THEN ' log-ins with a pass' ELSE ' passes' END || ' in the week of '
            || strftime(a.week, '%Y-%m-%d')
        || ', where the other ' || a.weeks || ' covered weeks lead one to expect ' || printf('%.2f', a.mean)
        || ' (Poisson p = ' || printf('%.2g', a.p) || ', q = ' || printf('%.2g', a.q)
            || ' after Benjamini-Hochberg)' AS summary,
    a.records AS about, a.week AS first_seen, a.week + INTERVAL 7 DAY AS last_seen, a.family
        || strftime(a.week, '%Y-%m-%d') AS identity, NULL AS not_assessed
FROM rate_anomalies AS a
WHERE a.events >= $min_logins AND a.q <= $q AND a.weeks >= $min_weeks
UNION ALL BY NAME
SELECT w.tenant_id, 'tenant' AS subject_type, w.tenant_id AS subject_id, w.week AS first_seen,
    'sign-ins that can show a pass cover no week and ' || counted($min_weeks, 'other', 'others')
        || ' to compare it with' AS not_assessed
FROM (SELECT DISTINCT tenant_id, week FROM recorded_days WHERE day < $period_to
    AND day >= date_trunc('day', $period_from)) AS w
ANTI JOIN rate_anomalies AS l ON l.tenant_id = w.tenant_id AND l.family = 'log-ins' AND l.weeks >= $min_weeks
ANTI JOIN rate_anomalies AS p ON p.tenant_id = w.tenant_id AND p.week = w.week AND p.weeks >= $min_weeks
ORDER BY tenant_id, first_seen, subject_type, subject_id
