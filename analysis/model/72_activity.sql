-- What was done on a pass: the records that belong to a log-in, by its session, by its tokens, or by its address
-- alone.

-- What a log-in is known by: its TAP sessions, the tokens of its TAP sign-ins and footprint, and the addresses of its
-- TAP sign-ins. An address counts hour by hour, for an hour or as long as its footprint goes on within a day.
CREATE OR REPLACE TABLE login_sessions AS
SELECT DISTINCT l.login_no, l.time, l.tenant_id, l.user_id, t.session
FROM logins AS l
JOIN login_signins AS m ON m.login_no = l.login_no
JOIN tap_sessions AS t ON t.attempt_no = m.signin_no
WHERE NOT t.by_correlation;

CREATE OR REPLACE TABLE login_tokens AS
WITH own AS (SELECT login_no, signin_no FROM login_signins UNION SELECT login_no, signin_no FROM footprint)
SELECT DISTINCT l.login_no, l.time, l.tenant_id, l.user_id, s.token_id
FROM own AS o
JOIN logins AS l ON l.login_no = o.login_no
JOIN signins AS s ON s.signin_no = o.signin_no
WHERE s.token_id IS NOT NULL;

CREATE OR REPLACE TABLE login_addresses AS
WITH ends AS (
    SELECT l.login_no, greatest(l.time + INTERVAL 60 MINUTE, max(s.time)) AS until_time
    FROM logins AS l
    LEFT JOIN footprint AS f ON f.login_no = l.login_no
    LEFT JOIN signins AS s ON s.signin_no = f.signin_no AND s.time <= l.time + INTERVAL 24 HOUR
    GROUP BY l.login_no, l.time
)
SELECT DISTINCT l.login_no, l.time, l.tenant_id, l.user_id, s.ip, e.until_time,
    unnest(range(time_slot(l.time, 3600), time_slot(e.until_time, 3600) + 1)) AS slot
FROM logins AS l
JOIN ends AS e ON e.login_no = l.login_no
JOIN login_signins AS m ON m.login_no = l.login_no
JOIN signins AS s ON s.signin_no = m.signin_no
WHERE s.ip IS NOT NULL;

-- The records that may belong to a log-in, found by their keys: the others are not looked at again. Records of
-- directory operations stand in the directory's audit log too, and what the service did by itself, no user did.
CREATE OR REPLACE TABLE activity_keys AS
WITH of_people AS NOT MATERIALIZED (
    SELECT tenant, source_id, line, ordinal, log_type, time, ip, lower(session_id) AS session_id, token_id,
        lower(coalesce(user_id, upn)) AS name, time_slot(time, 3600) AS slot
    FROM attributed_activities
    WHERE tenant IS NOT NULL AND NOT by_system AND lower(workload) IS DISTINCT FROM 'azureactivedirectory'
),
login_names AS (
    SELECT a.*, a.user_id AS name, s.spelling FROM login_addresses AS a JOIN addresses AS s ON s.address = a.ip
    UNION ALL
    SELECT a.*, t.upn, s.spelling
    FROM login_addresses AS a
    JOIN addresses AS s ON s.address = a.ip
    JOIN ties AS t ON t.tenant = a.tenant_id AND t.user_id = a.user_id
)
SELECT r.tenant AS tenant_id, r.log_type, r.source_id, r.line, r.ordinal
FROM of_people AS r SEMI JOIN login_sessions AS l ON l.tenant_id = r.tenant AND l.session = r.session_id
UNION
SELECT r.tenant, r.log_type, r.source_id, r.line, r.ordinal
FROM of_people AS r SEMI JOIN login_tokens AS l ON l.tenant_id = r.tenant AND l.token_id = r.token_id
UNION
SELECT r.tenant, r.log_type, r.source_id, r.line, r.ordinal
FROM of_people AS r
JOIN login_names AS l
    ON l.tenant_id = r.tenant AND l.name = r.name AND l.spelling = r.ip AND l.slot = r.slot
        AND r.time >= l.time AND r.time <= l.until_time
WHERE r.session_id IS NULL AND r.token_id IS NULL;

-- Each of them once: one record may come in several exports. record is its key in what rules return.
CREATE OR REPLACE TABLE relevant_activities AS
WITH once AS (
    SELECT k.tenant_id, k.log_type, lower(r.id) AS key, any_value(COLUMNS(c -> c IN (
        'id', 'time', 'workload', 'operation', 'path', 'object', 'details', 'result', 'user_id', 'upn', 'app_id', 'ip',
        'user_agent', 'session_id', 'token_id', 'correlation_id', 'items', 'targets'
    )) ORDER BY k.source_id, k.line, k.ordinal),
        min(struct_pack(source_id := k.source_id, line := k.line, ordinal := k.ordinal)) AS place
    FROM activity_keys AS k
    JOIN (SELECT * EXCLUDE (tenant_id, log_type) FROM activities) AS r
        ON r.source_id = k.source_id AND r.line = k.line AND r.ordinal = k.ordinal
    GROUP BY k.tenant_id, k.log_type, lower(r.id)
)
SELECT 'r:' || o.place.source_id || ':' || o.place.line || ':' || o.place.ordinal AS record, o.tenant_id,
    o.log_type AS source, o.key, o.id, o.time, o.workload, o.operation, o.path, o.object, o.details,
    coalesce(o.result, 'success') = 'success' AS succeeded,
    coalesce(lower(o.user_id), user_of(o.tenant_id, o.upn, o.time)) AS user_id, lower(o.app_id) AS app_id,
    coalesce(a.address, o.ip) AS ip, o.user_agent, lower(o.session_id) AS session_id, o.token_id,
    lower(o.correlation_id) AS correlation_id, o.items, lower(o.targets[1]) AS target
FROM once AS o LEFT JOIN addresses AS a ON a.spelling = o.ip;

-- A request whose id is an audit event's correlation id is that event: the event stands, and is linked by both.
CREATE OR REPLACE TABLE doubled_requests AS
SELECT r.record AS request, e.record AS event
FROM relevant_activities AS r
JOIN audit_events AS e
    ON e.tenant_id = r.tenant_id AND e.correlation_id = r.correlation_id AND e.issuer_id IS NOT DISTINCT FROM r.user_id
WHERE r.source = 'graph activity'
UNION
SELECT record, issuance FROM witnesses;

-- What links each record to log-ins. Who is not named is whom the session or the token is of.
CREATE OR REPLACE TABLE activity_claims AS
WITH claims AS (
    SELECT r.record, r.tenant_id, r.time, r.user_id, r.session_id, r.token_id, r.ip
    FROM relevant_activities AS r ANTI JOIN doubled_requests AS d ON d.request = r.record
    UNION ALL
    SELECT e.record, e.tenant_id, e.time, e.issuer_id, e.session_id, e.token_id, e.issuer_ip
    FROM audit_events AS e WHERE e.issuer_type = 'user'
    UNION ALL
    SELECT e.record, e.tenant_id, e.time, e.issuer_id, r.session_id, r.token_id, NULL
    FROM doubled_requests AS d
    JOIN audit_events AS e ON e.record = d.event AND e.issuer_type = 'user'
    JOIN relevant_activities AS r ON r.record = d.request
),
session_users AS (
    SELECT tenant_id, session, min(user_id) AS user_id
    FROM login_sessions GROUP BY ALL HAVING count(DISTINCT user_id) = 1
),
token_users AS (
    SELECT tenant_id, token_id, min(user_id) AS user_id
    FROM login_tokens GROUP BY ALL HAVING count(DISTINCT user_id) = 1
)
SELECT c.record, c.tenant_id, c.time, coalesce(c.user_id, s.user_id, t.user_id) AS user_id, c.session_id, c.token_id,
    CASE WHEN c.user_id IS NOT NULL AND c.session_id IS NULL AND c.token_id IS NULL THEN c.ip END AS ip
FROM claims AS c
LEFT JOIN session_users AS s ON s.tenant_id = c.tenant_id AND s.session = c.session_id
LEFT JOIN token_users AS t ON t.tenant_id = c.tenant_id AND t.token_id = c.token_id;

-- To which log-in each record belongs: by the strongest link, then to the latest log-in.
CREATE OR REPLACE TABLE activity_links AS
WITH on_pass AS (
    SELECT c.record, c.time, t.tenant_id, t.user_id, t.session
    FROM activity_claims AS c
    ASOF JOIN (SELECT * FROM tap_sessions WHERE NOT by_correlation) AS t
        ON t.tenant_id = c.tenant_id AND t.user_id = c.user_id AND t.session = c.session_id AND c.time >= t.time
    JOIN tap_session_ends AS e ON e.attempt_no = t.attempt_no
    WHERE c.time <= e.ends_at AND (e.proved_at IS NULL OR c.time < e.proved_at)
),
fits AS (
    SELECT o.record, l.login_no, l.time, 1 AS strength
    FROM on_pass AS o
    ASOF JOIN (SELECT * EXCLUDE (login_no), max(login_no) AS login_no FROM login_sessions GROUP BY ALL) AS l
        ON l.tenant_id = o.tenant_id AND l.user_id = o.user_id AND l.session = o.session AND o.time >= l.time
    UNION ALL
    SELECT c.record, l.login_no, l.time, 2
    FROM activity_claims AS c
    ASOF JOIN (SELECT * EXCLUDE (login_no), max(login_no) AS login_no FROM login_tokens GROUP BY ALL) AS l
        ON l.tenant_id = c.tenant_id AND l.user_id = c.user_id AND l.token_id = c.token_id AND c.time >= l.time
    UNION ALL
    SELECT c.record, l.login_no, l.time, 3
    FROM activity_claims AS c
    JOIN login_addresses AS l
        ON l.tenant_id = c.tenant_id AND l.user_id = c.user_id AND l.ip = c.ip
            AND l.slot = time_slot(c.time, 3600) AND c.time >= l.time AND c.time <= l.until_time
),
-- The registration by which a log-in had its outcome is listed, whatever links it.
outcomes AS (
    SELECT l.outcome_record AS record, l.login_no, l.time, 4 AS strength
    FROM logins AS l JOIN audit_events AS e ON e.record = l.outcome_record
    WHERE e.time >= l.time
),
ranked AS (SELECT * FROM fits UNION ALL SELECT * FROM outcomes)
SELECT record, login_no, ['session', 'token', 'address', ''][strength] AS link
FROM ranked
QUALIFY row_number() OVER (PARTITION BY record ORDER BY strength, time DESC, login_no DESC) = 1;

-- What each of them is, and what it is told by.
CREATE OR REPLACE TABLE linked_activities AS
SELECT k.record, k.login_no, k.link, r.tenant_id, r.time, r.source, r.workload, r.operation, r.path, r.object,
    r.details, r.succeeded, r.user_id, r.app_id, r.ip, r.user_agent, r.session_id, r.id, r.correlation_id, r.items,
    r.target, NULL AS kind
FROM activity_links AS k JOIN relevant_activities AS r ON r.record = k.record
UNION ALL
SELECT k.record, k.login_no, k.link, e.tenant_id, e.time, 'directory audit', e.service, e.activity, NULL, NULL,
    NULL, e.result = 'success', e.issuer_id, NULL, coalesce(e.issuer_ip, w.ip), coalesce(e.user_agent, w.user_agent),
    coalesce(e.session_id, w.session_id), e.id, e.correlation_id, 1, e.user_id, e.kind
FROM activity_links AS k
JOIN audit_events AS e ON e.record = k.record
LEFT JOIN witnesses AS w ON w.issuance = e.record;

-- The class of each, which Go tells, and what else it says: to whom it forwards, that reading was throttled.
CREATE OR REPLACE TABLE deed_classes (
    record VARCHAR, class VARCHAR, grave BOOLEAN, is_data BOOLEAN, operation VARCHAR, object VARCHAR, client VARCHAR,
    says VARCHAR, place VARCHAR
);

-- Everything that was done on every log-in's pass.
CREATE OR REPLACE VIEW session_activity AS
SELECT a.*, l.user_id AS login_user_id, l.time AS login_time, c.class, c.grave, c.is_data,
    c.operation AS shown_operation, c.object AS shown_object, c.client, c.says, c.place
FROM linked_activities AS a
JOIN deed_classes AS c ON c.record = a.record
JOIN logins AS l ON l.login_no = a.login_no;

-- The log-ins of which the evidence cannot show what was done: on their day it has neither records of the Unified
-- Audit Log nor requests to Graph.
CREATE OR REPLACE TABLE blind_logins AS
SELECT l.login_no
FROM logins AS l
ANTI JOIN (SELECT tenant_id, day FROM daily_records WHERE log_type IN ('unified audit', 'graph activity')) AS d
    ON d.tenant_id = l.tenant_id AND d.day = l.time::DATE;
