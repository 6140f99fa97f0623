---
id: TAP-ISSUED-MULTI-USE
title: A Temporary Access Pass was issued that works more than once
severity: low
group: issuance
family: kind
population: passes
needs: [audit]
condition: >-
  AccessPassUsage is multiple [pass]
why: >-
  A pass for multiple use can be used by a second person until it ends, and the user sees nothing of it. Some device
  set-ups need more than one sign-in, which is the usual reason to choose it.
how_to_verify: >-
  Check AccessPassUsage in the audit event's modifiedProperties and count the log-ins made with the pass, with their
  addresses and devices. Ask the issuer whether the set-up needed several sign-ins.
how_to_fix: >-
  Make one-time use the rule in the policy ("isUsableOnce": true); where a set-up needs several sign-ins, keep the
  lifetime short and delete the pass when the set-up is done.
fix: [delete-pass]
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/graph/api/resources/temporaryaccesspassauthenticationmethodconfiguration
  - https://maester.dev/docs/tests/EIDSCA.AT02
  - https://learn.microsoft.com/en-us/graph/api/temporaryaccesspassauthenticationmethod-delete
  - https://attack.mitre.org/techniques/T1078/004/
  - https://attack.mitre.org/techniques/T1098/
techniques: [T1078.004, T1098]
controls: [ISO27001:A.5.17, ISO27001:A.8.5, NIST-800-53:IA-5, NIST-800-63B, EIDSCA.AT02, ZTA:21846]
---
SELECT
    p.tenant_id, 'user' AS subject_type, p.user_id AS subject_id,
    p.issuer_id AS actor_id, p.issuer_name AS actor_name,
    'The pass of ' || p.user_name || ' may be used more than once' AS summary,
    [p.record] AS about,
    CASE WHEN p.logged_usage IS NULL
        THEN 'the audit event does not say whether the pass is for one use' END AS not_assessed
FROM passes AS p
WHERE starts_with(lower(p.logged_usage), 'multi') OR (p.logged_usage IS NULL AND p.issued_at >= $period_from
    AND p.issued_at < $period_to)
ORDER BY p.pass_no
