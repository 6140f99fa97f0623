-- A TAP session: the session id of a TAP attempt, or for one without it its correlation id.
CREATE OR REPLACE TABLE tap_sessions AS
SELECT signin_no AS attempt_no, tenant_id, user_id, coalesce(session_id, correlation_id) AS session,
    session_id IS NULL AS by_correlation, time
FROM signins WHERE attempt AND user_id IS NOT NULL AND coalesce(session_id, correlation_id) IS NOT NULL;

-- Whether a sign-in's record can show how it was proved.
CREATE OR REPLACE MACRO shows_steps(steps, method_bits) AS steps IS NOT NULL OR method_bits IS NOT NULL;

-- A method that proves more than a password or an earlier proof does.
CREATE OR REPLACE MACRO is_own_proof(method) AS
    method <> '' AND method NOT IN ('temporaryaccesspass', 'password', 'previouslysatisfied');

-- Strong proofs, each with the methods that gave it. Case, blanks and hyphens do not count.
CREATE OR REPLACE TABLE strong_proofs AS
WITH stepped AS (
    SELECT signin_no, replace(folded(step.authenticationMethod), '-', '') AS method,
        coalesce(step.succeeded, true) AS succeeded,
        coalesce(
            contains(replace(folded(step.authenticationStepRequirement), '-', ''), 'multifactor'), false
        ) AS asked_for
    FROM (SELECT signin_no, unnest(steps) AS step FROM signins WHERE error_code = 0 AND NOT attempt AND len(steps) > 0)
),
proved AS (
    SELECT signin_no, method FROM stepped
    WHERE succeeded AND (
        regexp_matches(method, 'fido2|passkey|windowshello|passwordless|certificate')
            OR asked_for AND is_own_proof(method))
    UNION
    SELECT t.signin_no, t.method FROM stepped AS t JOIN signins AS s ON s.signin_no = t.signin_no
    WHERE is_own_proof(t.method) AND replace(folded(s.requirement), '-', '') = 'multifactorauthentication'
    UNION
    SELECT signin_no, replace(folded(mfa_method), '-', '') FROM signins
    WHERE error_code = 0 AND NOT attempt AND is_own_proof(replace(folded(mfa_method), '-', ''))
        AND replace(folded(requirement), '-', '') = 'multifactorauthentication'
    UNION
    SELECT signin_no, 'bit ' || bit FROM (
        SELECT signin_no, method_bits, unnest([64, 262144, 2097152, 33554432, 67108864]) AS bit FROM signins
        WHERE error_code = 0 AND NOT attempt AND method_bits IS NOT NULL)
    WHERE method_bits & bit > 0
)
SELECT s.signin_no, s.tenant_id, s.user_id, s.time, list_sort(list(proved.method)) AS methods
FROM proved JOIN signins AS s ON s.signin_no = proved.signin_no
WHERE s.user_id IS NOT NULL
GROUP BY ALL;

-- When a user first gave a strong proof with a method: of a later one with it they owned it already.
CREATE OR REPLACE TABLE first_proofs AS
SELECT tenant_id, user_id, method, min(time) AS first_time
FROM (SELECT tenant_id, user_id, time, unnest(methods) AS method FROM strong_proofs) GROUP BY ALL;

-- Of a session's attempts at one time one stands for them, the same from run to run.
CREATE OR REPLACE VIEW session_attempts AS
SELECT * EXCLUDE (attempt_no), max(attempt_no) AS attempt_no FROM tap_sessions GROUP BY ALL;

-- Each sign-in of a TAP session belongs to the session's latest attempt before it.
CREATE OR REPLACE TABLE tap_session_signins AS
WITH own AS (
    SELECT signin_no, tenant_id, user_id, time, session_id AS session, false AS by_correlation FROM signins
    WHERE user_id IS NOT NULL AND session_id IS NOT NULL
    UNION ALL
    SELECT signin_no, tenant_id, user_id, time, correlation_id, true FROM signins
    WHERE user_id IS NOT NULL AND correlation_id IS NOT NULL
)
SELECT o.signin_no, t.attempt_no, o.time, t.time AS attempt_time, t.tenant_id, t.user_id, t.session, t.by_correlation
FROM own AS o
ASOF JOIN session_attempts AS t
    ON t.tenant_id = o.tenant_id AND t.user_id = o.user_id AND t.session = o.session
        AND t.by_correlation = o.by_correlation AND o.time >= t.time;

-- Where what ran on an attempt ends: with the session's first strong proof that the user could give without it, and
-- after 30 days at most. Where nothing later of the session shows how it was proved, it ends after 24 hours. Of a
-- session's attempts so far the one counts on which its sign-ins run longest.
CREATE OR REPLACE TABLE tap_session_ends AS
WITH proofs AS (
    SELECT t.tenant_id, t.user_id, t.session, t.by_correlation, t.time, p.methods
    FROM tap_session_signins AS t JOIN strong_proofs AS p ON p.signin_no = t.signin_no
),
methods AS (SELECT * EXCLUDE (methods), unnest(methods) AS method FROM proofs),
-- The methods of the session that the user had proved themselves by before each attempt.
owned AS (
    SELECT t.*, m.method
    FROM tap_sessions AS t
    JOIN (SELECT DISTINCT tenant_id, user_id, session, by_correlation, method FROM methods) AS m
        ON m.tenant_id = t.tenant_id AND m.user_id = t.user_id AND m.session = t.session
            AND m.by_correlation = t.by_correlation
    JOIN first_proofs AS f
        ON f.tenant_id = t.tenant_id AND f.user_id = t.user_id AND f.method = m.method AND f.first_time < t.time
),
proved AS (
    SELECT t.attempt_no, p.time AS proved_at
    FROM tap_sessions AS t
    ASOF JOIN proofs AS p
        ON p.tenant_id = t.tenant_id AND p.user_id = t.user_id AND p.session = t.session
            AND p.by_correlation = t.by_correlation
        AND t.time + INTERVAL 24 HOUR < p.time
    UNION ALL
    SELECT o.attempt_no, m.time
    FROM owned AS o
    ASOF JOIN methods AS m
        ON m.tenant_id = o.tenant_id AND m.user_id = o.user_id AND m.session = o.session
            AND m.by_correlation = o.by_correlation
        AND m.method = o.method AND o.time < m.time
),
shown AS (
    SELECT t.tenant_id, t.user_id, t.session, t.by_correlation, max(t.time) AS last_time
    FROM tap_session_signins AS t JOIN signins AS s ON s.signin_no = t.signin_no
    WHERE shows_steps(s.steps, s.method_bits)
    GROUP BY ALL
),
ends AS (
    SELECT t.*, p.proved_at,
        t.time + CASE WHEN s.last_time > t.time THEN INTERVAL 30 DAY ELSE INTERVAL 24 HOUR END AS ends_at
    FROM tap_sessions AS t
    LEFT JOIN (SELECT attempt_no, min(proved_at) AS proved_at FROM proved GROUP BY attempt_no) AS p
        ON p.attempt_no = t.attempt_no
    LEFT JOIN shown AS s
        ON s.tenant_id = t.tenant_id AND s.user_id = t.user_id AND s.session = t.session
            AND s.by_correlation = t.by_correlation
),
longest AS (
    SELECT attempt_no,
        arg_max(
            struct_pack(proved_at := proved_at, ends_at := ends_at), least(ends_at, proved_at - INTERVAL 1 MICROSECOND)
        ) OVER (
            PARTITION BY tenant_id, user_id, session, by_correlation
            ORDER BY time RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS until_when
    FROM ends
)
SELECT attempt_no, until_when.proved_at, until_when.ends_at FROM longest;

-- The sign-ins that ran on a pass.
CREATE OR REPLACE TABLE on_tap AS
SELECT signin_no, signin_no AS attempt_no FROM signins WHERE attempt
UNION
SELECT t.signin_no, t.attempt_no
FROM tap_session_signins AS t
JOIN tap_session_ends AS e ON e.attempt_no = t.attempt_no
JOIN signins AS s ON s.signin_no = t.signin_no
WHERE NOT s.attempt AND t.time <= e.ends_at AND (e.proved_at IS NULL OR t.time < e.proved_at);

-- Earlier sign-ins: the successes of the 90 days before a time that ran on no pass.
CREATE OR REPLACE TABLE ordinary_signins AS
SELECT s.signin_no, s.tenant_id, s.user_id, s.time, s.time::DATE AS day, s.asn, s.network, s.country, s.ip, s.trusted,
    s.device_id,
    p.signin_no IS NOT NULL AS strong, p.signin_no IS NOT NULL OR s.steps IS NULL AS proves
FROM signins AS s
ANTI JOIN on_tap AS o ON o.signin_no = s.signin_no
LEFT JOIN strong_proofs AS p ON p.signin_no = s.signin_no
WHERE s.error_code = 0 AND s.user_id IS NOT NULL;

-- The AS numbers that sign-ins of the tenant give the network of an issuance, whose event names none.
CREATE OR REPLACE TABLE network_systems AS
WITH wanted AS (
    SELECT DISTINCT e.tenant_id, a.network
    FROM issuance_origins AS o JOIN audit_events AS e ON e.record = o.record JOIN addresses AS a ON a.address = o.ip
),
spellings AS (SELECT w.tenant_id, w.network, a.spelling FROM wanted AS w JOIN addresses AS a ON a.network = w.network)
SELECT DISTINCT w.tenant_id, w.network, s.asn
FROM spellings AS w JOIN attributed_signins AS s ON s.tenant = w.tenant_id AND s.ip = w.spelling
WHERE s.asn > 0;

-- The strong proofs of a user within a day of an attempt: who proves themselves there while a pass is used here?
CREATE OR REPLACE TABLE near_proofs AS
WITH days AS (
    SELECT DISTINCT tenant_id, user_id, time::DATE + unnest([-1, 0, 1]) AS day
    FROM signins WHERE attempt AND user_id IS NOT NULL
)
SELECT p.signin_no, p.tenant_id, p.user_id, p.time
FROM strong_proofs AS p
SEMI JOIN days AS d ON d.tenant_id = p.tenant_id AND d.user_id = p.user_id AND d.day = p.time::DATE;

-- Of whom, when and where it is asked what was familiar. Of a user it is asked at each attempt, or when its log-in
-- began, and at each strong proof near one; of an issuer, a day before each issuance, with each AS number of its
-- network.
CREATE OR REPLACE TABLE asked AS
WITH of_signins AS (
    SELECT 's:' || s.signin_no AS about, s.tenant_id, s.user_id, coalesce(l.time, s.time) AS time, s.asn, s.network,
        s.country
    FROM signins AS s LEFT JOIN login_times AS l ON l.signin_no = s.signin_no
    WHERE s.attempt AND s.user_id IS NOT NULL
    UNION ALL
    SELECT 's:' || s.signin_no, s.tenant_id, s.user_id, s.time, s.asn, s.network, s.country
    FROM near_proofs AS p JOIN signins AS s ON s.signin_no = p.signin_no
    UNION ALL
    SELECT o.about, i.tenant_id, i.issuer_id, i.time - INTERVAL 24 HOUR, n.asn, a.network, NULL
    FROM audit_events AS i
    JOIN issuance_origins AS o ON o.record = i.record
    LEFT JOIN (SELECT DISTINCT address, network FROM addresses) AS a ON a.address = o.ip
    LEFT JOIN network_systems AS n ON n.tenant_id = i.tenant_id AND n.network = a.network
    WHERE i.issuer_type = 'user' AND i.issuer_id IS NOT NULL
)
SELECT * FROM of_signins;

-- A user's places, day by day: whole days as they are, and the days at both ends of the 90 by what lies within. A
-- place is an autonomous system, a network (the /24 or /48) or a country. In a mixed network some sign-ins have an AS
-- number and some have none.
CREATE OR REPLACE TABLE place_signins AS
WITH mixed AS (
    SELECT o.*
    FROM ordinary_signins AS o
    SEMI JOIN ordinary_signins AS n
        ON n.tenant_id = o.tenant_id AND n.user_id = o.user_id AND n.network = o.network AND n.asn IS NULL
    WHERE o.asn IS NOT NULL
),
placed AS (
    SELECT *, 'system' AS kind, asn::VARCHAR AS place FROM ordinary_signins WHERE asn IS NOT NULL
    UNION ALL SELECT *, 'network', network FROM ordinary_signins WHERE network IS NOT NULL
    UNION ALL
    SELECT *, 'network without system', network FROM ordinary_signins WHERE network IS NOT NULL AND asn IS NULL
    UNION ALL SELECT *, 'system in a mixed network', asn || ' ' || network FROM mixed
    UNION ALL SELECT *, 'country', country FROM ordinary_signins WHERE country IS NOT NULL
    UNION ALL SELECT *, 'anywhere', '' FROM ordinary_signins
)
SELECT tenant_id, user_id, kind, place, day, time,
    min(time) OVER so_far AS first_so_far, bool_or(proves) OVER so_far AS proves_so_far,
    count(*) OVER so_far AS signins_so_far, max(time) OVER from_here AS last_from_here,
    bool_or(proves) OVER from_here AS proves_from_here, count(*) OVER from_here AS signins_from_here
FROM placed
WINDOW
    so_far AS (
        PARTITION BY tenant_id, user_id, kind, place, day
        ORDER BY time RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ),
    from_here AS (
        PARTITION BY tenant_id, user_id, kind, place, day
        ORDER BY time RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
    );

CREATE OR REPLACE TABLE place_days AS
SELECT tenant_id, user_id, kind, place, day, min(time) AS first_time, max(time) AS last_time,
    bool_or(proves_so_far) AS proves, count(*) AS signins
FROM place_signins GROUP BY ALL;

CREATE OR REPLACE TABLE asked_days AS
WITH moments AS (
    SELECT DISTINCT tenant_id, user_id, time AS moment, time::DATE AS last_day,
        (time - INTERVAL 90 DAY)::DATE AS first_day
    FROM asked
),
near AS (
    SELECT m.*, d.kind, d.place, d.day, d.first_time, d.last_time, d.proves, d.signins
    FROM moments AS m
    JOIN place_days AS d
        ON d.tenant_id = m.tenant_id AND d.user_id = m.user_id AND d.day BETWEEN m.first_day AND m.last_day
)
SELECT tenant_id, user_id, moment, kind, place, day, first_time, last_time, proves, signins
FROM near WHERE day > first_day AND day < last_day
UNION ALL
SELECT n.tenant_id, n.user_id, n.moment, n.kind, n.place, n.day, s.first_so_far, s.time, s.proves_so_far,
    s.signins_so_far
FROM near AS n
ASOF JOIN place_signins AS s
    ON s.tenant_id = n.tenant_id AND s.user_id = n.user_id AND s.kind = n.kind AND s.place = n.place AND s.day = n.day
        AND s.time < n.moment
WHERE n.day = n.last_day
UNION ALL
SELECT n.tenant_id, n.user_id, n.moment, n.kind, n.place, n.day, s.time, s.last_from_here, s.proves_from_here,
    s.signins_from_here
FROM near AS n
ASOF JOIN place_signins AS s
    ON s.tenant_id = n.tenant_id AND s.user_id = n.user_id AND s.kind = n.kind AND s.place = n.place AND s.day = n.day
        AND s.time >= n.moment - INTERVAL 90 DAY
WHERE n.day = n.first_day;

-- Familiar: known for a week, and either over a day and by a strong proof, or on five days. One sign-in makes nothing
-- familiar.
CREATE OR REPLACE MACRO is_familiar(moment, first_time, last_time, proves, days) AS
    first_time <= moment - INTERVAL 7 DAY AND (last_time - first_time >= INTERVAL 24 HOUR AND proves OR days >= 5);

CREATE OR REPLACE TABLE familiar_places AS
SELECT tenant_id, user_id, moment, kind, place
FROM asked_days WHERE kind IN ('system', 'network', 'country')
GROUP BY ALL
HAVING is_familiar(moment, min(first_time), max(last_time), bool_or(proves), count(DISTINCT day));

CREATE OR REPLACE TABLE familiarity AS
WITH total AS (
    SELECT tenant_id, user_id, moment, sum(signins)::BIGINT AS signins
    FROM asked_days WHERE kind = 'anywhere' GROUP BY ALL
),
-- The networks of the earlier sign-ins themselves. Two AS numbers of one prefix are two networks.
mixed AS (
    SELECT DISTINCT tenant_id, user_id, moment, split_part(place, ' ', 1) AS asn, split_part(place, ' ', 2) AS network
    FROM asked_days WHERE kind = 'system in a mixed network'
),
familiar_mixed AS (
    SELECT m.tenant_id, m.user_id, m.moment
    FROM mixed AS m
    JOIN asked_days AS d ON d.tenant_id = m.tenant_id AND d.user_id = m.user_id AND d.moment = m.moment
    WHERE d.kind = 'system' AND d.place = m.asn OR d.kind = 'network without system' AND d.place = m.network
    GROUP BY m.tenant_id, m.user_id, m.moment, m.asn, m.network
    HAVING is_familiar(m.moment, min(d.first_time), max(d.last_time), bool_or(d.proves), count(DISTINCT d.day))
),
any_network AS (
    SELECT tenant_id, user_id, moment FROM familiar_places WHERE kind = 'system'
    UNION
    SELECT f.tenant_id, f.user_id, f.moment
    FROM familiar_places AS f
    SEMI JOIN asked_days AS d
        ON d.tenant_id = f.tenant_id AND d.user_id = f.user_id AND d.moment = f.moment
            AND d.kind = 'network without system' AND d.place = f.place
    WHERE f.kind = 'network'
    UNION
    SELECT tenant_id, user_id, moment FROM familiar_mixed
),
by_system AS (
    SELECT a.about, a.asn,
        is_familiar(
            any_value(d.moment), min(d.first_time), max(d.last_time), bool_or(d.proves), count(DISTINCT d.day)
        ) AS familiar
    FROM asked AS a
    JOIN asked_days AS d ON d.tenant_id = a.tenant_id AND d.user_id = a.user_id AND d.moment = a.time
    WHERE CASE d.kind
        WHEN 'system' THEN d.place = a.asn::VARCHAR
        WHEN 'network' THEN a.asn IS NULL AND d.place = a.network
        WHEN 'network without system' THEN a.asn IS NOT NULL AND d.place = a.network
        ELSE false END
    GROUP BY a.about, a.asn
),
same AS (SELECT about, bool_or(familiar) AS familiar FROM by_system GROUP BY about)
SELECT a.about, TRY_CAST(CASE WHEN starts_with(a.about, 's:') THEN a.about[3:] END AS BIGINT) AS signin_no,
    coalesce(t.signins, 0) AS earlier_signins, coalesce(s.familiar, false) AS familiar,
    n.moment IS NOT NULL AS any_familiar, a.comparable
FROM (
    SELECT DISTINCT about, tenant_id, user_id, time, asn IS NOT NULL OR network IS NOT NULL AS comparable FROM asked
) AS a
LEFT JOIN total AS t ON t.tenant_id = a.tenant_id AND t.user_id = a.user_id AND t.moment = a.time
LEFT JOIN any_network AS n ON n.tenant_id = a.tenant_id AND n.user_id = a.user_id AND n.moment = a.time
LEFT JOIN same AS s ON s.about = a.about;

-- Who attempted a pass, by every name that a record may call them.
CREATE OR REPLACE TABLE attempted_users AS
WITH attempted AS (SELECT DISTINCT tenant_id, user_id FROM signins WHERE attempt AND user_id IS NOT NULL)
SELECT tenant_id, user_id, user_id AS name FROM attempted
UNION
SELECT a.tenant_id, a.user_id, t.upn
FROM attempted AS a JOIN ties AS t ON t.tenant = a.tenant_id AND t.user_id = a.user_id;

-- The id that a UPN stands for where users are counted, whenever that was.
CREATE OR REPLACE TABLE ids_of_upns AS SELECT tenant, upn, min(user_id) AS user_id FROM ties GROUP BY tenant, upn;

-- Shared egress: addresses from which five or more users signed in successfully, three of whom never attempted a pass;
-- or five who came on two days each, on no pass. Asked of addresses of attempts and of strong proofs.
CREATE OR REPLACE TABLE shared_egress AS
WITH wanted AS (
    SELECT DISTINCT tenant_id, ip FROM signins WHERE attempt AND ip IS NOT NULL
    UNION
    SELECT DISTINCT s.tenant_id, s.ip
    FROM near_proofs AS p JOIN signins AS s ON s.signin_no = p.signin_no
    WHERE s.ip IS NOT NULL
),
numbered AS (SELECT *, row_number() OVER (ORDER BY tenant_id, ip) AS address_no FROM wanted),
spellings AS (
    SELECT w.tenant_id, w.ip, w.address_no, a.spelling FROM numbered AS w JOIN addresses AS a ON a.address = w.ip
),
seen AS (
    SELECT w.address_no, lower(coalesce(s.user_id, s.upn)) AS name, s.time, s.source_id, s.ordinal
    FROM attributed_signins AS s
    JOIN spellings AS w ON w.tenant_id = s.tenant AND w.spelling = s.ip
    WHERE s.error_code = 0 AND coalesce(s.user_id, s.upn) IS NOT NULL
),
on_pass AS (
    SELECT DISTINCT p.source_id, p.ordinal FROM on_tap AS o JOIN signin_places AS p ON p.signin_no = o.signin_no
),
-- When they came first and last on no pass tells whether that was on two days.
came AS (
    SELECT seen.address_no, seen.name, min(CASE WHEN o.ordinal IS NULL THEN time END) AS first_time,
        max(CASE WHEN o.ordinal IS NULL THEN time END) AS last_time
    FROM seen LEFT JOIN on_pass AS o ON o.source_id = seen.source_id AND o.ordinal = seen.ordinal
    GROUP BY ALL
),
users AS (
    SELECT w.tenant_id AS tenant, w.ip, c.name, a.user_id AS attempted, c.first_time::DATE AS first_day,
        c.last_time::DATE AS last_day, false AS on_two_days
    FROM came AS c
    JOIN numbered AS w ON w.address_no = c.address_no
    -- a UPN may be two of them, and still names one person here
    LEFT JOIN (SELECT tenant_id, name, min(user_id) AS user_id FROM attempted_users GROUP BY ALL) AS a
        ON a.tenant_id = w.tenant_id AND a.name = c.name
    -- An extract of a lake names users of each address of an attempt, and on how many days they came. Of whoever
    -- attempted a pass it holds the sign-ins, which say more.
    UNION ALL
    SELECT e.tenant, a.address, coalesce(lower(e.user_id), lower(e.upn)), t.user_id, NULL, NULL,
        t.user_id IS NULL AND coalesce(e.days, 0) >= 2
    FROM attributed_extract_addresses AS e
    JOIN addresses AS a ON a.spelling = e.ip
    LEFT JOIN attempted_users AS t ON t.tenant_id = e.tenant AND t.name IN (lower(e.user_id), lower(e.upn))
    WHERE coalesce(e.user_id, e.upn) IS NOT NULL
),
-- One user, whichever name a record has.
resolved AS (
    SELECT u.tenant, u.ip, coalesce(u.attempted, t.user_id, u.name) AS user_id,
        bool_or(u.attempted IS NOT NULL) AS attempted,
        bool_or(u.on_two_days) OR coalesce(min(u.first_day) < max(u.last_day), false) AS on_two_days
    FROM users AS u
    LEFT JOIN ids_of_upns AS t ON t.tenant = u.tenant AND t.upn = u.name
    GROUP BY ALL
)
SELECT tenant, ip
FROM resolved
GROUP BY ALL
HAVING count(*) >= 5 AND count(CASE WHEN NOT attempted THEN 1 END) >= 3
    OR count(CASE WHEN on_two_days THEN 1 END) >= 5;

-- How many users who never attempted a pass signed in successfully from each country, and how many of such users did
-- from any; one user, whichever name a record has. Of records and of extracts the fullest count holds, never the sum.
CREATE OR REPLACE TABLE country_users AS
WITH seen AS (
    SELECT tenant AS tenant_id, country, coalesce(user_id, upn) AS name
    FROM signin_users
    WHERE succeeded AND country IS NOT NULL AND coalesce(user_id, upn) IS NOT NULL AND tenant IS NOT NULL
),
others AS (
    SELECT DISTINCT seen.tenant_id, seen.country, coalesce(t.user_id, seen.name) AS name
    FROM seen
    LEFT JOIN ids_of_upns AS t ON t.tenant = seen.tenant_id AND t.upn = seen.name
    ANTI JOIN attempted_users AS a ON a.tenant_id = seen.tenant_id AND a.name = seen.name
),
anywhere AS (SELECT tenant_id, count(DISTINCT name) AS users FROM others GROUP BY tenant_id),
counted AS (
    SELECT o.tenant_id, o.country, count(DISTINCT o.name) AS users, c.users AS users_anywhere
    FROM others AS o JOIN anywhere AS c ON c.tenant_id = o.tenant_id
    GROUP BY o.tenant_id, o.country, c.users
    UNION ALL
    SELECT tenant, upper(trim(country)), users, users_anywhere
    FROM attributed_extract_countries WHERE tenant IS NOT NULL
)
SELECT tenant_id, country, max(users) AS users,
    max(max(users_anywhere)) OVER (PARTITION BY tenant_id) AS users_anywhere
FROM counted GROUP BY tenant_id, country;

-- The tenant's countries: those in which five such users are, and one in two hundred of them.
CREATE OR REPLACE TABLE tenant_countries AS
SELECT tenant_id, country FROM country_users WHERE users >= 5 AND users * 200 >= users_anywhere;
