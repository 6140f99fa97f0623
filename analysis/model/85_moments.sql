-- What the rules about places, spans and neighbours of a moment ask for.

-- Two networks are different where both have AS numbers that differ; without one, where both addresses are of one family and
-- the /24s or /48s differ. Otherwise they cannot be compared, and no rule says that they differ.
CREATE OR REPLACE MACRO is_other_network(asn_a, network_a, asn_b, network_b) AS coalesce(
    CASE WHEN asn_a IS NOT NULL AND asn_b IS NOT NULL THEN asn_a <> asn_b
        ELSE contains(network_a, '/') AND contains(network_b, '/') AND contains(network_a, ':') = contains(network_b, ':')
            AND network_a <> network_b END, false);

-- Between which records each log lies, and the days it lacks. A span is covered when it lies within and touches no gap.
CREATE OR REPLACE TABLE log_spans AS
SELECT tenant_id, log_type, min(first_time) AS first_time, max(last_time) AS last_time FROM daily_records GROUP BY ALL
UNION ALL
SELECT tenant_id, 'sign-in interactive that can show TAP', min(first_tap_time), max(last_tap_time)
FROM daily_records WHERE log_type = 'sign-in interactive' GROUP BY ALL;

CREATE OR REPLACE TABLE gap_days AS SELECT tenant_id, log_type, day FROM coverage_days WHERE status = 'gap';

-- Of each pass, whether the logs cover the spans that rules look back and ahead over, in days before and after its event.
CREATE OR REPLACE MACRO uncovered(log, spans_from, spans_to) AS TABLE
SELECT p.pass_no
FROM passes AS p
LEFT JOIN log_spans AS s ON s.tenant_id = p.tenant_id AND s.log_type = log
LEFT JOIN gap_days AS g ON g.tenant_id = p.tenant_id AND g.log_type = log
    AND g.day BETWEEN (p.issued_at + spans_from)::DATE AND (p.issued_at + spans_to)::DATE
GROUP BY p.pass_no
HAVING NOT coalesce(bool_and(s.first_time <= p.issued_at + spans_from AND s.last_time >= p.issued_at + spans_to), false) OR count(g.day) > 0;

-- Refused attempts: was the user's latest pass before it one-time and spent? unsure where the log-ins that would say so are
-- not in evidence.
CREATE OR REPLACE TABLE refused_attempts AS
WITH latest AS (
    SELECT s.signin_no, s.tenant_id, s.time, p.pass_no, p.starts_at, p.usage
    FROM signins AS s
    ASOF LEFT JOIN passes AS p ON p.tenant_id = s.tenant_id AND p.user_id = s.user_id AND s.time >= p.issued_at
    WHERE s.refused
),
used AS (SELECT pass_no, min(time) AS first_time FROM logins_and_blocked WHERE pass_no IS NOT NULL GROUP BY pass_no),
gaps AS (
    SELECT l.signin_no FROM latest AS l JOIN gap_days AS g ON g.tenant_id = l.tenant_id
        AND g.log_type = 'sign-in interactive that can show TAP' AND g.day BETWEEN l.starts_at::DATE AND l.time::DATE
    WHERE l.usage = 'one-time'
    GROUP BY l.signin_no
)
SELECT
    l.signin_no, l.pass_no,
    coalesce(l.usage = 'one-time' AND u.first_time < l.time, false) AS spent,
    coalesce(l.usage = 'one-time' AND (u.first_time IS NULL OR u.first_time >= l.time)
        AND (g.signin_no IS NOT NULL OR s.first_time IS NULL OR s.first_time > l.starts_at OR s.last_time < l.time), false) AS unsure
FROM latest AS l
LEFT JOIN used AS u ON u.pass_no = l.pass_no
LEFT JOIN log_spans AS s ON s.tenant_id = l.tenant_id AND s.log_type = 'sign-in interactive that can show TAP'
LEFT JOIN gaps AS g ON g.signin_no = l.signin_no;

-- The countries that a user is known in at a log-in: those the user came from as from a familiar network, those of the pass's
-- issuer on two days, and the tenant's.
CREATE OR REPLACE TABLE known_countries AS
SELECT DISTINCT l.login_no, f.place AS country, 'user' AS whose
FROM logins AS l
JOIN login_signins AS m ON m.login_no = l.login_no
JOIN signins AS s ON s.signin_no = m.signin_no AND s.time = l.time
JOIN familiar_places AS f ON f.tenant_id = l.tenant_id AND f.user_id = l.user_id AND f.moment = s.time AND f.kind = 'country'
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
SELECT DISTINCT s.tenant AS tenant_id
FROM attributed_signins AS s JOIN source ON source.source_id = s.source_id AND NOT source.filtered
WHERE s.country IS NOT NULL AND s.tenant IS NOT NULL;

-- Log-ins with a TAP sign-in from a country that is none of them.
CREATE OR REPLACE TABLE strange_country_logins AS
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

-- What the log-in's networks and countries are, whether any of its TAP sign-ins came from a trusted place or a familiar network.
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
    SELECT a.signin_no, a.tenant_id, a.user_id, a.time, a.asn, a.network, a.ip, a.country, a.trusted, coalesce(f.familiar, false) AS familiar, l.login_no
    FROM signins AS a
    LEFT JOIN familiarity AS f ON f.signin_no = a.signin_no
    ASOF JOIN logins AS l ON l.tenant_id = a.tenant_id AND l.user_id = a.user_id AND a.time > l.time
    WHERE a.late OR a.refused
),
next_passes AS (
    SELECT pass_no, lead(issued_at) OVER (PARTITION BY tenant_id, user_id ORDER BY issued_at, pass_no) AS next_at FROM passes
),
elsewhere AS (
    SELECT t.*, l.time AS login_time, p.trusted AS login_trusted, p.familiar AS login_familiar, p.countries,
        t.country IS NOT NULL AND len(p.countries) > 0 AND NOT list_contains(p.countries, t.country) AS other_country
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
-- One person on two devices: only the pass's own method can have given a first strong proof from where the attempt came.
own AS (
    SELECT DISTINCT a.signin_no
    FROM apart AS a
    JOIN strong_proofs AS p ON p.tenant_id = a.tenant_id AND p.user_id = a.user_id
        AND p.time > a.login_time AND p.time <= a.login_time + INTERVAL 24 HOUR
    JOIN signins AS s ON s.signin_no = p.signin_no
    WHERE CASE WHEN a.asn IS NOT NULL AND s.asn IS NOT NULL THEN a.asn = s.asn ELSE a.network = s.network END
        AND NOT EXISTS (SELECT 1 FROM strong_proofs AS b WHERE b.tenant_id = a.tenant_id AND b.user_id = a.user_id
            AND b.time < a.login_time AND b.time >= a.login_time - INTERVAL 90 DAY)
)
SELECT a.login_no, bool_or(a.other_country) AS other_country, max(a.time) AS last_time, list('s:' || a.signin_no ORDER BY a.signin_no) AS attempts,
    string_agg(strftime(a.time, '%Y-%m-%d %H:%M') || ' UTC from ' || coalesce(a.ip, 'an unknown address')
        || coalesce(' (' || a.country || ')', ''), ', ' ORDER BY a.signin_no) AS told
FROM apart AS a ANTI JOIN own AS o ON o.signin_no = a.signin_no
WHERE a.other_country OR (a.trusted OR a.familiar) AND NOT a.login_familiar
GROUP BY a.login_no;

-- What was sent of an audit event beside whom it is about, for those rules that read a change of an application or a policy.
CREATE OR REPLACE TABLE change_events AS
WITH kept AS (
    SELECT DISTINCT e.event_no, e.record, e.tenant_id, e.time, e.activity, e.issuer_id, e.issuer_name, a.targets::VARCHAR AS targets, a.details::VARCHAR AS details
    FROM audit_events AS e
    JOIN attributed_audits AS a ON a.tenant = e.tenant_id AND a.time = e.time AND a.activity = e.activity
        AND lower(a.id) IS NOT DISTINCT FROM lower(e.id) AND lower(a.correlation_id) IS NOT DISTINCT FROM e.correlation_id
    WHERE e.result = 'success' AND regexp_matches(e.activity, '(?i)^(update|delete) conditional access policy|^add app role assignment'
        '|^add service principal credentials|^(update|create) application . certificates and secrets')
)
SELECT event_no, any_value(COLUMNS(* EXCLUDE (event_no)) ORDER BY targets) FROM kept GROUP BY event_no;

CREATE OR REPLACE TABLE change_properties AS
WITH target AS (
    SELECT event_no, unnest(from_json(targets, '["JSON"]')) AS t FROM change_events WHERE json_valid(targets)
),
property AS (
    SELECT event_no, t ->> '$.id' AS target_id, unnest(from_json(t -> '$.modifiedProperties', '["JSON"]')) AS p FROM target
)
SELECT event_no, lower(target_id) AS target_id, lower(p ->> '$.displayName') AS name, p ->> '$.oldValue' AS old_value, p ->> '$.newValue' AS new_value
FROM property
UNION ALL SELECT event_no, lower(t ->> '$.id'), 'target', NULL, lower(t ->> '$.id') FROM target WHERE t ->> '$.id' IS NOT NULL
UNION ALL
SELECT event_no, NULL, 'detail ' || lower(d ->> '$.key'), NULL, d ->> '$.value'
FROM (SELECT event_no, unnest(from_json(details, '["JSON"]')) AS d FROM change_events WHERE json_valid(details));
