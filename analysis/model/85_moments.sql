-- What the rules about places, spans and neighbours of a moment ask for.

-- Between which records each log lies, and the days it lacks. A span is covered when it lies within and touches no
-- gap.
CREATE OR REPLACE TABLE log_spans AS
SELECT tenant_id, log_type, min(first_time) AS first_time, max(last_time) AS last_time FROM daily_records GROUP BY ALL
UNION ALL
SELECT tenant_id, 'sign-in interactive that can show TAP', min(first_tap_time), max(last_tap_time)
FROM daily_records WHERE log_type = 'sign-in interactive' GROUP BY ALL;

CREATE OR REPLACE TABLE gap_days AS SELECT tenant_id, log_type, day FROM coverage_days WHERE status = 'gap';

-- Of each pass, whether the logs cover the spans that rules look back and ahead over, in days before and after its
-- event.
CREATE OR REPLACE MACRO uncovered(log, spans_from, spans_to) AS TABLE
WITH spans AS (
    SELECT pass_no, tenant_id, issued_at + spans_from AS from_time, issued_at + spans_to AS to_time FROM passes
),
looked AS (
    SELECT p.pass_no,
        bool_and(coalesce(s.first_time <= p.from_time AND s.last_time >= p.to_time, false)) AS within_log,
        count(g.day) AS gaps
    FROM spans AS p
    LEFT JOIN log_spans AS s ON s.tenant_id = p.tenant_id AND s.log_type = log
    LEFT JOIN gap_days AS g ON g.tenant_id = p.tenant_id AND g.log_type = log
        AND g.day >= date_trunc('day', p.from_time) AND g.day <= p.to_time
    GROUP BY p.pass_no
)
SELECT pass_no FROM looked WHERE within_log = false OR gaps > 0;

-- Refused attempts: was the user's latest pass before it one-time and spent? Where the log-ins that would say so are
-- not in evidence it counts as spent, and unsure says so.
CREATE OR REPLACE TABLE refused_attempts AS
WITH latest AS (
    SELECT s.signin_no, s.tenant_id, s.time, p.pass_no, p.starts_at, p.usage
    FROM signins AS s
    ASOF LEFT JOIN (
        SELECT *
        FROM passes
        QUALIFY row_number() OVER (PARTITION BY tenant_id, user_id, issued_at ORDER BY pass_no DESC) = 1
    ) AS p ON p.tenant_id = s.tenant_id AND p.user_id = s.user_id AND s.time >= p.issued_at
    WHERE s.refused
),
used AS (SELECT pass_no, min(time) AS first_time FROM logins_and_blocked WHERE pass_no IS NOT NULL GROUP BY pass_no),
gaps AS (
    SELECT l.signin_no FROM latest AS l JOIN gap_days AS g ON g.tenant_id = l.tenant_id
        AND g.log_type = 'sign-in interactive that can show TAP' AND g.day BETWEEN l.starts_at::DATE AND l.time::DATE
    WHERE l.usage = 'one-time'
    GROUP BY l.signin_no
)
SELECT signin_no, pass_no, used OR dark AS spent, dark AND NOT used AS unsure
FROM (
    SELECT l.signin_no, l.pass_no, coalesce(l.usage = 'one-time' AND u.first_time < l.time, false) AS used,
        coalesce(
            l.usage = 'one-time' AND (
                g.signin_no IS NOT NULL
                OR s.first_time IS NULL OR s.first_time > l.starts_at OR s.last_time < l.time),
            false) AS dark
    FROM latest AS l
    LEFT JOIN used AS u ON u.pass_no = l.pass_no
    LEFT JOIN log_spans AS s ON s.tenant_id = l.tenant_id AND s.log_type = 'sign-in interactive that can show TAP'
    LEFT JOIN gaps AS g ON g.signin_no = l.signin_no
);

-- What was sent of an audit event beside whom it is about, for those rules that read a change of an application or a
-- policy.
CREATE OR REPLACE TABLE change_events AS
WITH kept AS (
    SELECT DISTINCT e.event_no, e.record, e.tenant_id, e.time, e.activity, e.issuer_id, e.issuer_name,
        a.targets::VARCHAR AS targets, a.details::VARCHAR AS details
    FROM audit_events AS e
    JOIN attributed_audits AS a ON a.tenant = e.tenant_id AND a.time = e.time AND a.activity = e.activity
        AND lower(a.id) IS NOT DISTINCT FROM lower(e.id)
        AND lower(a.correlation_id) IS NOT DISTINCT FROM e.correlation_id
    WHERE e.result = 'success'
        AND regexp_matches(e.activity, '(?i)^(update|delete) conditional access policy|^add app role assignment'
        '|^add service principal credentials|^(update|create) application . certificates and secrets')
)
SELECT event_no, any_value(COLUMNS(* EXCLUDE (event_no)) ORDER BY targets) FROM kept GROUP BY event_no;

CREATE OR REPLACE TABLE change_properties AS
WITH target AS (
    SELECT event_no, unnest(from_json(targets, '["JSON"]')) AS t FROM change_events WHERE json_valid(targets)
),
property AS (
    SELECT event_no, t ->> '$.id' AS target_id, unnest(from_json(t -> '$.modifiedProperties', '["JSON"]')) AS p
    FROM target
)
SELECT event_no, lower(target_id) AS target_id, lower(p ->> '$.displayName') AS name, p ->> '$.oldValue' AS old_value,
    p ->> '$.newValue' AS new_value
FROM property
UNION ALL
SELECT event_no, lower(t ->> '$.id'), 'target', NULL, lower(t ->> '$.id') FROM target WHERE (t ->> '$.id') IS NOT NULL
UNION ALL
SELECT event_no, NULL, 'detail ' || lower(d ->> '$.key'), NULL, d ->> '$.value'
FROM (SELECT event_no, unnest(from_json(details, '["JSON"]')) AS d FROM change_events WHERE json_valid(details));

-- The device code flow and authentication transfer let another device in.
CREATE OR REPLACE MACRO is_device_code(protocol, transfer_method) AS
    coalesce(
        lower(protocol) = 'devicecode' OR lower(transfer_method) IN ('devicecodeflow', 'authenticationtransfer'), false
    );

-- By which ids and names records call an application that issued passes: its appId and its service principal's stand
-- for each other where any record ties them.
CREATE OR REPLACE TABLE application_ids AS
WITH issuers AS (
    SELECT DISTINCT tenant_id, issuer_id FROM passes WHERE issuer_type = 'application' AND issuer_id IS NOT NULL
)
SELECT tenant_id, issuer_id AS application_id, issuer_id AS any_id FROM issuers
UNION
SELECT i.tenant_id, i.issuer_id, t.sp_id
FROM issuers AS i JOIN application_ties AS t ON t.tenant_id = i.tenant_id AND t.app_id = i.issuer_id;

-- Changes of Conditional Access policies that were enabled for registering methods, and how they weakened them. Values
-- that are not whole JSON cannot be read.
CREATE OR REPLACE MACRO unwrapped_json(x) AS
    CASE WHEN json_valid(x) AND json_type(x) = 'VARCHAR' THEN x ->> '$' ELSE x END;
-- How many names a list has that the list before had not.
CREATE OR REPLACE MACRO names_at(policy, place) AS coalesce(from_json(json_extract(policy, place), '["VARCHAR"]'), []);
CREATE OR REPLACE MACRO added_names(before, after, place) AS
    len(list_distinct(names_at(after, place))) - len(list_intersect(names_at(after, place), names_at(before, place)));

CREATE OR REPLACE TABLE registration_changes AS
WITH valued AS (
    SELECT e.event_no, e.record, e.tenant_id, e.time, e.issuer_id, e.issuer_name,
        starts_with(lower(e.activity), 'delete') AS deleted,
        unwrapped_json(p.old_value) AS old_text, unwrapped_json(p.new_value) AS new_text
    FROM change_events AS e
    LEFT JOIN change_properties AS p ON p.event_no = e.event_no AND contains(p.name, 'conditionalaccesspolicy')
    WHERE contains(lower(e.activity), 'conditional access policy')
),
parsed AS (
    SELECT *,
        CASE WHEN json_valid(old_text) AND json_type(old_text) = 'OBJECT' THEN old_text::JSON END AS o,
        CASE WHEN json_valid(new_text) AND json_type(new_text) = 'OBJECT' THEN new_text::JSON END AS n
    FROM valued
),
enabled AS (
    SELECT *,
        coalesce(
            lower(o ->> '$.state') IN ('enabled', '0')
                AND contains(lower(o::VARCHAR), 'urn:user:registersecurityinfo'),
            false
        ) AS protected
    FROM parsed
),
-- What a policy that protected nothing became need not be read.
told AS (
    SELECT *,
        o IS NOT NULL AND (
            NOT protected OR n IS NOT NULL OR deleted OR coalesce(new_text, '') IN ('', 'null', '[]', '{}')
        ) AS readable
    FROM enabled
)
SELECT event_no, record, tenant_id, time, issuer_id, issuer_name, o ->> '$.displayName' AS name,
    readable, protected,
    CASE WHEN NOT protected THEN []
        WHEN deleted OR n IS NULL THEN ['it was deleted']
        ELSE list_filter([
            CASE WHEN lower(n ->> '$.state') NOT IN ('enabled', '0') THEN 'it is no longer enabled' END,
            CASE WHEN NOT contains(lower(n::VARCHAR), 'urn:user:registersecurityinfo')
                THEN 'registering methods is no longer among what it covers' END,
            CASE WHEN added_names(o, n, '$.conditions.users.excludeUsers')
                + added_names(o, n, '$.conditions.users.excludeGroups')
                + added_names(o, n, '$.conditions.users.excludeRoles') > 0
                THEN 'it excludes more users, groups or roles' END,
            CASE WHEN added_names(o, n, '$.conditions.locations.excludeLocations') > 0
                THEN 'it excludes more locations' END,
            CASE WHEN added_names(n, o, '$.conditions.users.includeUsers')
                + added_names(n, o, '$.conditions.users.includeGroups')
                + added_names(n, o, '$.conditions.users.includeRoles') > 0
                AND NOT contains(lower(coalesce(n ->> '$.conditions.users.includeUsers', '')), '"all"')
                THEN 'it includes fewer users' END,
            CASE WHEN added_names(n, o, '$.conditions.locations.includeLocations') > 0
                AND NOT contains(lower(coalesce(n ->> '$.conditions.locations.includeLocations', '')), '"all"')
                THEN 'it includes fewer locations' END,
            CASE WHEN added_names(n, o, '$.grantControls.builtInControls') > 0
                OR (n ->> '$.grantControls') IS NULL AND (o ->> '$.grantControls') IS NOT NULL
                OR (n ->> '$.grantControls.authenticationStrength.id') IS NULL
                    AND (o ->> '$.grantControls.authenticationStrength.id') IS NOT NULL
                THEN 'a grant control was taken away' END
        ], lambda x: x IS NOT NULL)
    END AS how
FROM told
-- One event, whatever number of values it has.
QUALIFY row_number() OVER (PARTITION BY event_no ORDER BY len(how) DESC, readable, old_text, new_text) = 1;

-- Log-ins by the device code flow, on their own or in what ran on them.
CREATE OR REPLACE TABLE device_code_logins AS
WITH coded AS (
    SELECT m.login_no, m.signin_no, true AS own FROM login_signins AS m
    UNION ALL SELECT f.login_no, f.signin_no, false FROM footprint AS f
)
SELECT c.login_no, list('s:' || c.signin_no ORDER BY c.signin_no) AS records, max(s.time) AS last_time
FROM coded AS c JOIN signins AS s ON s.signin_no = c.signin_no
JOIN logins AS l ON l.login_no = c.login_no
WHERE (c.own OR s.error_code = 0) AND is_device_code(s.protocol, s.transfer_method)
GROUP BY c.login_no;

-- When the user of a log-in first registered a method, or a method or a device, after it.
CREATE OR REPLACE TABLE enrolments AS
WITH registered AS (
    SELECT tenant_id, user_id, time FROM method_events UNION ALL SELECT tenant_id, user_id, time FROM device_events
)
SELECT l.login_no, m.time AS first_method, r.time AS first_time
FROM logins AS l
ASOF JOIN registered AS r ON r.tenant_id = l.tenant_id AND r.user_id = l.user_id AND l.time <= r.time
ASOF LEFT JOIN method_events AS m ON m.tenant_id = l.tenant_id AND m.user_id = l.user_id AND l.time <= m.time;

-- How much a risk says: less where it is medium, and little where an administrator dismissed it.
CREATE OR REPLACE MACRO risk_severity(risk, risk_state) AS
    CASE
        WHEN coalesce(risk_state, '') IN ('dismissed', 'confirmedsafe') THEN 'low'
        WHEN risk = 'high' THEN 'high'
        WHEN risk = 'medium' THEN 'medium' END;
CREATE OR REPLACE MACRO worst_severity(severities) AS
    CASE
        WHEN list_contains(severities, 'high') THEN 'high'
        WHEN list_contains(severities, 'medium') THEN 'medium'
        ELSE 'low' END;

CREATE OR REPLACE TABLE risky_logins AS
SELECT m.login_no, string_agg(DISTINCT s.risk, ', ' ORDER BY s.risk) AS risk,
    worst_severity(list(risk_severity(s.risk, s.risk_state))) AS severity,
    string_agg(
        DISTINCT CASE s.risk_state WHEN 'dismissed' THEN 'dismissed' WHEN 'confirmedsafe' THEN 'confirmed as safe' END,
        ', '
    ) AS states
FROM login_signins AS m JOIN signins AS s ON s.signin_no = m.signin_no JOIN logins AS l ON l.login_no = m.login_no
WHERE s.risk IN ('medium', 'high')
GROUP BY m.login_no;

-- Passes that somebody issued who was on a pass: in a session of one, or from its address with no proof between.
CREATE OR REPLACE MACRO issued_on_passes(hours) AS TABLE
WITH by_person AS (
    SELECT p.*, o.ip, o.session_id, bool_or(o.session_id IS NOT NULL) OVER (PARTITION BY p.pass_no) AS any_session,
        bool_or(o.ip IS NOT NULL) OVER (PARTITION BY p.pass_no) AS any_ip
    FROM passes AS p
    JOIN issuance_origins AS o ON o.record = p.record
    WHERE p.issuer_type = 'user' AND p.issuer_id IS NOT NULL
),
in_session AS (
    SELECT p.pass_no, t.attempt_no
    FROM by_person AS p
    ASOF JOIN (SELECT * FROM session_attempts WHERE NOT by_correlation) AS t
        ON t.tenant_id = p.tenant_id AND t.user_id = p.issuer_id AND t.session = p.session_id AND p.issued_at >= t.time
    JOIN tap_session_ends AS e ON e.attempt_no = t.attempt_no
    WHERE p.issued_at <= e.ends_at AND (e.proved_at IS NULL OR p.issued_at < e.proved_at)
),
own_logins AS (
    SELECT l.tenant_id, l.user_id, s.time, s.ip, bool_or(s.trusted) AS trusted, max(s.signin_no) AS signin_no
    FROM logins AS l JOIN login_signins AS m ON m.login_no = l.login_no JOIN signins AS s ON s.signin_no = m.signin_no
    WHERE s.ip IS NOT NULL
    GROUP BY ALL
),
at_address AS (
    SELECT p.pass_no, p.issued_at, p.tenant_id, p.issuer_id, l.signin_no, l.time, l.trusted OR e.ip IS NOT NULL AS weak
    FROM by_person AS p
    ASOF JOIN own_logins AS l
        ON l.tenant_id = p.tenant_id AND l.user_id = p.issuer_id AND l.ip = p.ip AND p.issued_at >= l.time
    LEFT JOIN shared_egress AS e ON e.tenant = p.tenant_id AND e.ip = p.ip
    WHERE NOT p.any_session AND p.issued_at <= l.time + to_seconds(hours * 3600)
),
proved AS (
    SELECT DISTINCT a.pass_no
    FROM at_address AS a
    ASOF JOIN strong_proofs AS s
        ON s.tenant_id = a.tenant_id AND s.user_id = a.issuer_id AND a.issued_at > s.time
    WHERE s.time > a.time
),
found AS (
    SELECT pass_no, attempt_no AS signin_no, false AS weak, 'the event''s session is one of a pass' AS how
    FROM in_session
    UNION ALL
    SELECT a.pass_no, a.signin_no, a.weak, 'from the same address, without a proof of their own between'
    FROM at_address AS a ANTI JOIN proved AS p ON p.pass_no = a.pass_no
),
-- The event and its witness may both say so.
first_found AS (SELECT * FROM found QUALIFY row_number() OVER (PARTITION BY pass_no ORDER BY weak, signin_no) = 1)
SELECT pass_no, signin_no, weak, how, NULL AS not_assessed FROM first_found
UNION ALL
SELECT DISTINCT b.pass_no, NULL, NULL, NULL,
    CASE WHEN NOT b.any_ip THEN 'the audit event has neither a session nor an address'
    ELSE 'the audit event has no session, and sign-ins that can show a pass do not cover the hours before it' END
FROM by_person AS b
LEFT JOIN uncovered('sign-in interactive that can show TAP', to_seconds(hours * -3600), to_seconds(0)) AS d
    ON d.pass_no = b.pass_no
ANTI JOIN found AS f ON f.pass_no = b.pass_no
WHERE NOT b.any_session AND (NOT b.any_ip OR d.pass_no IS NOT NULL);

-- Log-ins that were odd in themselves.
CREATE OR REPLACE TABLE odd_logins AS
SELECT login_no FROM strange_country_logins
UNION SELECT login_no FROM issuer_network_logins
UNION SELECT login_no FROM device_code_logins
UNION SELECT login_no FROM risky_logins;

-- Passes for accounts that nobody had used; high where a log-in with the pass was odd in itself.
CREATE OR REPLACE MACRO dormant_passes(days, covered_days) AS TABLE
WITH old AS (SELECT * FROM passes WHERE epoch(issued_at) - epoch(user_created) > days * 86400),
seen AS (
    SELECT DISTINCT p.pass_no
    FROM old AS p
    ASOF JOIN ordinary_signins AS s
        ON s.tenant_id = p.tenant_id AND s.user_id = p.user_id AND p.issued_at - INTERVAL 24 HOUR >= s.time
    WHERE s.time >= p.issued_at - to_seconds(days * 86400)
),
dark AS (
    SELECT pass_no FROM uncovered('sign-in interactive', to_seconds(covered_days * -86400), to_seconds(0))
    UNION SELECT pass_no FROM uncovered('sign-in non-interactive', to_seconds(covered_days * -86400), to_seconds(0))
),
used AS (SELECT DISTINCT l.pass_no FROM logins AS l JOIN odd_logins AS o ON o.login_no = l.login_no WHERE l.pass_known)
SELECT p.pass_no, u.pass_no IS NOT NULL AS used_oddly, d.pass_no IS NOT NULL OR p.user_created IS NULL AS unknown
FROM passes AS p
LEFT JOIN dark AS d ON d.pass_no = p.pass_no
LEFT JOIN used AS u ON u.pass_no = p.pass_no
WHERE (p.user_created IS NULL OR p.pass_no IN (SELECT pass_no FROM old))
    AND p.pass_no NOT IN (SELECT pass_no FROM seen);

-- Guessing on a user: fast, many within minutes, or slow, more within hours; what overlaps in time is one. reached_at
-- is the attempt by which the threshold was reached.
CREATE OR REPLACE MACRO guessings(minutes, attempts, slow_hours, slow_attempts) AS TABLE
WITH items AS (
    SELECT *, row_number() OVER (PARTITION BY tenant_id, counted_by ORDER BY time, item) AS n
    FROM countable WHERE kind = 'failed attempts on user'
),
spans AS (
    SELECT a.tenant_id, a.counted_by, true AS fast, b.time AS from_time, a.time AS to_time
    FROM items AS a
    JOIN items AS b
        ON b.tenant_id = a.tenant_id AND b.counted_by = a.counted_by AND b.n = a.n - CAST(attempts AS BIGINT) + 1
    WHERE a.time <= b.time + to_seconds(minutes * 60)
    UNION ALL
    SELECT a.tenant_id, a.counted_by, false, b.time, a.time
    FROM items AS a
    JOIN items AS b
        ON b.tenant_id = a.tenant_id AND b.counted_by = a.counted_by AND b.n = a.n - CAST(slow_attempts AS BIGINT) + 1
    WHERE a.time <= b.time + to_seconds(slow_hours * 3600)
),
marked AS (
    SELECT *, coalesce(from_time > max(to_time) OVER (
        PARTITION BY tenant_id, counted_by
        ORDER BY from_time, to_time, fast ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), true) AS opens
    FROM spans
),
numbered AS (
    SELECT *,
        count(CASE WHEN opens THEN 1 END) OVER (
            PARTITION BY tenant_id, counted_by ORDER BY from_time, to_time, fast
        ) AS burst
    FROM marked
),
joined AS (
    SELECT tenant_id, counted_by, burst, bool_or(fast) AS fast, min(from_time) AS from_time, max(to_time) AS to_time,
        min(to_time) AS reached_at
    FROM numbered GROUP BY ALL
)
SELECT i.tenant_id, i.counted_by AS user_id, j.burst, j.fast, j.reached_at, j.to_time AS last_time,
    i.item AS signin_no, i.time
FROM items AS i
ASOF JOIN joined AS j ON j.tenant_id = i.tenant_id AND j.counted_by = i.counted_by AND i.time >= j.from_time
WHERE i.time <= j.to_time;

-- Log-ins that guessing came before. at_home: all from one network, each from a trusted place or a familiar network.
CREATE OR REPLACE MACRO guessed_logins(after_minutes, minutes, attempts, slow_hours, slow_attempts) AS TABLE
WITH guessing AS (
    SELECT tenant_id, user_id, burst, any_value(fast) AS fast, any_value(reached_at) AS reached_at,
        any_value(last_time) AS last_time,
        list(signin_no ORDER BY signin_no) AS tried
    FROM guessings(minutes, attempts, slow_hours, slow_attempts) GROUP BY tenant_id, user_id, burst
),
hit AS (
    SELECT l.login_no, g.*
    FROM logins AS l
    ASOF JOIN guessing AS g ON g.tenant_id = l.tenant_id AND g.user_id = l.user_id AND l.time >= g.reached_at
    WHERE l.time <= g.last_time + CASE WHEN g.fast THEN to_seconds(after_minutes * 60) ELSE INTERVAL 24 HOUR END
),
concerned AS (
    SELECT login_no, unnest(tried) AS signin_no FROM hit
    UNION SELECT h.login_no, m.signin_no FROM hit AS h JOIN login_signins AS m ON m.login_no = h.login_no
),
networks AS (
    SELECT c.login_no, s.asn, s.network, bool_and(s.trusted OR coalesce(f.familiar, false)) AS known
    FROM concerned AS c
    JOIN signins AS s ON s.signin_no = c.signin_no
    LEFT JOIN familiarity AS f ON f.signin_no = s.signin_no
    GROUP BY ALL
),
homes AS (
    SELECT a.login_no
    FROM networks AS a JOIN networks AS b ON b.login_no = a.login_no
    GROUP BY a.login_no
    HAVING bool_and(a.known AND is_same_network(a.asn, a.network, b.asn, b.network))
)
SELECT h.login_no, len(h.tried) AS tries, h.last_time, h.tried, homes.login_no IS NOT NULL AS at_home
FROM hit AS h LEFT JOIN homes ON homes.login_no = h.login_no;

-- Roles given, directly or by adding the user to a group that holds one, each with what it can do. A renewal of a role
-- that was given before, or that an older snapshot shows, does not count.
CREATE OR REPLACE TABLE role_grants AS
WITH given AS (
    SELECT DISTINCT e.event_no, e.record, e.tenant_id, e.user_id, e.time, h.role, h.role_name, h.issuing,
        h.privileged
    FROM audit_events AS e JOIN role_holdings AS h ON h.record = e.record
    WHERE e.kind IN ('role given', 'added to group') AND e.user_id IS NOT NULL
),
held AS (
    SELECT h.tenant_id, h.user_id, h.role, min(coalesce(h.since, s.time)) AS since
    FROM role_holdings AS h
    LEFT JOIN (
        SELECT DISTINCT 'p:' || source_id || ':' || line || ':' || ordinal AS record, time FROM attributed_role_members
    ) AS s ON s.record = h.record AND h.since IS NULL
    GROUP BY h.tenant_id, h.user_id, h.role
)
SELECT g.*
FROM given AS g
ANTI JOIN held AS h
    ON h.tenant_id = g.tenant_id AND h.user_id = g.user_id AND h.role = g.role AND h.since < g.time;

-- Who was added to a group of which nothing says whether it holds a role: no assignments of roles are in evidence.
CREATE OR REPLACE TABLE unclear_group_additions AS
SELECT e.event_no, e.tenant_id, e.user_id, e.time
FROM audit_events AS e
ANTI JOIN (SELECT DISTINCT tenant FROM attributed_role_members) AS m ON m.tenant = e.tenant_id
WHERE e.kind = 'added to group' AND e.user_id IS NOT NULL;

-- Only the device says so, at a trusted place; or only the address, where the issuer works and new users are set up.
CREATE OR REPLACE MACRO is_weak_issuer_network(
    by_address, by_device, by_device_elsewhere, familiar_to_issuer, new_user
) AS
    NOT by_address AND NOT by_device_elsewhere
        OR by_address AND NOT by_device AND familiar_to_issuer AND coalesce(new_user, false);

-- An administrator registered a method for a user: it counts for chains. Two of one second are one.
CREATE OR REPLACE TABLE admin_method_events AS
SELECT tenant_id, user_id, any_value(time ORDER BY event_no) AS time, any_value(record ORDER BY event_no) AS record
FROM audit_events
WHERE lower(activity) = 'admin registered security info' AND kind = 'other' AND result = 'success'
    AND user_id IS NOT NULL
GROUP BY tenant_id, user_id, date_trunc('second', time);
