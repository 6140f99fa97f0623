---
id: TAP-POLICY-MULTI-USE
title: The policy allows Temporary Access Passes that work more than once
severity: medium
group: policy
population: policy_state
needs: [policy]
condition: >-
  enabled and not one-time [tenant]
why: >-
  A pass that works more than once can be used by a second person who saw or intercepted it, and nothing fails for the
  first. A one-time pass is spent at the first log-in, so a second use becomes visible as a refusal.
how_to_verify: >-
  Check isUsableOnce of the Temporary Access Pass method in the policy snapshot; false is Microsoft's default, so
  nobody may ever have chosen it. Ask the team that sets up devices whether a step needs a second sign-in with the same
  pass, as some Windows device set-ups do.
how_to_fix: >-
  Set Require one-time use to Yes under Entra ID > Authentication methods > Policies > Temporary Access Pass >
  Configure (PATCH /policies/authenticationMethodsPolicy/authenticationMethodConfigurations/TemporaryAccessPass with
  the object's @odata.type and "isUsableOnce": true). Where device set-up needs several sign-ins, keep lifetimes short
  and record an exception that says so.
fix: [one-time-policy]
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/graph/api/resources/temporaryaccesspassauthenticationmethodconfiguration
  - https://maester.dev/docs/tests/EIDSCA.AT02
  - https://github.com/microsoft/zerotrustassessment
  - https://attack.mitre.org/techniques/T1078/004/
techniques: [T1078.004]
controls: [ISO27001:A.5.17, ISO27001:A.8.5, NIST-800-53:IA-5, NIST-800-63B, EIDSCA.AT02, ZTA:21846]
---
SELECT
    tenant_id, 'tenant' AS subject_type, tenant_id AS subject_id,
    'A Temporary Access Pass may be used more than once (' || settings || ')' AS summary,
    [one_time_record] AS about, greatest(one_time_since, enabled_since) AS first_seen,
    CASE WHEN one_time IS NULL
        THEN 'the policy in evidence does not say whether a pass is for one use' END AS not_assessed
FROM policy_state
WHERE enabled AND one_time IS DISTINCT FROM true
