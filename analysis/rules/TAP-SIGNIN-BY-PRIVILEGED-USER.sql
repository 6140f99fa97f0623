---
id: TAP-SIGNIN-BY-PRIVILEGED-USER
title: A privileged user logged in with a Temporary Access Pass
severity: high
group: log-ins
family: whom
population: logins
needs: [tap-capable sign-in, roles]
condition: >-
  the user is privileged [log-in]
why: >-
  The session holds the rights of a privileged account and rests on a passcode that another person issued. Enrolment or
  recovery of an administrator explains it, and should have been arranged beforehand.
how_to_verify: >-
  Ask the privileged user in person or by telephone whether the log-in was theirs. Read the sign-in's address, device
  and applications, the audit events with the user as initiator after it, and the issuance of the pass.
how_to_fix: >-
  If it was arranged, record an exception that names the ticket. If not, revoke the sessions (POST
  /users/{id}/revokeSignInSessions), remove methods and devices the user does not recognise, undo changes made by the
  account since, and exclude privileged accounts from the policy's scope.
fix: []
references:
  - https://learn.microsoft.com/en-us/entra/architecture/security-operations-privileged-accounts
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/entra/identity/users/users-revoke-access
  - https://attack.mitre.org/techniques/T1078/004/
techniques: [T1078.004]
controls: [ISO27001:A.5.17, ISO27001:A.8.2, ISO27001:A.8.5, NIST-800-53:IA-5, NIST-800-53:AU-6, PCI-DSS-4.0:8.3]
---
WITH why AS (
    SELECT l.login_no, string_agg(DISTINCT u.why, '; ' ORDER BY u.why) AS reasons,
        list(DISTINCT u.record ORDER BY u.record) FILTER (WHERE u.record IS NOT NULL) AS shown_by
    FROM logins AS l
    JOIN privileged_users AS u ON u.tenant_id = l.tenant_id AND u.user_id = l.user_id
        AND (u.since IS NULL OR u.since < l.time)
    GROUP BY l.login_no
)
SELECT
    l.tenant_id, l.subject_type, l.subject_id, l.actor_id, l.actor_name, l.about, why.shown_by AS supporting,
    l.sentence || '; the user ' || why.reasons AS summary
FROM login_findings AS l
JOIN why ON why.login_no = l.login_no
ORDER BY l.login_no
