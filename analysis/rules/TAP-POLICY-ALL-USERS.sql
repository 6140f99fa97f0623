---
id: TAP-POLICY-ALL-USERS
title: Every user may sign in with a Temporary Access Pass
severity: medium
group: policy
population: policy_state
needs: [policy]
condition: >-
  enabled, and `all_users` is included [tenant]
why: >-
  With everyone included, a pass issued for any account works at once, administrators and service accounts included. A
  narrow group limits what a careless or compromised issuer can reach.
how_to_verify: >-
  Look at includeTargets and excludeTargets of the Temporary Access Pass method in the policy snapshot: the target
  all_users means everyone. Ask the owner of onboarding which people really receive passes, and whether excluded groups
  cover administrators, emergency access accounts and service accounts.
how_to_fix: >-
  Published views differ. The exposure indicator wants passes off unless used and narrow; EIDSCA.AT01 wants them on for
  onboarding; Zero Trust Assessment 21845 wants them on for everyone behind Conditional Access. To narrow the scope,
  replace all_users by an onboarding group under Entra ID > Authentication methods > Policies > Temporary Access Pass >
  Enable and target, and add excluded groups for privileged accounts. If everyone is meant to be included, check that a
  Conditional Access policy protects the registration of security information, and record an exception with reason and
  owner: that answers the question.
fix: [narrow-policy]
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/graph/api/resources/temporaryaccesspassauthenticationmethodconfiguration
  - https://learn.microsoft.com/en-us/entra/identity/conditional-access/policy-all-users-security-info-registration
  - https://maester.dev/docs/tests/EIDSCA.AT01
  - https://github.com/microsoft/zerotrustassessment
  - https://attack.mitre.org/techniques/T1078/004/
techniques: [T1078.004]
controls: [ISO27001:A.5.17, ISO27001:A.8.2, ISO27001:A.8.5, NIST-800-53:IA-5, EIDSCA.AT01, ZTA:21845]
---
SELECT
    tenant_id, 'tenant' AS subject_type, tenant_id AS subject_id,
    CASE WHEN everyone IS NOT NULL THEN 'The policy lets ' || replace(scope, 'for ', '')
        || ' use a Temporary Access Pass' END AS summary,
    [scope_record] AS about, greatest(scope_since, enabled_since) AS first_seen,
    CASE WHEN everyone IS NULL THEN 'the policy in evidence does not say whom it includes' END AS not_assessed
FROM policy_state
WHERE enabled AND everyone IS DISTINCT FROM false
