---
id: TAP-ISSUED-FROM-UNFAMILIAR-NETWORK
title: A pass was issued from a network that its issuer had not worked from
severity: medium
group: issuance
family: issuer
parameters: {earlier: 5}
population: passes
needs: [audit, sign-in]
condition: >-
  the issuer is a person, and the issuance's address is in no configured trusted network. As of 24 hours before, its
  network is not a familiar network of the issuer, who has {earlier} or more earlier sign-ins [pass]
why: >-
  Whoever issues passes works from known places, so an issuance from elsewhere may be somebody on the issuer's
  session. Travel and a new provider are the innocent causes.
how_to_verify: >-
  Look at the address of the audit event, its provider and country, and at the issuer's sign-ins around it. Ask the
  issuer, by telephone or in person, whether they issued this pass.
how_to_fix: >-
  If the place is the company's, add it to trusted_networks. If the issuer did not issue it, delete the pass, revoke
  the sessions of issuer and user, and remove what was registered with it.
fix: [delete-pass, revoke-actor]
references:
  - https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass
  - https://learn.microsoft.com/en-us/entra/identity/conditional-access/concept-assignment-network
  - https://learn.microsoft.com/en-us/entra/architecture/security-operations-privileged-accounts
  - https://learn.microsoft.com/en-us/graph/api/temporaryaccesspassauthenticationmethod-delete
  - https://learn.microsoft.com/en-us/entra/identity/users/users-revoke-access
  - https://attack.mitre.org/techniques/T1078/004/
  - https://attack.mitre.org/techniques/T1098/
techniques: [T1078.004, T1098]
controls: [ISO27001:A.5.17, ISO27001:A.8.5, NIST-800-53:IA-5, NIST-800-53:AU-6, ISO27001:A.8.2]
---
WITH trusted AS (SELECT DISTINCT address FROM addresses WHERE trusted),
-- A network that can be compared with none of the issuer's says nothing.
comparable AS (
    SELECT DISTINCT a.about
    FROM asked AS a JOIN asked_days AS d ON d.tenant_id = a.tenant_id AND d.user_id = a.user_id AND d.moment = a.time
    WHERE d.kind = 'system' AND a.asn IS NOT NULL
        OR d.kind = 'network' AND contains(d.place, '/') AND contains(a.network, '/')
            AND contains(d.place, ':') = contains(a.network, ':')
)
SELECT
    p.tenant_id, 'user' AS subject_type, p.user_id AS subject_id,
    p.issuer_id AS actor_id, p.issuer_name AS actor_name,
    'A pass was issued to ' || p.user_name || ' by ' || p.issuer_name || ' from ' || o.ip
        || ', a network that the issuer had not worked from in their '
        || counted(f.earlier_signins, 'sign-in', 'sign-ins') || ' before' AS summary,
    [p.record] AS about, NULL AS not_assessed, p.pass_no
FROM passes AS p
JOIN issuance_origins AS o ON o.record = p.record
JOIN familiarity AS f ON f.about = o.about
JOIN comparable AS c ON c.about = f.about
ANTI JOIN trusted AS t ON t.address = o.ip
WHERE p.issuer_type = 'user' AND o.ip IS NOT NULL AND NOT f.familiar AND f.earlier_signins >= $earlier
QUALIFY row_number() OVER (PARTITION BY p.pass_no ORDER BY o.about) = 1
UNION ALL BY NAME
SELECT p.tenant_id, 'user' AS subject_type, p.user_id AS subject_id, [p.record] AS about, p.pass_no,
    'the audit event has no address' AS not_assessed
FROM passes AS p
ANTI JOIN (SELECT DISTINCT record FROM issuance_origins WHERE ip IS NOT NULL) AS o ON o.record = p.record
WHERE p.issuer_type = 'user'
ORDER BY pass_no
