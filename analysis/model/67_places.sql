-- Where each log-in came from beside what else its user did: what the criteria of supervision and the rules ask of it.

-- AS numbers tell whether two networks are the same, where both have one; else the /24s or /48s of addresses of one
-- family do. Otherwise they cannot be compared: they are neither the same nor different.
CREATE OR REPLACE MACRO is_same_network(asn_a, network_a, asn_b, network_b) AS coalesce(
    CASE WHEN asn_a IS NOT NULL AND asn_b IS NOT NULL THEN asn_a = asn_b
        ELSE contains(network_a, '/') AND network_a = network_b END, false);
CREATE OR REPLACE MACRO is_other_network(asn_a, network_a, asn_b, network_b) AS coalesce(
    CASE WHEN asn_a IS NOT NULL AND asn_b IS NOT NULL THEN asn_a <> asn_b
        ELSE contains(network_a, '/') AND contains(network_b, '/')
            AND contains(network_a, ':') = contains(network_b, ':')
            AND network_a <> network_b END, false);

-- The countries that a user is known in at a log-in. They are those that pass the test of a familiar network, those in
-- which the pass's issuer was on two days, and the tenant's.
CREATE OR REPLACE TABLE known_countries AS
SELECT DISTINCT l.login_no, f.place AS country, 'user' AS whose
FROM logins AS l
JOIN familiar_places AS f
    ON f.tenant_id = l.tenant_id AND f.user_id = l.user_id AND f.moment = l.time AND f.kind = 'country'
UNION
SELECT l.login_no, o.country, 'issuer'
FROM logins AS l
JOIN passes AS p ON p.pass_no = l.pass_no AND p.issuer_type = 'user'
JOIN ordinary_signins AS o ON o.tenant_id = p.tenant_id AND o.user_id = p.issuer_id AND o.country IS NOT NULL
    AND o.time >= l.time - INTERVAL 90 DAY AND o.time <= l.time - INTERVAL 24 HOUR
WHERE l.pass_known
GROUP BY l.login_no, o.country
HAVING count(DISTINCT o.day) >= 2
UNION
SELECT l.login_no, t.country, 'tenant' FROM logins AS l JOIN tenant_countries AS t ON t.tenant_id = l.tenant_id;

-- Whether the tenant's countries can be known: not from filtered exports and extracts without them.
CREATE OR REPLACE TABLE known_country_tenants AS
SELECT DISTINCT r.tenant AS tenant_id
FROM record_days AS r JOIN source ON source.source_id = r.source_id AND NOT source.filtered
WHERE r.tells_country AND r.tenant IS NOT NULL
UNION SELECT tenant FROM attributed_extract_countries WHERE tenant IS NOT NULL;

-- Log-ins with a TAP sign-in from a country that is none of them; strange it is only where the tenant's can be known.
CREATE OR REPLACE TABLE unknown_country_logins AS
SELECT
    l.login_no, string_agg(DISTINCT s.country, ', ' ORDER BY s.country) AS countries,
    any_value(k.countries) AS known, k.known_of_tenant
FROM logins AS l
JOIN (
    SELECT login_no, string_agg(DISTINCT country, ', ' ORDER BY country) AS countries, list(DISTINCT country) AS list,
        bool_or(whose = 'tenant') AS known_of_tenant
    FROM known_countries GROUP BY login_no
) AS k ON k.login_no = l.login_no
JOIN login_signins AS m ON m.login_no = l.login_no
JOIN signins AS s ON s.signin_no = m.signin_no
WHERE NOT s.trusted AND s.country IS NOT NULL AND NOT list_contains(k.list, s.country)
GROUP BY l.login_no, k.known_of_tenant;

CREATE OR REPLACE VIEW strange_country_logins AS
SELECT u.* FROM unknown_country_logins AS u
JOIN logins AS l ON l.login_no = u.login_no
JOIN known_country_tenants AS t ON t.tenant_id = l.tenant_id;

-- What the log-in's networks and countries are, whether any of its TAP sign-ins came from a trusted place or a
-- familiar network.
CREATE OR REPLACE TABLE login_places AS
SELECT m.login_no, bool_or(s.trusted) AS trusted, bool_or(coalesce(f.familiar, false)) AS familiar,
    list(DISTINCT s.country) FILTER (WHERE s.country IS NOT NULL) AS countries
FROM login_signins AS m
JOIN signins AS s ON s.signin_no = m.signin_no
LEFT JOIN familiarity AS f ON f.signin_no = s.signin_no
GROUP BY m.login_no;

-- A pass that had let someone in, tried again from elsewhere: late and refused attempts after each log-in.
CREATE OR REPLACE TABLE contested_logins AS
WITH tried AS (
    SELECT a.signin_no, a.tenant_id, a.user_id, a.time, a.asn, a.network, a.ip, a.country, a.trusted,
        coalesce(f.familiar, false) AS familiar, l.login_no
    FROM signins AS a
    LEFT JOIN familiarity AS f ON f.signin_no = a.signin_no
    ASOF JOIN (SELECT tenant_id, user_id, time, max(login_no) AS login_no FROM logins GROUP BY ALL) AS l
        ON l.tenant_id = a.tenant_id AND l.user_id = a.user_id AND a.time > l.time
    WHERE a.late OR a.refused
),
next_passes AS (
    SELECT pass_no, lead(issued_at) OVER (PARTITION BY tenant_id, user_id ORDER BY issued_at, pass_no) AS next_at
    FROM passes
),
elsewhere AS (
    SELECT t.*, l.time AS login_time, p.trusted AS login_trusted, p.familiar AS login_familiar, p.countries,
        coalesce(NOT list_contains(p.countries, t.country), false) AS other_country
    FROM tried AS t
    JOIN logins AS l ON l.login_no = t.login_no AND l.pass_known
    JOIN login_places AS p ON p.login_no = t.login_no AND NOT p.trusted
    JOIN passes AS pass ON pass.pass_no = l.pass_no
    JOIN next_passes AS n ON n.pass_no = l.pass_no
    WHERE t.time <= greatest(pass.end_time, l.time + INTERVAL 24 HOUR) AND (n.next_at IS NULL OR t.time < n.next_at)
),
apart AS (
    SELECT e.* FROM elsewhere AS e
    JOIN login_signins AS m ON m.login_no = e.login_no
    JOIN signins AS s ON s.signin_no = m.signin_no
    GROUP BY ALL
    HAVING bool_and(is_other_network(e.asn, e.network, s.asn, s.network))
),
-- One person on two devices: only the pass's own method can have given a first strong proof from where the attempt
-- came.
own AS (
    SELECT DISTINCT a.signin_no
    FROM apart AS a
    JOIN strong_proofs AS p ON p.tenant_id = a.tenant_id AND p.user_id = a.user_id
        AND p.time > a.login_time AND p.time <= a.login_time + INTERVAL 24 HOUR
    JOIN signins AS s ON s.signin_no = p.signin_no
    WHERE is_same_network(a.asn, a.network, s.asn, s.network)
        AND NOT EXISTS (SELECT 1 FROM strong_proofs AS b WHERE b.tenant_id = a.tenant_id AND b.user_id = a.user_id
            AND b.time < a.login_time AND b.time >= a.login_time - INTERVAL 90 DAY)
)
SELECT a.login_no, bool_or(a.other_country) AS other_country, max(a.time) AS last_time,
    list('s:' || a.signin_no ORDER BY a.signin_no) AS attempts,
    string_agg(strftime(a.time, '%Y-%m-%d %H:%M') || ' UTC from ' || coalesce(a.ip, 'an unknown address')
        || coalesce(' (' || a.country || ')', ''), ', ' ORDER BY a.signin_no) AS told
FROM apart AS a ANTI JOIN own AS o ON o.signin_no = a.signin_no
WHERE a.other_country OR (a.trusted OR a.familiar) AND NOT a.login_familiar
GROUP BY a.login_no;

-- The pass replaced methods that were lost: somebody else wiped them around the issuance, and the user registered
-- anew, from where they always are.
CREATE OR REPLACE TABLE replacements AS
WITH with_pass AS (
    SELECT l.login_no, l.pass_no, l.time, p.tenant_id, p.user_id,
        greatest(p.ended_at, l.time + INTERVAL 60 MINUTE) AS until_time
    FROM logins AS l JOIN passes AS p ON p.pass_no = l.pass_no WHERE l.pass_known
),
first_logins AS (SELECT pass_no, min(time) AS first_time FROM with_pass GROUP BY pass_no),
wiped AS (
    SELECT p.pass_no
    FROM passes AS p
    JOIN audit_events AS e
        ON e.tenant_id = p.tenant_id AND e.user_id = p.user_id AND e.kind IN ('method deleted', 'password reset')
        AND e.time >= p.issued_at - INTERVAL 24 HOUR AND e.time <= p.issued_at + INTERVAL 60 MINUTE
    LEFT JOIN first_logins AS f ON f.pass_no = p.pass_no
    WHERE e.issuer_id IS DISTINCT FROM p.user_id AND e.issuer_type <> 'unknown'
        AND (f.first_time IS NULL OR e.time <= f.first_time)
    GROUP BY p.pass_no
),
at_home AS (
    SELECT m.login_no
    FROM login_signins AS m
    JOIN signins AS s ON s.signin_no = m.signin_no
    JOIN login_times AS t ON t.signin_no = s.signin_no
    LEFT JOIN familiarity AS f ON f.signin_no = s.signin_no
    LEFT JOIN (SELECT DISTINCT tenant_id, user_id, moment, place FROM asked_days WHERE kind = 'network') AS d
        ON d.tenant_id = s.tenant_id AND d.user_id = s.user_id AND d.moment = t.time AND d.place = s.network
    GROUP BY m.login_no
    HAVING bool_and(s.trusted OR coalesce(f.familiar, false) AND d.place IS NOT NULL)
)
SELECT DISTINCT w.pass_no
FROM with_pass AS w
SEMI JOIN wiped ON wiped.pass_no = w.pass_no
SEMI JOIN at_home AS h ON h.login_no = w.login_no
ASOF JOIN method_events AS e ON e.tenant_id = w.tenant_id AND e.user_id = w.user_id AND w.time <= e.time
WHERE e.time <= w.until_time;
