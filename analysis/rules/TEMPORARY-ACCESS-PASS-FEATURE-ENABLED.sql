---
id: TEMPORARY-ACCESS-PASS-FEATURE-ENABLED
title: Temporary Access Passes are enabled in this tenant
severity: low
group: policy
population: policy_state
needs: [policy]
condition: >-
  TAP is enabled [tenant]. The summary says scope, settings, since when, and how much it was used
why: >-
  A Temporary Access Pass is a time-limited passcode that counts as multifactor authentication, so whoever may issue
  one can sign in as another user without knowing or resetting that user's password. That is a sound way to bring in
  new people and devices, and an unwatched way in where nobody needs it.
how_to_verify: >-
  Read the finding's scope, settings, date and use: who is included, one-time or multiple use, the longest lifetime,
  how many passes and log-ins the period shows. Ask the owner of onboarding whether passes are used, for whom, and who
  supervises the log-ins; compare with the state under Entra admin centre > Entra ID > Authentication methods >
  Policies > Temporary Access Pass.
how_to_fix: >-
  Published views differ. The exposure indicator of this rule's name wants passes off unless they are used, and then
  for a narrow group; EIDSCA.AT01 wants them on for onboarding; Zero Trust Assessment 21845 wants them on for everyone,
  behind Conditional Access. Decide which view the organisation follows. If passes are not used, set the method to
  disabled (PATCH /policies/authenticationMethodsPolicy/authenticationMethodConfigurations/TemporaryAccessPass with the
  object's @odata.type and "state": "disabled"). If they are used, limit the included groups and record an exception
  with reason, owner and expiry date: that answers the question, and the finding is then shown as excepted.
fix: [disable-policy]
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/graph/api/resources/temporaryaccesspassauthenticationmethodconfiguration
  - https://maester.dev/docs/tests/EIDSCA.AT01
  - https://github.com/microsoft/zerotrustassessment
  - https://www.tenable.com/indicators/ioe/entra/TEMPORARY-ACCESS-PASS-FEATURE-ENABLED
  - https://attack.mitre.org/techniques/T1078/004/
techniques: [T1078.004]
controls: [ISO27001:A.5.17, ISO27001:A.8.5, NIST-800-53:IA-5, NIST-800-63B, EIDSCA.AT01, ZTA:21845]
---
-- How much it was used in the period says whether it is needed.
WITH used AS (
    SELECT
        t.tenant_id,
        (SELECT count(*) FROM passes AS p WHERE p.tenant_id = t.tenant_id AND p.issued_at >= $period_from
            AND p.issued_at < $period_to) AS passes,
        (SELECT count(*) FROM logins AS l WHERE l.tenant_id = t.tenant_id AND l.time >= $period_from
            AND l.time < $period_to) AS logins
    FROM tenants AS t
)
SELECT
    state.tenant_id, 'tenant' AS subject_type, state.tenant_id AS subject_id,
    'Temporary Access Pass is enabled ' || state.scope || ' (' || state.settings || '), known since '
        || strftime(state.enabled_since, '%Y-%m-%d') || '; the evidence shows '
        || counted(used.passes, 'pass', 'passes')
            || ' issued and ' || counted(used.logins, 'log-in', 'log-ins') || ' in the period'
        || CASE state.basis WHEN 'as found later'
            THEN '. The state is the one found later: no evidence covers the time between' ELSE '' END AS summary,
    [state.enabled_record] AS about, state.enabled_since AS first_seen
FROM policy_state AS state JOIN used ON used.tenant_id = state.tenant_id
WHERE state.enabled
