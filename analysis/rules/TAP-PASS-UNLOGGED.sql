---
id: TAP-PASS-UNLOGGED
title: A user holds a Temporary Access Pass whose issuing no audit event shows
severity: high
sign: [pass whose issuing nothing shows, passes whose issuing nothing shows]
group: issuance
family: proof
population: tap_method_snapshots
needs: [audit, tap-methods]
condition: >-
  a temporaryAccessPassMethods snapshot holds a pass whose creation time the audit evidence covers, and no issuance
  for the user has its id or lies within 2 minutes of it [user; dated by createdDateTime]
why: >-
  Issuing a pass is written to the audit log, so a pass without an event means that the audit evidence lacks records or
  that the snapshot does not belong to it. Either way this pass was not reviewed by anybody who relies on the log.
how_to_verify: >-
  Compare createdDateTime and id of the pass in the snapshot with the audit log around that time: Entra ID > Monitoring
  & health > Audit logs, service Authentication Methods, target the user. Ask whoever exported the logs whether a
  filter was set, and ask the user who gave them the pass.
how_to_fix: >-
  Export the audit log again for that day without filters. If no event appears, delete the pass if it is still valid
  (DELETE /users/{id}/authentication/temporaryAccessPassMethods/{pass-id}), review the user's sign-in methods, devices
  and sign-ins since, and preserve both exports.
fix: [delete-pass]
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/graph/api/authentication-list-temporaryaccesspassmethods
  - https://learn.microsoft.com/en-us/graph/api/temporaryaccesspassauthenticationmethod-delete
  - https://learn.microsoft.com/en-us/graph/api/directoryaudit-list
  - https://attack.mitre.org/techniques/T1078/004/
  - https://attack.mitre.org/techniques/T1098/
techniques: [T1078.004, T1098]
controls: [ISO27001:A.5.16, ISO27001:A.5.17, NIST-800-53:IA-5, NIST-800-53:AU-6]
---
WITH found AS (
    SELECT DISTINCT ON (tenant_id, user_id, lower(pass_id)) * FROM snapshot_passes
    ORDER BY tenant_id, user_id, lower(pass_id), record
)
SELECT
    f.tenant_id, 'user' AS subject_type, f.user_id AS subject_id,
    'A snapshot shows a pass created ' || strftime(f.created, '%Y-%m-%d %H:%M')
        || ' UTC for which the audit log has no issuance' AS summary,
    [f.record] AS about, f.created AS first_seen, f.created AS last_seen, lower(f.pass_id) AS identity,
    CASE WHEN NOT f.covered
        THEN 'the audit evidence does not cover the time at which the pass was created' END AS not_assessed
FROM found AS f
WHERE NOT EXISTS (
    SELECT 1 FROM passes AS p
    WHERE p.tenant_id = f.tenant_id AND p.user_id = f.user_id
        AND (lower(p.pass_id) = lower(f.pass_id) OR abs(epoch(p.issued_at) - epoch(f.created)) <= 120))
ORDER BY f.tenant_id, f.user_id, f.pass_id
