---
id: TAP-POLICY-LIFETIME
title: The policy allows Temporary Access Passes to stay valid too long
severity: medium
group: policy
parameters: {max_lifetime_minutes: 480}
population: policy_state
needs: [policy]
condition: >-
  enabled, maximum lifetime over {max_lifetime_minutes} minutes [tenant]
why: >-
  A pass is usable by anybody who holds it until it ends, and the sessions it opened last as long. Registration takes
  minutes, so a long lifetime adds exposure and little convenience.
how_to_verify: >-
  Compare maximumLifetimeInMinutes in the policy snapshot with the limit that the finding names; Microsoft allows up to
  43,200 minutes (30 days) and presets 480. Ask the service desk how long passes really need to live, for instance when
  they are prepared before a first working day.
how_to_fix: >-
  Lower the maximum under Entra ID > Authentication methods > Policies > Temporary Access Pass > Configure (PATCH
  /policies/authenticationMethodsPolicy/authenticationMethodConfigurations/TemporaryAccessPass with the object's
  @odata.type and "maximumLifetimeInMinutes": 480 or less). For passes prepared in advance, set a later start time
  instead of a longer life.
fix: [shorten-policy]
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/graph/api/resources/temporaryaccesspassauthenticationmethodconfiguration
  - https://attack.mitre.org/techniques/T1078/004/
techniques: [T1078.004]
controls: [ISO27001:A.5.17, ISO27001:A.8.5, NIST-800-53:IA-5, NIST-800-63B]
---
-- The unbroken run of maxima over the limit, up to the present one: the state dates from its first.
WITH marked AS (
    SELECT *, max(CASE WHEN minutes > $max_lifetime_minutes THEN -1
        ELSE position END) OVER (PARTITION BY tenant_id) AS broken
    FROM policy_maxima
),
run AS (
    SELECT tenant_id, min(since) AS since, arg_min(record, position) AS first_record,
        arg_max(record, position) AS latest_record
    FROM marked WHERE position > broken GROUP BY tenant_id
)
SELECT
    state.tenant_id, 'tenant' AS subject_type, state.tenant_id AS subject_id,
    'A Temporary Access Pass may live up to ' || counted(state.maximum_minutes, 'minute', 'minutes')
        || ', longer than the '
        || CAST($max_lifetime_minutes AS BIGINT) || ' that are accepted' AS summary,
    [run.first_record] AS about, [run.latest_record] AS supporting,
        greatest(run.since, state.enabled_since) AS first_seen,
    CASE WHEN state.maximum_minutes IS NULL
        THEN 'the policy in evidence does not say how long a pass may live' END AS not_assessed
FROM policy_state AS state LEFT JOIN run ON run.tenant_id = state.tenant_id
WHERE state.enabled AND (state.maximum_minutes > $max_lifetime_minutes OR state.maximum_minutes IS NULL)
