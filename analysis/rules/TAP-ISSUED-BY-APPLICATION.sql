---
id: TAP-ISSUED-BY-APPLICATION
title: An application issued a Temporary Access Pass
severity: medium
group: issuance
family: issuer
population: passes
needs: [audit]
condition: >-
  an application that is not on the list of applications issued it; Lifecycle Workflows
  (ce79fdc4-cd1d-4ea5-8139-e74d7dbe0bb7) is named as such [pass]
why: >-
  Lifecycle Workflows (ce79fdc4-cd1d-4ea5-8139-e74d7dbe0bb7) issue passes to new employees by design, and other
  onboarding tools do too. Any application with the right permission can do it for most users without a person looking
  on, so each should be known and approved.
how_to_verify: >-
  Identify the application in initiatedBy.app (appId, displayName, servicePrincipalId) under Entra ID > Enterprise apps
  and read its permissions UserAuthenticationMethod.ReadWrite.All and UserAuthMethod-TAP.ReadWrite.All. Ask its owner
  which process issued this pass, and see when its credentials were last changed.
how_to_fix: >-
  List an approved application in approved_issuers.applications of the configuration; without such a list no
  application counts as approved. Take the permission from an application that does not need it, renew the secrets of
  one that was misused, and delete the passes it issued.
fix: [disable-application]
references:
  - https://learn.microsoft.com/en-us/entra/id-governance/lifecycle-workflow-tasks
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/entra/identity/role-based-access-control/permissions-reference
  - https://learn.microsoft.com/en-us/entra/identity/monitoring-health/reference-audit-activities
  - https://attack.mitre.org/techniques/T1078/004/
  - https://attack.mitre.org/techniques/T1098/
techniques: [T1078.004, T1098]
controls: [ISO27001:A.5.17, ISO27001:A.8.2, NIST-800-53:IA-5, NIST-800-53:AC-2, PCI-DSS-4.0:8.6]
---
SELECT
    p.tenant_id, 'user' AS subject_type, p.user_id AS subject_id,
    p.issuer_id AS actor_id, p.issuer_name AS actor_name,
    'A pass was issued to ' || p.user_name || ' by the application ' || p.issuer_name
        || CASE WHEN p.issuer_id = 'ce79fdc4-cd1d-4ea5-8139-e74d7dbe0bb7'
            THEN ' (Lifecycle Workflows, which gives passes to new joiners)' ELSE '' END
        || CASE WHEN config.approved_applications THEN ', which is not on the list of approved applications'
            ELSE '; no list of approved applications is configured' END AS summary,
    [p.record] AS about, p.unclear_application AS not_assessed
FROM passes AS p CROSS JOIN config
WHERE p.issuer_type = 'application' AND NOT p.approved_application
ORDER BY p.pass_no
