-- The sign-ins that matter: every TAP attempt, and every sign-in of a user who attempted one, received a pass or
-- issued one. One per (tenant, request id): records of one id join, within and across sources.

CREATE OR REPLACE MACRO folded(method) AS replace(lower(method), ' ', '');

CREATE OR REPLACE MACRO step_list(steps) AS from_json(CASE WHEN json_valid(steps) THEN steps END, '[{
    "authenticationStepDateTime": "VARCHAR", "authenticationMethod": "VARCHAR", "authenticationMethodDetail": "VARCHAR",
    "succeeded": "BOOLEAN", "authenticationStepResultDetail": "VARCHAR", "authenticationStepRequirement": "VARCHAR"}]');

-- How bad a risk is; hidden and absent do not count.
CREATE OR REPLACE MACRO risk_rank(level) AS list_position(['none', 'low', 'medium', 'high'], level);

-- An event of the Unified Audit Log is the sign-in of the same correlation id, user and second, where there is one.
CREATE OR REPLACE TABLE ual_events AS
SELECT source_id, ordinal, tenant, id, lower(correlation_id) AS correlation_id, lower(coalesce(user_id, upn)) AS name,
    lower(upn) AS upn,
    date_trunc('second', time) AS second
FROM attributed_signins WHERE log = 'ual' AND tenant IS NOT NULL;

CREATE OR REPLACE TABLE ual_signins AS
SELECT ual.source_id, ual.ordinal, coalesce(
        min(s.id) FILTER (WHERE lower(s.id) = lower(ual.id)),
        min(s.id)
    ) AS id
FROM ual_events AS ual JOIN attributed_signins AS s
    ON s.log = 'signin' AND s.tenant = ual.tenant AND lower(s.correlation_id) = ual.correlation_id
        AND date_trunc('second', s.time) = ual.second
    AND (ual.name IN (lower(s.user_id), lower(s.upn)) OR ual.upn = lower(s.upn))
GROUP BY ALL;

-- Which records may concern a pass was told when they were loaded: the steps of the others need not be looked at. A
-- table of its own, because a condition on the steps would be asked of every sign-in before the join.
CREATE OR REPLACE TABLE possible_attempts AS
SELECT source_id, ordinal, tenant, id, steps, method_bits, error_code, failure_reason
FROM attributed_signins
WHERE may_concern_pass;

CREATE OR REPLACE TABLE attempt_ids AS
SELECT DISTINCT s.tenant, lower(coalesce(u.id, s.id)) AS id
FROM possible_attempts AS s LEFT JOIN ual_signins AS u ON u.source_id = s.source_id AND u.ordinal = s.ordinal
WHERE s.tenant IS NOT NULL AND (
    has_pass_step(s.steps) OR has_pass_bit(s.method_bits) OR is_attempt_error(s.error_code)
        OR names_pass(s.failure_reason)
)
UNION
SELECT DISTINCT tenant, request_id FROM attributed_steps
WHERE is_pass(method) AND tenant IS NOT NULL;

-- The records of attempts, found by their keys alone: few of many sign-ins matter, and each is wide.
CREATE OR REPLACE TABLE attempt_keys AS
SELECT s.source_id, s.ordinal, s.tenant, coalesce(lower(s.user_id), lower(s.upn)) AS name, a.id AS request_id,
    coalesce(u.id, s.id) AS shown_id
FROM attributed_signins AS s
LEFT JOIN ual_signins AS u ON u.source_id = s.source_id AND u.ordinal = s.ordinal
JOIN attempt_ids AS a ON a.tenant = s.tenant AND a.id = lower(coalesce(u.id, s.id));

-- The names of the users that matter: ids, and every UPN that is tied to one of them.
CREATE OR REPLACE TABLE relevant_names AS
WITH named AS (
    SELECT tenant_id AS tenant, user_id AS name FROM pass_parties
    UNION
    SELECT tenant, name FROM attempt_keys
)
SELECT tenant, name FROM named WHERE name IS NOT NULL
UNION SELECT ties.tenant, ties.upn FROM ties JOIN named ON named.tenant = ties.tenant AND named.name = ties.user_id
UNION SELECT ties.tenant, ties.user_id FROM ties JOIN named ON named.tenant = ties.tenant AND named.name = ties.upn;

CREATE OR REPLACE TABLE relevant_keys AS
WITH of_users AS (
    SELECT s.source_id, s.ordinal, s.tenant, n.name, s.id
    FROM attributed_signins AS s
    JOIN relevant_names AS n ON n.tenant = s.tenant AND n.name = coalesce(lower(s.user_id), lower(s.upn))
)
SELECT * FROM attempt_keys
UNION
SELECT s.source_id, s.ordinal, s.tenant, s.name, lower(coalesce(u.id, s.id)), coalesce(u.id, s.id)
FROM of_users AS s LEFT JOIN ual_signins AS u ON u.source_id = s.source_id AND u.ordinal = s.ordinal;

-- Without what nothing here asks: each column is read of every sign-in, since those that matter lie among all others.
CREATE OR REPLACE TABLE relevant_records AS
SELECT w.tenant AS tenant_id, w.request_id, w.shown_id, r.* EXCLUDE (
    tenant_id, id, resource_sp_id, operating_system, original_request_id, conditional_access, log, may_concern_pass
)
FROM relevant_keys AS w JOIN signin_record AS r ON r.source_id = w.source_id AND r.ordinal = w.ordinal;

-- Steps that came in a file of their own, as the list that a sign-in's own steps would be.
CREATE OR REPLACE TABLE companion_steps AS
SELECT step.tenant AS tenant_id, step.request_id, min(step.source_id) AS source_id,
    list(struct_pack(
        authenticationStepDateTime := strftime(step.time, '%Y-%m-%dT%H:%M:%S.%fZ'),
        authenticationMethod := step.method, authenticationMethodDetail := step.detail, succeeded := step.succeeded,
        authenticationStepResultDetail := step.result, authenticationStepRequirement := step.requirement
    ) ORDER BY step.source_id, step.ordinal) AS steps
FROM attributed_steps AS step
GROUP BY ALL;

-- Join the records of one sign-in: a field is taken from the record with more steps, then the one that has it, then
-- the record whose text sorts first. Placed first, since an ordered aggregate keeps and sorts every value of every
-- field.
CREATE OR REPLACE TABLE joined_signins AS
WITH with_steps AS (
    SELECT r.* EXCLUDE (steps), greatest(risk_rank(r.risk), risk_rank(r.risk_aggregated)) AS risk_level,
        -- of nothing and nothing, list_concat makes an empty list, which is a list
        CASE
            WHEN c.steps IS NULL THEN step_list(r.steps::VARCHAR)
            ELSE list_concat(step_list(r.steps::VARCHAR), c.steps) END AS steps,
        c.request_id IS NOT NULL AS has_companion
    FROM relevant_records AS r
    LEFT JOIN companion_steps AS c ON c.tenant_id = r.tenant_id AND c.request_id = r.request_id
),
placed AS (
    SELECT *, row_number() OVER (
        PARTITION BY tenant_id, request_id
        ORDER BY coalesce(len(steps), 0) DESC,
            row(
                time, user_id, upn, app_id, app_name, ip, correlation_id, session_id, error_code, failure_reason,
                user_agent, device_id, risk
            )::VARCHAR,
            source_id, ordinal
    ) AS place
    FROM with_steps
)
SELECT
    tenant_id, request_id,
    min(shown_id) AS id,
    count(*) AS records,
    arg_min(COLUMNS(c -> c IN (
        'time', 'home_tenant_id', 'resource_tenant_id', 'user_id', 'upn', 'user_name', 'user_type', 'app_id',
        'app_name', 'resource_id', 'resource_name', 'ip', 'asn', 'country', 'city', 'client_app', 'user_agent',
        'device_id', 'device_name', 'correlation_id', 'session_id', 'token_id', 'protocol', 'transfer_method',
        'requirement', 'mfa_method', 'network_locations', 'error_code', 'failure_reason', 'event_id'
    )), place),
    max(risk_level) AS risk_level,
    arg_min(risk_state, place) AS risk_state,
    bool_and(interactive) AS interactive,
    bool_or(trusted_location) AS trusted_location,
    bit_or(method_bits) AS method_bits,
    bool_or(can_show_tap OR has_companion) AS can_show_tap,
    list_distinct(flatten(list(steps ORDER BY place) FILTER (WHERE steps IS NOT NULL))) AS steps
FROM placed
GROUP BY tenant_id, request_id;
