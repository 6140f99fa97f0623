---
id: EVIDENCE-NO-POLICY
title: The evidence does not show the Temporary Access Pass policy of this tenant
severity: low
group: evidence
population: policy_state
needs: []
condition: >-
  no policy snapshot and no readable policy change of a tenant [tenant]
why: >-
  Without the policy the analysis cannot say whether passes are enabled, for whom and for how long, and it has to
  assume lifetimes. Rules about the policy are reported as not assessed.
how_to_verify: >-
  Check whether a policy export was made but belongs to another tenant or could not be read (see the list of files).
  Ask whoever collected the evidence for the authentication methods policy.
how_to_fix: >-
  Export GET https://graph.microsoft.com/v1.0/policies/authenticationMethodsPolicy (permission
  Policy.Read.AuthenticationMethod or Policy.Read.All) to a file whose name carries the date, add it to the evidence
  and run the analysis again.
fix: []
references:
  - https://learn.microsoft.com/en-us/graph/api/resources/temporaryaccesspassauthenticationmethodconfiguration
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
techniques: []
controls: [ISO27001:A.8.5, NIST-800-53:AU-6]
---
SELECT
    t.tenant_id, 'tenant' AS subject_type, t.tenant_id AS subject_id,
    'The evidence holds neither a snapshot of the authentication methods policy nor a change of it that can be read: '
        || 'what the policy allowed is not known' AS summary,
    $period_from AS first_seen
FROM tenants AS t
WHERE t.tenant_id NOT IN (SELECT tenant_id FROM known_policies)
ORDER BY t.tenant_id
