-- What several rules ask of log-ins and attempts.

-- Log-ins with a TAP sign-in that came neither from a trusted place nor from a familiar network, and that sign-in. Who
-- has signed in less than five times, or from no familiar network, is a stranger everywhere.
CREATE OR REPLACE VIEW unfamiliar_logins AS
SELECT l.login_no, s.ip, l.strange_earlier AS earlier_signins, l.strange_enough AND f.any_familiar AS enough
FROM logins AS l
JOIN signins AS s ON s.signin_no = l.strange_signin
JOIN familiarity AS f ON f.signin_no = s.signin_no;

-- Log-ins that came from where their pass was issued, or with a device of the issuer's that few others use.
-- is_weak_issuer_network says which of them mean less.
CREATE OR REPLACE TABLE issuer_network_logins AS
WITH came AS (
    SELECT m.login_no, s.signin_no, s.ip, s.device_id, s.time, s.trusted, p.issuer_id, p.tenant_id, o.about AS origin,
        o.ip IS NOT NULL AND NOT s.trusted AND e.ip IS NULL AS from_address
    FROM logins AS l
    JOIN passes AS p ON p.pass_no = l.pass_no
    JOIN login_signins AS m ON m.login_no = l.login_no
    JOIN signins AS s ON s.signin_no = m.signin_no
    LEFT JOIN issuance_origins AS o ON o.record = p.record AND o.ip = s.ip
    LEFT JOIN shared_egress AS e ON e.tenant = p.tenant_id AND e.ip = s.ip
    WHERE l.pass_known AND p.issuer_type = 'user' AND p.issuer_id <> p.user_id
),
-- Each device's first sign-in in the 90 days before; of several at one time that of the lowest number.
issuer_devices AS (
    SELECT tenant_id, user_id, device_id, time, min(signin_no) AS signin_no
    FROM signins WHERE error_code = 0 AND device_id IS NOT NULL GROUP BY ALL
),
-- A device that three others log in on with passes is a desk's, for everybody.
pass_devices AS (
    SELECT DISTINCT tenant_id, device_id, user_id
    FROM signins
    WHERE tap_signin AND device_id IS NOT NULL AND user_id IS NOT NULL
),
desks AS (SELECT tenant_id, device_id FROM pass_devices GROUP BY ALL HAVING count(*) > 3),
by_device AS (
    SELECT c.login_no, c.signin_no, i.signin_no AS issuer_signin
    FROM came AS c
    ASOF JOIN issuer_devices AS i
        ON i.tenant_id = c.tenant_id AND i.user_id = c.issuer_id AND i.device_id = c.device_id
            AND c.time - INTERVAL 90 DAY <= i.time
    ANTI JOIN desks AS d ON d.tenant_id = c.tenant_id AND d.device_id = c.device_id
    WHERE i.time < c.time
)
SELECT
    c.login_no,
    CASE WHEN bool_or(c.from_address)
        THEN 'the address from which the pass was issued, ' || min(c.ip) FILTER (WHERE c.from_address)
        ELSE 'a device that the issuer signed in with' END AS how,
    list(DISTINCT 's:' || d.issuer_signin ORDER BY 's:' || d.issuer_signin)
        FILTER (WHERE d.issuer_signin IS NOT NULL) AS issuer_signins,
    bool_or(c.from_address) AS by_address, bool_or(d.issuer_signin IS NOT NULL) AS by_device,
    bool_or(d.issuer_signin IS NOT NULL AND NOT c.trusted) AS by_device_elsewhere,
    bool_or(coalesce(f.familiar, false)) AS familiar_to_issuer
FROM came AS c
LEFT JOIN by_device AS d ON d.login_no = c.login_no AND d.signin_no = c.signin_no
LEFT JOIN familiarity AS f ON f.about = c.origin
WHERE c.from_address OR d.issuer_signin IS NOT NULL
GROUP BY c.login_no;

-- A log-in as a finding tells it: whom it is about, who issued its pass where that is known, how its sentence begins,
-- and the records.
CREATE OR REPLACE VIEW login_findings AS
SELECT
    l.*, 'user' AS subject_type, l.user_id AS subject_id, p.issuer_id AS actor_id, p.issuer_name AS actor_name,
    l.user_name || ' logged in with a pass at ' || strftime(l.time, '%Y-%m-%d %H:%M') || ' UTC' AS sentence,
    l.records AS about, CASE WHEN p.record IS NULL THEN [] ELSE [p.record] END AS supporting
FROM logins AS l LEFT JOIN passes AS p ON p.pass_no = CASE WHEN l.pass_known THEN l.pass_no END;

-- What is counted in bursts, and by what. Each item is a log-in, a pass or a sign-in by its number.
CREATE OR REPLACE TABLE countable AS
SELECT 'logins of user' AS kind, tenant_id, user_id AS counted_by, user_id AS person, time, login_no AS item
FROM logins
UNION ALL SELECT 'passes of user', tenant_id, user_id, user_id, issued_at, pass_no FROM passes
UNION ALL
SELECT 'passes by issuer', tenant_id, issuer_type || ' ' || issuer_id, user_id, issued_at, pass_no
FROM passes WHERE issuer_id IS NOT NULL
-- A pass that is not valid yet (130506) was no guess.
UNION ALL SELECT 'failed attempts on user', tenant_id, user_id, user_id, time, signin_no FROM signins
    WHERE failed AND user_id IS NOT NULL AND error_code IS DISTINCT FROM 130506
UNION ALL SELECT 'failed attempts from address', tenant_id, ip, user_id, time, signin_no FROM signins
    WHERE failed AND ip IS NOT NULL AND error_code IS DISTINCT FROM 130506
UNION ALL SELECT 'passes used with device', tenant_id, device_id, user_id, time, signin_no FROM signins
    WHERE tap_signin AND NOT trusted AND device_id IS NOT NULL AND user_id IS NOT NULL
UNION ALL SELECT 'passes used from address', s.tenant_id, s.ip, s.user_id, s.time, s.signin_no
    FROM signins AS s JOIN familiarity AS f ON f.signin_no = s.signin_no
    ANTI JOIN shared_egress AS e ON e.tenant = s.tenant_id AND e.ip = s.ip
    WHERE s.tap_signin AND NOT s.trusted AND s.ip IS NOT NULL AND s.user_id IS NOT NULL AND NOT f.familiar
-- Who asks Graph for passes, and is not an approved issuer: what was read, what was refused, and what could not be
-- created.
UNION ALL SELECT 'requests for passes', r.tenant_id, r.actor_type || ' ' || r.actor_id, r.user_id, r.time, r.request_no
    FROM pass_requests AS r
    LEFT JOIN upns AS u ON u.tenant = r.tenant_id AND u.user_id = r.actor_id
    LEFT JOIN config_lists AS approved ON approved.kind = 'approved ' || r.actor_type
        AND approved.name IN (
            r.actor_id, u.upn, CASE WHEN r.actor_type = 'application' THEN r.service_principal_id END
        )
    WHERE approved.name IS NULL AND r.actor_id IS NOT NULL AND r.user_id IS NOT NULL
        AND (r.method = 'GET' OR r.status IN (401, 403) OR r.method = 'POST' AND r.status BETWEEN 400 AND 499);

-- A burst: every set of items within one window that reaches the threshold, of items and of different persons; sets
-- that share an item are one burst.
CREATE OR REPLACE MACRO bursts(what, span, least, least_persons) AS TABLE
WITH items AS (
    SELECT *, row_number() OVER (PARTITION BY tenant_id, counted_by ORDER BY time, item) AS n
    FROM countable WHERE kind = what
),
windows AS (
    SELECT
        tenant_id, counted_by, count(*) OVER reach AS items, count(DISTINCT person) OVER reach AS persons,
        min(n) OVER reach AS first_n, max(n) OVER reach AS last_n
    FROM items
    WINDOW reach AS (PARTITION BY tenant_id, counted_by ORDER BY time RANGE BETWEEN CURRENT ROW AND span FOLLOWING)
),
sets AS (
    SELECT DISTINCT tenant_id, counted_by, first_n, last_n
    FROM windows WHERE items >= least AND persons >= least_persons
),
marked AS (
    SELECT *, coalesce(first_n > max(last_n) OVER (
        PARTITION BY tenant_id, counted_by
        ORDER BY first_n, last_n ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), true) AS opens
    FROM sets
),
numbered AS (
    SELECT *,
        count(CASE WHEN opens THEN 1 END) OVER (PARTITION BY tenant_id, counted_by ORDER BY first_n, last_n) AS burst
    FROM marked
),
-- Sets that share an item leave no gap, so a burst is all the items from its first to its last.
reaches AS (
    SELECT tenant_id, counted_by, burst, min(first_n) AS first_n, max(last_n) AS last_n FROM numbered GROUP BY ALL
)
SELECT i.tenant_id, i.counted_by, r.burst, i.item, i.time
FROM items AS i
ASOF JOIN reaches AS r ON r.tenant_id = i.tenant_id AND r.counted_by = i.counted_by AND i.n >= r.first_n
WHERE i.n <= r.last_n;

-- The tenant that a file's findings are told under: the one that it names, else the one it is attributed to.
CREATE OR REPLACE TABLE file_tenants AS
SELECT s.source_id,
    coalesce(
        CASE WHEN count(n.tenant_id) = 1 THEN min(n.tenant_id) END, any_value(t.tenant_id), min(n.tenant_id)
    ) AS tenant_id
FROM source AS s
LEFT JOIN named_tenants AS n ON n.source_id = s.source_id
LEFT JOIN source_tenants AS t ON t.source_id = s.source_id
GROUP BY s.source_id;
