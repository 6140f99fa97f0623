-- Named locations that were added or changed, each by its name; NULL where the event gives none.
CREATE OR REPLACE TABLE location_changes AS
WITH changed AS (
    SELECT tenant, time, unnest(coalesce(nullif(from_json(targets, '["JSON"]'), []), [NULL])) AS t
    FROM attributed_audits
    WHERE lower(trim(activity)) IN ('add named location', 'update named location') AND result = 'success'
        AND tenant IS NOT NULL
)
SELECT DISTINCT tenant AS tenant_id, time, lower(trim(t ->> '$.displayName')) AS name FROM changed;

-- From when on sign-ins of a network were from a trusted location; asked only where a location was changed.
CREATE OR REPLACE TABLE trusted_since AS
SELECT s.tenant AS tenant_id, nullif(s.asn, 0) AS asn, a.network, min(s.time) AS first_time
FROM attributed_signins AS s
SEMI JOIN location_changes AS c ON c.tenant_id = s.tenant
LEFT JOIN addresses AS a ON a.spelling = s.ip
WHERE s.trusted_location
GROUP BY ALL;

-- Sign-ins whose location was made, or made larger, within the 30 days before, where their network was not trusted
-- until then: whoever wants to come in may have done that.
CREATE OR REPLACE TABLE doubtful_locations AS
WITH located AS (
    SELECT s.tenant_id, s.request_id, s.time, nullif(s.asn, 0) AS asn, a.network,
        coalesce(
            list_transform(
                list_filter(
                    from_json(
                        CASE WHEN json_valid(s.network_locations) THEN s.network_locations END,
                        '[{"networktype": "VARCHAR", "networknames": ["VARCHAR"]}]'),
                    lambda l: l.networktype = 'trustednamedlocation'),
                lambda l: l.networknames),
            []) AS names
    FROM joined_signins AS s
    SEMI JOIN location_changes AS c ON c.tenant_id = s.tenant_id
    LEFT JOIN addresses AS a ON a.spelling = s.ip
    WHERE s.trusted_location
),
named AS (SELECT * REPLACE (list_transform(flatten(names), lambda n: trim(n)) AS names) FROM located),
changed AS (
    SELECT n.*, c.time AS changed_at
    FROM named AS n
    JOIN location_changes AS c ON c.tenant_id = n.tenant_id AND c.time <= n.time AND c.time >= n.time - INTERVAL 30 DAY
        AND (c.name IS NULL OR len(n.names) = 0 OR list_contains(n.names, c.name))
),
before AS (
    SELECT DISTINCT c.tenant_id, c.request_id, c.changed_at
    FROM changed AS c
    JOIN trusted_since AS t ON t.tenant_id = c.tenant_id AND t.first_time < c.changed_at
        AND CASE WHEN t.asn IS NOT NULL AND c.asn IS NOT NULL THEN t.asn = c.asn ELSE t.network = c.network END
)
SELECT DISTINCT c.tenant_id, c.request_id
FROM changed AS c
ANTI JOIN before AS b ON b.tenant_id = c.tenant_id AND b.request_id = c.request_id AND b.changed_at = c.changed_at;

-- Every sign-in that matters, once, with its user resolved and its address in canonical form; signin_no orders them.
CREATE OR REPLACE TABLE signins AS
WITH resolved AS (
    SELECT
        j.*,
        coalesce(lower(j.user_id), user_of(j.tenant_id, j.upn, j.time)) AS user_key,
        len(list_filter(j.steps, lambda s: is_pass(s.authenticationMethod))) > 0 AS has_tap_step,
        -- a step that does not say whether it succeeded follows the error code
        len(list_filter(j.steps, lambda s: is_pass(s.authenticationMethod)
            AND coalesce(s.succeeded, j.error_code = 0, false))) > 0 AS tap_step_succeeded
    FROM joined_signins AS j
),
judged AS (
    SELECT
        *,
        nullif(nullif(trim(failure_reason), ''), 'Other.') AS reason,
        coalesce(has_tap_step, false) OR has_pass_bit(method_bits) OR is_attempt_error(error_code)
            OR names_pass(failure_reason) AS attempt
    FROM resolved
),
-- Refused: the policy lets this user in with no pass, or the pass was spent. Late: the pass was right and its time was
-- over.
told AS (
    SELECT
        *,
        attempt AND (
            coalesce(regexp_matches(reason, '(?i)user\s*credential\s*policy'), false)
                OR coalesce(error_code = 130502, false)
            OR coalesce(error_code IN (130500, 130501), false) AND reason IS NULL
        ) AS refused
    FROM judged
),
sorted AS (
    SELECT
        *,
        attempt AND NOT refused AND coalesce(error_code IN (130504, 130505), false) AS late,
        attempt AND NOT refused AND NOT coalesce(error_code IN (130504, 130505), false) AND CASE
            WHEN has_tap_step THEN NOT tap_step_succeeded
            ELSE coalesce(error_code IN (50053, 50126, 130503, 130506, 130507), false) OR names_pass(reason)
        END AS failed
    FROM told
)
SELECT
    row_number() OVER (ORDER BY s.tenant_id, s.time, s.request_id) AS signin_no,
    s.tenant_id, s.id, s.request_id, s.time, s.user_key AS user_id, s.upn, s.user_name, s.user_type, s.home_tenant_id,
    s.resource_tenant_id, lower(s.app_id) AS app_id, s.app_name, s.resource_id, s.resource_name,
    coalesce(a.address, s.ip) AS ip, a.network,
    coalesce(a.trusted, false) OR s.trusted_location AND d.request_id IS NULL AS trusted,
    nullif(s.asn, 0) AS asn, upper(trim(s.country)) AS country, s.city, s.client_app, s.user_agent,
    lower(s.device_id) AS device_id, s.device_name, lower(s.correlation_id) AS correlation_id,
    lower(s.session_id) AS session_id, s.token_id, s.protocol, s.transfer_method,
    s.requirement, s.mfa_method,
    ['none', 'low', 'medium', 'high'][s.risk_level] AS risk, s.risk_state, s.error_code, s.failure_reason,
    s.interactive, s.can_show_tap, s.steps, s.attempt, s.refused, s.late, s.failed, s.method_bits,
    s.attempt AND NOT s.refused AND NOT s.late AND NOT s.failed AS tap_signin,
    CASE
        WHEN s.error_code = 0 THEN 'success'
        WHEN s.error_code IS NULL OR s.error_code IN (
            50055, 50058, 50059, 50072, 50074, 50079, 50125, 50127, 50129, 50140, 50143, 50144, 50158, 50199, 50097,
            51006, 52004, 65001, 81010, 81012, 81014, 16000, 16001, 16003) THEN 'interrupted'
        ELSE 'blocked'
    END AS outcome
FROM sorted AS s
LEFT JOIN addresses AS a ON a.spelling = s.ip
LEFT JOIN doubtful_locations AS d ON d.tenant_id = s.tenant_id AND d.request_id = s.request_id;

-- Where each sign-in stands in the evidence: every record of it, and its steps where they have a file of their own.
CREATE OR REPLACE TABLE signin_places AS
SELECT s.signin_no, r.source_id, r.line, r.ordinal
FROM signins AS s JOIN relevant_records AS r ON r.tenant_id = s.tenant_id AND r.request_id = s.request_id
UNION
SELECT s.signin_no, step.source_id, step.line, step.ordinal
FROM signins AS s
JOIN attributed_steps AS step ON step.request_id = s.request_id AND step.tenant = s.tenant_id;

CREATE OR REPLACE VIEW tap_attempts AS SELECT * FROM signins WHERE attempt;
CREATE OR REPLACE VIEW tap_signins AS SELECT * FROM signins WHERE tap_signin;

-- When the log-in began of which a TAP sign-in is part: what its user knew is asked of then.
CREATE OR REPLACE TABLE login_times (signin_no BIGINT, time TIMESTAMP);
