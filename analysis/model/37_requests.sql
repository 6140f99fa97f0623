-- Requests to Microsoft Graph for users' passes, and which of them saw a pass being issued.

-- Each request once, with whose passes it asks for; request_no orders them. An application's request names no user.
CREATE OR REPLACE TABLE pass_requests AS
WITH found AS (
    SELECT tenant AS tenant_id, lower(id) AS key, 'r:' || source_id || ':' || line || ':' || ordinal AS record, *
    FROM attributed_activities
    WHERE log_type = 'graph activity' AND tenant IS NOT NULL
        AND regexp_matches(path, '(?i)/authentication/temporaryaccesspassmethods(/|$)')
),
once AS (
    SELECT tenant_id, key, any_value(COLUMNS(c -> c IN (
        'record', 'id', 'time', 'operation', 'result', 'status', 'user_id', 'upn', 'service_principal_id', 'app_id',
        'ip', 'user_agent', 'session_id', 'token_id', 'correlation_id', 'targets'
    )) ORDER BY source_id, line, ordinal)
    FROM found GROUP BY tenant_id, key
),
named AS (
    SELECT *, coalesce(lower(user_id), user_of(tenant_id, upn, time)) AS person, lower(targets[1]) AS target FROM once
)
SELECT
    row_number() OVER (ORDER BY n.tenant_id, n.time, n.key) AS request_no, n.tenant_id, n.record, n.id, n.time,
    n.operation AS method, coalesce(n.result, '') = 'success' AS granted, n.status,
    CASE WHEN n.person IS NULL THEN 'application' ELSE 'user' END AS actor_type,
    coalesce(n.person, lower(n.app_id), lower(n.service_principal_id)) AS actor_id, lower(n.app_id) AS app_id,
    lower(n.service_principal_id) AS service_principal_id,
    CASE
        WHEN n.target IS NULL THEN n.person
        WHEN contains(n.target, '@') THEN user_of(n.tenant_id, n.target, n.time)
        ELSE n.target
    END AS user_id,
    coalesce(a.address, n.ip) AS ip, n.user_agent, lower(n.session_id) AS session_id, n.token_id,
    lower(n.correlation_id) AS correlation_id
FROM named AS n LEFT JOIN addresses AS a ON a.spelling = n.ip;

-- The request by which a pass was issued is a second witness of its issuance. The audit event has its id as
-- correlation id; else it is the nearest of the same user, within two minutes. Each witnesses one issuance, and an
-- issuance has one witness.
CREATE OR REPLACE TABLE witnesses AS
WITH issued AS (SELECT record, tenant_id, time, correlation_id, user_id FROM audit_events WHERE kind = 'pass issued'),
posted AS (SELECT * FROM pass_requests WHERE method = 'POST' AND granted),
told AS (
    SELECT i.record, p.request_no, abs(epoch(p.time) - epoch(i.time)) AS apart
    FROM issued AS i JOIN posted AS p ON p.tenant_id = i.tenant_id AND p.correlation_id = i.correlation_id
),
near AS (
    SELECT i.record, p.request_no, abs(epoch(p.time) - epoch(i.time)) AS apart
    FROM issued AS i
    JOIN posted AS p ON p.tenant_id = i.tenant_id AND p.user_id = i.user_id
        AND p.time >= i.time - INTERVAL 2 MINUTE AND p.time <= i.time + INTERVAL 2 MINUTE
    ANTI JOIN told AS t ON t.record = i.record
    ANTI JOIN told AS u ON u.request_no = p.request_no
),
pairs AS (SELECT *, 1 AS rank FROM told UNION ALL SELECT *, 2 FROM near),
of_request AS (
    SELECT * FROM pairs QUALIFY row_number() OVER (PARTITION BY request_no ORDER BY rank, apart, record) = 1
),
of_issuance AS (
    SELECT * FROM of_request QUALIFY row_number() OVER (PARTITION BY record ORDER BY rank, apart, request_no) = 1
)
SELECT w.record AS issuance, p.*
FROM of_issuance AS w JOIN pass_requests AS p ON p.request_no = w.request_no;

-- From where a pass was issued, as the audit event and its witness say: each address and each session is the issuer's.
CREATE OR REPLACE TABLE issuance_origins AS
SELECT record, 'issuer of ' || record AS about, issuer_ip AS ip, session_id
FROM audit_events WHERE kind = 'pass issued'
UNION ALL
SELECT w.issuance, 'request for ' || w.issuance, w.ip, w.session_id FROM witnesses AS w;
