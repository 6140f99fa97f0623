---
id: TAP-SIGNIN-TWO-PLACES
title: The user proved themselves elsewhere while a pass was used
severity: medium
group: log-ins
family: place
parameters: {minutes: 60}
population: logins
needs: [tap-capable sign-in, shared addresses]
condition: >-
  the user has a strong proof from a different network within {minutes} minutes before a TAP sign-in of it; or as long
  after it, before the first method event of the user that follows the log-in. A later proof, which the new method can
  give, counts only when it comes from a familiar network and the TAP sign-in from none. Neither of the two is from a
  trusted place or shared egress. High when the countries differ [log-in]
why: >-
  Within an hour the user proved with a method of their own that they were in one place, and a pass was used in
  another. A laptop at home and a telephone on its mobile network look the same, so the country tells more than the
  network.
how_to_verify: >-
  Compare address, country, device and user agent of both sign-ins in the finding. Ask the user which of the two was
  theirs, and why a pass was needed while their own method worked.
how_to_fix: >-
  If the log-in with the pass was not the user's, revoke the sessions, delete the pass and remove methods and devices
  registered after it. If both were the user's, record it in the supervision register.
fix: [revoke-user, delete-pass, review-methods]
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/graph/api/resources/signin
  - https://learn.microsoft.com/en-us/entra/identity/conditional-access/concept-assignment-network
  - https://learn.microsoft.com/en-us/entra/identity/users/users-revoke-access
  - https://learn.microsoft.com/en-us/graph/api/temporaryaccesspassauthenticationmethod-delete
  - https://attack.mitre.org/techniques/T1078/004/
techniques: [T1078.004]
controls: [ISO27001:A.5.17, ISO27001:A.8.5, NIST-800-53:IA-5, NIST-800-53:AU-6]
---
WITH used AS (
    SELECT m.login_no, s.signin_no, s.tenant_id, s.user_id, s.time, s.asn, s.network, s.country, s.ip,
        coalesce(f.familiar, false) AS familiar, time_slot(s.time, $minutes * 60) + unnest([-1, 0, 1]) AS slot
    FROM login_signins AS m
    JOIN logins AS l ON l.login_no = m.login_no
    JOIN signins AS s ON s.signin_no = m.signin_no
    LEFT JOIN familiarity AS f ON f.signin_no = s.signin_no
    WHERE NOT s.trusted AND NOT EXISTS (SELECT 1 FROM shared_egress AS e WHERE e.tenant = s.tenant_id AND e.ip = s.ip)
),
proofs AS (
    SELECT s.signin_no, s.tenant_id, s.user_id, s.time, s.asn, s.network, s.country, s.ip,
        coalesce(f.familiar, false) AS familiar, time_slot(s.time, $minutes * 60) AS slot
    FROM near_proofs AS p
    JOIN signins AS s ON s.signin_no = p.signin_no
    LEFT JOIN familiarity AS f ON f.signin_no = s.signin_no
    WHERE NOT s.trusted AND NOT EXISTS (SELECT 1 FROM shared_egress AS e WHERE e.tenant = s.tenant_id AND e.ip = s.ip)
),
apart AS (
    SELECT u.login_no, p.signin_no, p.time, p.ip, p.country,
        coalesce(u.country <> p.country, false) AS other_country
    FROM used AS u
    JOIN proofs AS p ON p.tenant_id = u.tenant_id AND p.user_id = u.user_id AND p.slot = u.slot
        AND abs(epoch(p.time) - epoch(u.time)) <= $minutes * 60
    LEFT JOIN enrolments AS e ON e.login_no = u.login_no
    WHERE is_other_network(u.asn, u.network, p.asn, p.network)
        AND (p.time <= u.time OR e.first_method IS NULL OR p.time < e.first_method OR p.familiar AND NOT u.familiar)
),
told AS (
    SELECT login_no, bool_or(other_country) AS other_country,
        list(DISTINCT 's:' || signin_no ORDER BY 's:' || signin_no) AS proofs,
        string_agg(DISTINCT strftime(time, '%Y-%m-%d %H:%M') || ' UTC from ' || coalesce(ip, 'an unknown address')
            || coalesce(' (' || country || ')', ''), ', ') AS places
    FROM apart GROUP BY login_no
),
-- What else the user signed in to around the log-in, where nothing of it shows how it was proved.
dark AS (
    SELECT u.login_no
    FROM used AS u
    JOIN (SELECT *, time_slot(time, $minutes * 60) AS slot FROM signins WHERE error_code = 0 AND NOT attempt) AS s
        ON s.tenant_id = u.tenant_id AND s.user_id = u.user_id AND s.slot = u.slot
        AND abs(epoch(s.time) - epoch(u.time)) <= $minutes * 60
    ANTI JOIN footprint AS f ON f.signin_no = s.signin_no
    LEFT JOIN strong_proofs AS p ON p.signin_no = s.signin_no
    GROUP BY u.login_no
    HAVING NOT bool_or(shows_steps(s.steps, s.method_bits) OR p.signin_no IS NOT NULL)
)
SELECT
    l.tenant_id, l.subject_type, l.subject_id, l.actor_id, l.actor_name, l.about,
    list_concat(l.supporting, t.proofs) AS supporting, CASE WHEN t.other_country THEN 'high' END AS severity,
    l.sentence || ' from ' || coalesce(l.ip, 'an unknown address')
        || ', and proved themselves by a method of their own in another network: ' || t.places AS summary,
    NULL AS not_assessed, l.login_no
FROM login_findings AS l
JOIN told AS t ON t.login_no = l.login_no
UNION ALL BY NAME
SELECT l.tenant_id, l.subject_type, l.subject_id, l.about, l.login_no,
    'the user''s other sign-ins around the log-in do not show how they were proved' AS not_assessed
FROM login_findings AS l
SEMI JOIN dark AS d ON d.login_no = l.login_no
ANTI JOIN told AS t ON t.login_no = l.login_no
ORDER BY login_no
