---
id: TAP-SIGNIN-STRANGE-COUNTRY
title: A log-in with a pass came from a country new to the user and the company
severity: medium
group: log-ins
family: place
population: logins
needs: [tap-capable sign-in]
condition: >-
  a TAP sign-in of it, from no trusted place, comes from a country that is none of the user's known countries, of which
  there is at least one. Known are those familiar to the user, those of the pass's issuer, and those in which five or
  more other users, and one in two hundred, sign in [log-in]
why: >-
  Nobody of the company, the user included, is known in that country. Travel is the innocent cause; a passcode that
  was read or talked out of somebody abroad is the other.
how_to_verify: >-
  Look at country, city, ipAddress and AS number of the sign-in, and at the user's sign-ins of the days around it: a
  trip shows there. Ask the user where they were.
how_to_fix: >-
  If the user travels, say so in the supervision register. Otherwise revoke the sessions, delete the pass and remove
  methods and devices registered after the log-in. Conditional Access can tie the registration of security information
  to countries and trusted networks.
fix: [revoke-user, delete-pass, review-methods]
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/entra/identity/conditional-access/concept-assignment-network
  - https://learn.microsoft.com/en-us/entra/identity/conditional-access/policy-all-users-security-info-registration
  - https://learn.microsoft.com/en-us/entra/identity/users/users-revoke-access
  - https://learn.microsoft.com/en-us/graph/api/temporaryaccesspassauthenticationmethod-delete
  - https://attack.mitre.org/techniques/T1078/004/
techniques: [T1078.004]
controls: [ISO27001:A.5.17, ISO27001:A.8.5, NIST-800-53:IA-5, NIST-800-53:AU-6]
---
SELECT
    l.tenant_id, l.subject_type, l.subject_id, l.actor_id, l.actor_name, l.about, l.supporting,
    l.sentence || ' from ' || s.countries || ', where nobody of the tenant is known; known are '
        || s.known AS summary,
    NULL AS not_assessed, l.login_no
FROM login_findings AS l
JOIN strange_country_logins AS s ON s.login_no = l.login_no
UNION ALL BY NAME
SELECT
    l.tenant_id, l.subject_type, l.subject_id, l.about, l.login_no,
    CASE WHEN len(p.countries) IS NULL THEN 'the log-in''s sign-ins name no country'
        WHEN t.tenant_id IS NULL THEN 'the countries of the tenant''s other users are not in evidence'
        ELSE 'no country is known of the user, the issuer or the tenant' END AS not_assessed
FROM login_findings AS l
JOIN login_places AS p ON p.login_no = l.login_no
LEFT JOIN known_country_tenants AS t ON t.tenant_id = l.tenant_id
LEFT JOIN (SELECT DISTINCT login_no FROM known_countries) AS k ON k.login_no = l.login_no
LEFT JOIN unknown_country_logins AS s ON s.login_no = l.login_no
WHERE NOT p.trusted AND (p.countries IS NULL OR k.login_no IS NULL OR t.tenant_id IS NULL AND s.login_no IS NOT NULL)
ORDER BY login_no
