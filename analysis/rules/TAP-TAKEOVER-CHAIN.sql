---
id: TAP-TAKEOVER-CHAIN
title: A doubtful log-in with a Temporary Access Pass was soon followed by a new method or device
severity: critical
group: chains
parameters: {minutes: 60}
population: logins
needs: [tap-capable sign-in, audit]
condition: >-
  a log-in for which TAP-SIGNIN-WITHOUT-ISSUANCE, TAP-SIGNIN-AFTER-END, TAP-SIGNIN-FROM-ISSUER-NETWORK or
  TAP-SIGNIN-UNFAMILIAR-NETWORK holds, and a method or device event of the user within {minutes} minutes after its
  time [log-in, lists them]
why: >-
  The log-in had no valid pass on record, or came from the issuer's or an unfamiliar network, and right after it
  something lasting was registered for the user. If it was not the user, somebody now has a way in that outlives the
  pass.
how_to_verify: >-
  Ask the user, by telephone or in person, whether the log-in and the listed method or device are theirs. Compare them
  with the user's sign-in methods (Entra ID > Users > the user > Authentication methods) and devices, and follow the
  session's sign-ins and audit events from the log-in onwards.
how_to_fix: >-
  If the user confirms all of it, record an exception that says so. Otherwise remove the method (DELETE under
  /users/{id}/authentication) and the device, delete the pass, revoke the sessions, reset the password, give the account
  back in person, and review mailbox rules, application consents and data opened since.
fix: [revoke-user, delete-pass, review-methods]
references:
  - https://learn.microsoft.com/en-us/entra/architecture/security-operations-user-accounts
  - https://learn.microsoft.com/en-us/entra/architecture/security-operations-devices
  - https://learn.microsoft.com/en-us/graph/api/temporaryaccesspassauthenticationmethod-delete
  - https://learn.microsoft.com/en-us/entra/identity/users/users-revoke-access
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://attack.mitre.org/techniques/T1078/004/
  - https://attack.mitre.org/techniques/T1556/006/
  - https://attack.mitre.org/techniques/T1098/005/
techniques: [T1078.004, T1556.006, T1098.005]
controls: [ISO27001:A.5.16, ISO27001:A.5.17, ISO27001:A.8.5, NIST-800-53:IA-5, NIST-800-53:AC-2, NIST-800-53:AU-6]
---
-- Access that nobody explains, and at once a method or a device of one's own: the account can be kept.
WITH doubtful AS (
    SELECT l.login_no, list(DISTINCT d.why ORDER BY d.why) AS reasons
    FROM logins AS l JOIN (
        SELECT login_no, 'no pass was issued for it' AS why FROM logins WHERE issued = 'failed' AND NOT ended_recently
        UNION ALL SELECT login_no, 'its pass had ended' FROM logins WHERE issued = 'failed' AND ended_recently
        UNION ALL SELECT login_no, 'it came from the issuer''s network' FROM issuer_network_logins
        UNION ALL SELECT login_no, 'it came from an unfamiliar network' FROM unfamiliar_logins WHERE enough
    ) AS d ON d.login_no = l.login_no
    GROUP BY l.login_no
),
began AS (
    SELECT login_no, tenant_id, user_id, time, unnest([0, 1]) + time_slot(time, $minutes * 60) AS slot FROM logins
),
registered AS (
    SELECT *, time_slot(time, $minutes * 60) AS slot FROM (SELECT * FROM method_events UNION SELECT *
        FROM device_events)
),
kept AS (
    SELECT l.login_no, list(e.record ORDER BY e.event_no) AS events,
        string_agg(e.activity || ' ' || strftime(e.time, '%H:%M') || ' UTC', ', then ' ORDER BY e.event_no) AS steps
    FROM began AS l
    JOIN registered AS own ON own.tenant_id = l.tenant_id AND own.user_id = l.user_id AND own.slot = l.slot
    JOIN audit_events AS e ON e.record = own.record
    WHERE e.time >= l.time AND e.time <= l.time + to_seconds($minutes * 60)
    GROUP BY l.login_no
)
SELECT
    l.tenant_id, l.subject_type, l.subject_id, l.actor_id, l.actor_name, l.about, kept.events AS supporting,
    l.sentence || ' (' || list_aggregate(d.reasons, 'string_agg', '; ') || '), then within '
        || CAST($minutes AS INTEGER) || ' minutes: ' || kept.steps AS summary
FROM login_findings AS l
JOIN doubtful AS d ON d.login_no = l.login_no
JOIN kept ON kept.login_no = l.login_no
ORDER BY l.login_no
