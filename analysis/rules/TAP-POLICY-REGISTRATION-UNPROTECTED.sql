---
id: TAP-POLICY-REGISTRATION-UNPROTECTED
title: No enabled Conditional Access policy protects the registration of security information
severity: medium
group: policy
population: policy_state
needs: [policy, conditional-access]
condition: >-
  enabled, and no Conditional Access policy in evidence is enabled for `urn:user:registersecurityinfo` [tenant]. Not
  assessed without such policies
why: >-
  Without such a policy, somebody who only has a user's password may be able to register their own sign-in method for
  that user. Temporary Access Passes fit the protection well, because a pass satisfies the multifactor requirement that
  the policy makes.
how_to_verify: >-
  In the Conditional Access policies of the evidence look for includeUserActions with urn:user:registersecurityinfo and
  state enabled; report-only does not protect. Ask the owner of Conditional Access whether the export is complete, and
  whether another control, for instance registration from trusted networks only, does the same.
how_to_fix: >-
  Create a policy under Entra ID > Conditional Access > Policies: target User actions > Register security information,
  all users without emergency access accounts, grant access only with multifactor authentication or a suitable
  authentication strength. Run it in report-only mode first, then switch it on.
fix: []
references:
  - https://learn.microsoft.com/en-us/entra/identity/conditional-access/policy-all-users-security-info-registration
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://maester.dev/docs/tests/EIDSCA.AT01
  - https://github.com/microsoft/zerotrustassessment
  - https://attack.mitre.org/techniques/T1078/004/
  - https://attack.mitre.org/techniques/T1098/005/
techniques: [T1078.004, T1098.005]
controls: [ISO27001:A.5.17, ISO27001:A.8.5, NIST-800-53:IA-5, NIST-800-63B, PCI-DSS-4.0:8.3, EIDSCA.AT01, ZTA:21845]
---
WITH latest AS (
    SELECT tenant AS tenant_id, id, arg_max(state, coalesce(time, TIMESTAMP '9999-01-01')) AS state,
        arg_max(user_actions, coalesce(time, TIMESTAMP '9999-01-01')) AS user_actions, max(time) AS taken
    FROM attributed_conditional_access WHERE tenant IS NOT NULL
    GROUP BY ALL
),
judged AS (
    SELECT tenant_id, count(*) AS policies, max(taken) AS taken,
        coalesce(bool_or(state = 'enabled' AND list_contains(list_transform(user_actions, lambda a: lower(a)),
            'urn:user:registersecurityinfo')), false) AS protected
    FROM latest GROUP BY tenant_id
)
SELECT
    state.tenant_id, 'tenant' AS subject_type, state.tenant_id AS subject_id,
    CASE judged.policies WHEN 1 THEN 'The only Conditional Access policy in evidence is not'
        ELSE 'None of the ' || judged.policies || ' Conditional Access policies in evidence is' END
        || ' enabled for the registration of security information' AS summary,
    [state.enabled_record] AS about, greatest(state.enabled_since,
        coalesce(judged.taken, state.enabled_since)) AS first_seen
FROM policy_state AS state JOIN judged ON judged.tenant_id = state.tenant_id
WHERE state.enabled AND NOT judged.protected
