---
id: TAP-ISSUED-TO-ESTABLISHED-USER
title: A Temporary Access Pass was issued to a user who is not new
severity: low
group: issuance
family: need
parameters: {established_days: 30}
population: passes
needs: [audit, users]
condition: >-
  the account was created more than {established_days} days before the pass's start, and "purpose", asked at the pass's
  start, failed. Medium when Lifecycle Workflows issued it, or a person changed the user's hire date within the 24
  hours before [pass]
why: >-
  Passes serve mainly new people and new devices; an established user normally has methods of their own. A lost phone
  or a new computer is the common innocent cause, and a caller who talked the service desk into a reset is the other.
how_to_verify: >-
  Look for a ticket about a lost or changed device, a device that joined after the log-in, or a method registered then.
  Ask the user, through a channel that does not depend on the account, whether they requested the pass.
how_to_fix: >-
  If there was a reason, write it to the supervision register or the onboarding roster of the configuration; that makes
  the pass expected. If nobody can name one, delete the pass, revoke the sessions and review methods registered since.
  Have the service desk verify the caller's identity before it issues a pass.
fix: []
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/graph/api/temporaryaccesspassauthenticationmethod-delete
  - https://learn.microsoft.com/en-us/entra/identity/users/users-revoke-access
  - https://learn.microsoft.com/en-us/entra/architecture/security-operations-user-accounts
  - https://attack.mitre.org/techniques/T1078/004/
  - https://attack.mitre.org/techniques/T1098/
techniques: [T1078.004, T1098]
controls: [ISO27001:A.5.16, ISO27001:A.5.17, NIST-800-53:IA-5, NIST-800-53:AC-2]
---
WITH rehired AS (
    SELECT p.pass_no, list(e.record ORDER BY e.event_no) AS events
    FROM passes AS p
    JOIN audit_events AS e ON e.tenant_id = p.tenant_id AND e.user_id = p.user_id AND e.kind = 'hire date changed'
        AND e.issuer_type = 'user' AND e.time <= p.issued_at AND e.time >= p.issued_at - INTERVAL 24 HOUR
    GROUP BY p.pass_no
)
SELECT
    p.tenant_id, 'user' AS subject_type, p.user_id AS subject_id,
    p.issuer_id AS actor_id, p.issuer_name AS actor_name,
    'A pass was issued to ' || p.user_name || ', whose account was created ' || strftime(p.user_created, '%Y-%m-%d')
        || ', more than ' || counted($established_days, 'day', 'days') || ' before, and nothing on record says why'
        || CASE
            WHEN h.pass_no IS NOT NULL THEN '; a person had changed the hire date within the 24 hours before'
            ELSE '' END
        || CASE WHEN p.issuer_id = 'ce79fdc4-cd1d-4ea5-8139-e74d7dbe0bb7'
            THEN '; Lifecycle Workflows issued it, which is for new people' ELSE '' END AS summary,
    [p.record] AS about, h.events AS supporting,
    CASE WHEN p.issuer_id = 'ce79fdc4-cd1d-4ea5-8139-e74d7dbe0bb7' OR h.pass_no IS NOT NULL
        THEN 'medium' END AS severity,
    CASE WHEN p.user_created IS NULL THEN 'the evidence has no creation date of the user' END AS not_assessed
FROM passes AS p
LEFT JOIN rehired AS h ON h.pass_no = p.pass_no
WHERE (epoch(p.starts_at) - epoch(p.user_created) > $established_days * 86400 AND p.purpose_at_start = 'failed')
    OR (p.user_created IS NULL AND p.issued_at >= $period_from AND p.issued_at < $period_to)
ORDER BY p.pass_no
