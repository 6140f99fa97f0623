---
id: TAP-STRIP-THEN-ISSUE
title: A user's sign-in method or password was taken away, and a pass issued about the same time
severity: medium
group: issuance
family: need
parameters: {hours: 24, minutes: 60}
population: passes
needs: [audit]
condition: >-
  a method deletion or password reset of the user, by anybody, within the {hours} hours before, or by the issuer within
  {minutes} minutes after. Low when the pass was a replacement [pass]
why: >-
  Recovery after a lost phone looks exactly like this: the old method is removed and a pass helps to register a new
  one. A takeover looks the same, and then the rightful user is locked out while somebody else enrols.
how_to_verify: >-
  Read the audit events Admin deleted security info, Reset user password or Reset password (by admin) next to the
  issuance: who, from which address, in which order. Ask the user whether they reported a lost device, and compare with
  the ticket.
how_to_fix: >-
  If a ticket explains it, record an exception that names the ticket. Otherwise delete the pass, revoke the user's
  sessions, remove methods registered since, return the account to its owner in person, and review the other recent
  actions of the issuer.
fix: [delete-pass, review-methods]
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/entra/identity/monitoring-health/reference-audit-activities
  - https://learn.microsoft.com/en-us/graph/api/temporaryaccesspassauthenticationmethod-delete
  - https://learn.microsoft.com/en-us/entra/identity/users/users-revoke-access
  - https://learn.microsoft.com/en-us/entra/architecture/security-operations-privileged-accounts
  - https://attack.mitre.org/techniques/T1556/006/
  - https://attack.mitre.org/techniques/T1098/
  - https://attack.mitre.org/techniques/T1078/004/
techniques: [T1556.006, T1098, T1078.004]
controls: [ISO27001:A.5.17, ISO27001:A.8.5, NIST-800-53:IA-5, NIST-800-53:AC-2, NIST-800-53:AU-6]
---
WITH stripped AS (
    SELECT p.pass_no, e.event_no
    FROM passes AS p
    JOIN audit_events AS e
        ON e.tenant_id = p.tenant_id AND e.user_id = p.user_id AND e.kind IN ('method deleted', 'password reset')
        AND (e.time <= p.issued_at AND e.time >= p.issued_at - to_seconds($hours * 3600)
            OR e.issuer_id = p.issuer_id AND e.time > p.issued_at
                AND e.time <= p.issued_at + to_seconds($minutes * 60))
)
SELECT
    p.tenant_id, 'user' AS subject_type, p.user_id AS subject_id,
    p.issuer_id AS actor_id, p.issuer_name AS actor_name,
    'A pass was issued to ' || p.user_name || ', whose methods or password were taken away: '
        || string_agg(
            e.activity || ' by ' || coalesce(e.issuer_name, 'somebody whom the event does not name') || ' at '
                || strftime(e.time, '%Y-%m-%d %H:%M') || ' UTC',
            ', ' ORDER BY e.event_no)
        || CASE
            WHEN any_value(r.pass_no) IS NOT NULL THEN '; the user registered anew from a place of theirs'
            ELSE '' END AS summary,
    [p.record] AS about, list(e.record ORDER BY e.event_no) AS supporting,
    CASE WHEN any_value(r.pass_no) IS NOT NULL THEN 'low' END AS severity, NULL AS not_assessed, p.pass_no
FROM stripped AS t
JOIN passes AS p ON p.pass_no = t.pass_no
JOIN audit_events AS e ON e.event_no = t.event_no
LEFT JOIN replacements AS r ON r.pass_no = p.pass_no
GROUP BY p.pass_no, p.tenant_id, p.user_id, p.user_name, p.issuer_id, p.issuer_name, p.record
UNION ALL BY NAME
SELECT p.tenant_id, 'user' AS subject_type, p.user_id AS subject_id, [p.record] AS about, p.pass_no,
    'the audit evidence does not cover the ' || counted($hours, 'hour', 'hours') || ' before the pass' AS not_assessed
FROM passes AS p
SEMI JOIN uncovered('audit', to_seconds($hours * -3600), to_seconds(0)) AS d ON d.pass_no = p.pass_no
ANTI JOIN stripped AS t ON t.pass_no = p.pass_no
ORDER BY pass_no
