---
id: TAP-POLICY-UNUSED
title: Temporary Access Passes are enabled but have not been used for some time
severity: low
group: policy
parameters: {unused_days: 30}
population: policy_state
needs: [policy, audit, tap-capable sign-in]
condition: >-
  enabled, and the {unused_days} days before the period's end are covered for audit and TAP-capable sign-ins and show
  neither a pass nor a log-in [tenant]
why: >-
  A sign-in method that nobody uses brings no benefit and stays available to whoever gains the right to issue passes.
  Its first use after a long silence is then easily missed.
how_to_verify: >-
  Confirm in the audit log that no pass was issued, and in the sign-in log that no authentication step names Temporary
  Access Pass. Ask the owner of onboarding whether passes are expected soon, for instance at a yearly intake.
how_to_fix: >-
  Disable the method under Entra ID > Authentication methods > Policies > Temporary Access Pass (PATCH
  /policies/authenticationMethodsPolicy/authenticationMethodConfigurations/TemporaryAccessPass with the object's
  @odata.type and "state": "disabled") and enable it again when it is needed. If it is kept for emergencies or seasonal
  onboarding, record an exception with an expiry date.
fix: [disable-policy]
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/graph/api/resources/temporaryaccesspassauthenticationmethodconfiguration
  - https://www.tenable.com/indicators/ioe/entra/TEMPORARY-ACCESS-PASS-FEATURE-ENABLED
  - https://attack.mitre.org/techniques/T1078/004/
techniques: [T1078.004]
controls: [ISO27001:A.5.17, ISO27001:A.8.5, NIST-800-53:IA-5, EIDSCA.AT01, ZTA:21845]
---
WITH wanted AS (
    SELECT unnest(generate_series(
        date_trunc('day', $period_to - to_days(CAST($unused_days AS INTEGER))),
        date_trunc('day', $period_to - INTERVAL 1 MICROSECOND), INTERVAL 1 DAY
    ))::DATE AS day
),
seen AS (
    SELECT t.tenant_id, bool_and(c.status IS NOT NULL AND c.status <> 'gap') AS covered
    FROM tenants AS t CROSS JOIN wanted
    CROSS JOIN (VALUES ('audit'), ('sign-in interactive that can show TAP')) AS needed(log_type)
    LEFT JOIN coverage_days AS c ON c.tenant_id = t.tenant_id AND c.log_type = needed.log_type AND c.day = wanted.day
    GROUP BY t.tenant_id
)
SELECT
    state.tenant_id, 'tenant' AS subject_type, state.tenant_id AS subject_id,
    'Temporary Access Pass is enabled, but in the last ' || counted($unused_days, 'day', 'days')
        || ' of the period no pass was issued and nobody logged in with one' AS summary,
    [state.enabled_record] AS about, state.enabled_since AS first_seen,
    CASE WHEN NOT seen.covered
        THEN 'audit log and sign-ins that can show a pass do not cover the last '
            || counted($unused_days, 'day', 'days')
            || ' of the period' END AS not_assessed
FROM policy_state AS state JOIN seen ON seen.tenant_id = state.tenant_id
WHERE state.enabled
    AND NOT EXISTS (
        SELECT 1 FROM passes AS p WHERE p.tenant_id = state.tenant_id AND p.issued_at < $period_to
            AND p.issued_at >= $period_to - to_days(CAST($unused_days AS INTEGER)))
    AND NOT EXISTS (
        SELECT 1 FROM logins AS l WHERE l.tenant_id = state.tenant_id AND l.time < $period_to
            AND l.time >= $period_to - to_days(CAST($unused_days AS INTEGER)))
