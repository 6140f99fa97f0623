---
id: TAP-TAKEOVER-CHAIN
title: A doubtful log-in with a Temporary Access Pass was soon followed by a new method or device
severity: critical
sign: [doubtful log-in followed by a new method or device, doubtful log-ins followed by new methods or devices]
group: chains
family: chain
parameters: {minutes: 480}
borrows:
  guessed_minutes: TAP-GUESSED.minutes
  burst_minutes: TAP-GUESSING.minutes
  attempts: TAP-GUESSING.attempts
  slow_hours: TAP-GUESSING.slow_hours
  slow_attempts: TAP-GUESSING.slow_attempts
  session_hours: TAP-ISSUED-FROM-TAP-SESSION.hours
  dormant_days: TAP-ISSUED-TO-DORMANT-USER.dormant_days
  covered_days: TAP-ISSUED-TO-DORMANT-USER.covered_days
population: logins
needs: [tap-capable sign-in, audit]
condition: >-
  within {minutes} minutes after a log-in's time a method, admin method or device event of the user, and signs of the
  log-in. An admin method event by the pass's issuer within 24 hours before the pass's event counts too. Strong: no
  issuance, after its end, from the issuer's network (high), guessed (critical), contested (high), its pass issued on a
  pass (critical). Middling: risk (high), device code, its pass for a dormant user (high). Weak: unfamiliar network,
  strange country, its pass by an unapproved issuer or by the user. Critical with a strong sign, or a middling one and
  any other. High with one middling sign, two weak ones, or one of the first two weak of a privileged user. Medium with
  one of these alone [log-in]
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
  /users/{id}/authentication) and the device, delete the pass, revoke the sessions, reset the password, give the
  account back in person, and review mailbox rules, application consents and data opened since.
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
-- Access that nobody explains, and then a method or a device of one's own: the account can be kept.
WITH signs AS (
    SELECT login_no, 3 AS weight, 'no pass was issued for it' AS why
    FROM logins WHERE issued = 'failed' AND NOT ended_recently
    UNION ALL SELECT login_no, 3, 'its pass had ended' FROM logins WHERE issued = 'failed' AND ended_recently
    UNION ALL
    SELECT i.login_no, 3, 'it came from the issuer''s place'
    FROM issuer_network_logins AS i
    JOIN logins AS l ON l.login_no = i.login_no
    JOIN passes AS p ON p.pass_no = l.pass_no
    WHERE NOT is_weak_issuer_network(
        i.by_address, i.by_device, i.by_device_elsewhere, i.familiar_to_issuer, p.new_user
    )
    UNION ALL
    SELECT login_no, 3, 'the pass may have been guessed'
    FROM guessed_logins($guessed_minutes, $burst_minutes, $attempts, $slow_hours, $slow_attempts) WHERE NOT at_home
    UNION ALL
    SELECT login_no, 3, 'the pass was tried from another country afterwards' FROM contested_logins WHERE other_country
    UNION ALL
    SELECT l.login_no, 3, 'its pass was issued on a pass'
    FROM logins AS l JOIN issued_on_passes($session_hours) AS i ON i.pass_no = l.pass_no AND NOT i.weak
    WHERE l.pass_known
    UNION ALL SELECT login_no, 2, 'its risk was high' FROM risky_logins WHERE severity = 'high'
    UNION ALL SELECT login_no, 2, 'it let another device in' FROM device_code_logins
    UNION ALL
    SELECT l.login_no, 2, 'nobody had used the account for months'
    FROM logins AS l
    JOIN dormant_passes($dormant_days, $covered_days) AS d ON d.pass_no = l.pass_no AND d.used_oddly AND NOT d.unknown
    WHERE l.pass_known
    UNION ALL SELECT login_no, 1, 'it came from an unfamiliar network' FROM unfamiliar_logins WHERE enough
    UNION ALL
    SELECT login_no, 1, 'it came from a strange country' FROM strange_country_logins
    UNION ALL
    SELECT l.login_no, 0, 'its issuer is not approved'
    FROM logins AS l JOIN passes AS p ON p.pass_no = l.pass_no CROSS JOIN config
    WHERE l.pass_known AND config.approved_users AND p.issuer_type = 'user' AND NOT p.approved_user
    UNION ALL
    SELECT l.login_no, 0, 'the user issued the pass'
    FROM logins AS l JOIN passes AS p ON p.pass_no = l.pass_no
    WHERE l.pass_known AND p.issuer_type = 'user' AND p.issuer_id = p.user_id
),
graded AS (
    SELECT s.login_no, max(s.weight) AS worst, count(*) AS signs, list(DISTINCT s.why ORDER BY s.why) AS reasons,
        any_value(u.user_id) IS NOT NULL AS privileged
    FROM signs AS s
    JOIN logins AS l ON l.login_no = s.login_no
    LEFT JOIN (
        SELECT tenant_id, user_id, min(coalesce(since, TIMESTAMP '0001-01-01')) AS since
        FROM privileged_users GROUP BY ALL
    ) AS u ON u.tenant_id = l.tenant_id AND u.user_id = l.user_id AND u.since < l.time
    GROUP BY s.login_no
),
doubtful AS (
    SELECT login_no, reasons, CASE
        WHEN worst = 3 OR worst = 2 AND signs > 1 THEN 'critical'
        WHEN worst = 2 OR signs > 1 OR worst = 1 AND privileged THEN 'high'
        ELSE 'medium' END AS severity
    FROM graded WHERE worst > 0 OR signs > 1
),
began AS (
    SELECT l.login_no, l.tenant_id, l.user_id, l.time, l.pass_no, l.pass_known,
        unnest([0, 1]) + time_slot(l.time, $minutes * 60) AS slot
    FROM logins AS l SEMI JOIN doubtful AS d ON d.login_no = l.login_no
),
own AS (
    SELECT * FROM method_events UNION SELECT * FROM device_events UNION SELECT * FROM admin_method_events
),
slotted AS (SELECT *, time_slot(time, $minutes * 60) AS slot FROM own),
registered AS (
    SELECT l.login_no, o.record
    FROM began AS l
    JOIN slotted AS o ON o.tenant_id = l.tenant_id AND o.user_id = l.user_id AND o.slot = l.slot
    WHERE o.time >= l.time AND o.time <= l.time + to_seconds($minutes * 60)
    UNION
    -- The issuer may have put a method of theirs there first.
    SELECT l.login_no, o.record
    FROM began AS l
    JOIN passes AS p ON p.pass_no = l.pass_no
    JOIN admin_method_events AS o ON o.tenant_id = p.tenant_id AND o.user_id = p.user_id
        AND o.time <= p.issued_at AND o.time >= p.issued_at - INTERVAL 24 HOUR
    JOIN audit_events AS e ON e.record = o.record AND e.issuer_id = p.issuer_id
    WHERE l.pass_known
),
kept AS (
    SELECT r.login_no, list(e.record ORDER BY e.event_no) AS events, max(e.time) AS last_time,
        string_agg(e.activity || ' ' || strftime(e.time, '%H:%M') || ' UTC', ', then ' ORDER BY e.event_no) AS steps
    FROM registered AS r JOIN audit_events AS e ON e.record = r.record
    GROUP BY r.login_no
)
SELECT
    l.tenant_id, l.subject_type, l.subject_id, l.actor_id, l.actor_name, l.about, kept.events AS supporting,
    d.severity, greatest(l.last_time, kept.last_time) AS last_seen,
    l.sentence || ' (' || list_aggregate(d.reasons, 'string_agg', '; ') || '), with this within '
        || counted($minutes, 'minute', 'minutes') || ': ' || kept.steps AS summary,
    NULL AS not_assessed, l.login_no
FROM login_findings AS l
JOIN doubtful AS d ON d.login_no = l.login_no
JOIN kept ON kept.login_no = l.login_no
UNION ALL BY NAME
SELECT l.tenant_id, l.subject_type, l.subject_id, l.about, l.login_no,
    'the audit evidence does not cover the ' || counted($minutes, 'minute', 'minutes')
        || ' after a log-in with signs' AS not_assessed
FROM login_findings AS l
JOIN doubtful AS d ON d.login_no = l.login_no
ANTI JOIN kept ON kept.login_no = l.login_no
LEFT JOIN log_spans AS s ON s.tenant_id = l.tenant_id AND s.log_type = 'audit'
WHERE s.first_time IS NULL OR s.first_time > l.time OR s.last_time < l.time + to_seconds($minutes * 60)
    OR EXISTS (SELECT 1 FROM gap_days AS g WHERE g.tenant_id = l.tenant_id AND g.log_type = 'audit'
        AND g.day >= l.time::DATE AND g.day <= l.time + to_seconds($minutes * 60))
ORDER BY login_no
