-- Everything that happened around passes, in order, each with the records that show it. Of one instant, what must have
-- come first does: a pass is issued, begins, is tried, lets somebody in, and ends.
CREATE OR REPLACE TABLE moments AS
WITH issued AS (
    SELECT
        tenant_id, user_id, issued_at AS time, 'pass issued' AS what, issuer_name AS actor_name, issuer_ip AS ip,
        [record] AS records,
        concat_ws(', ', CASE usage WHEN 'multiple' THEN 'for several uses' ELSE nullif(usage, 'unknown') END,
            'valid ' || CASE WHEN starts_at > issued_at THEN 'from ' || to_the_minute(starts_at) || ' ' ELSE '' END
                || 'until ' || to_the_minute(end_time)
                || CASE WHEN end_logged THEN '' ELSE ' at the latest' END) AS detail
    FROM passes
),
begun AS (
    SELECT
        tenant_id, user_id, starts_at AS time, 'pass begins' AS what, [record] AS records,
        'valid until ' || to_the_minute(ended_at) AS detail
    FROM passes
    WHERE starts_at > issued_at AND NOT never_valid
),
-- A deletion is an event of its own. Nobody does the others.
ended AS (
    SELECT
        tenant_id, user_id, ended_at AS time, 'pass ended' AS what, [record] AS records,
        CASE ended_by WHEN 'replacement' THEN 'replaced by the next pass' ELSE 'expired' END
            || CASE WHEN never_valid THEN ', before it began'
                WHEN ended_by = 'expiry' AND NOT end_logged THEN ' at the latest; its end is inferred'
                ELSE '' END AS detail
    FROM passes
    WHERE ended_by <> 'deletion'
),
attempted AS (
    SELECT
        tenant_id, user_id, time,
        CASE WHEN refused THEN 'attempt refused' WHEN late THEN 'attempt late' ELSE 'attempt failed' END AS what,
        ip, country, coalesce(app_name, app_id) AS application, ['s:' || signin_no] AS records,
        concat_ws(': ', 'error ' || error_code, failure_reason) AS detail
    FROM signins
    WHERE refused OR late OR failed
),
entered AS (
    SELECT
        l.tenant_id, l.user_id, l.time, CASE l.outcome WHEN 'blocked' THEN 'blocked log-in' ELSE 'log-in' END AS what,
        l.ip, s.country, l.applications AS application, l.records,
        CASE l.outcome WHEN 'blocked' THEN concat_ws(': ', 'error ' || s.error_code, s.failure_reason)
            ELSE l.outcome
                || CASE l.supervised WHEN 'yes' THEN ', supervised' WHEN 'no' THEN ', not supervised'
                    ELSE ', supervision not assessed' END
                || coalesce(' (' || nullif(l.failed_reasons, '') || ')', '')
        END AS detail
    FROM logins_and_blocked AS l
    JOIN signins AS s ON 's:' || s.signin_no = l.records[1]
),
went_on AS (
    SELECT
        s.tenant_id, s.user_id, s.time, 'sign-in on the pass' AS what, s.ip, s.country,
        coalesce(s.app_name, s.app_id) AS application, ['s:' || s.signin_no] AS records,
        CASE WHEN s.error_code = 0 THEN 'success' ELSE concat_ws(': ', 'error ' || s.error_code, s.failure_reason) END
            || coalesce('; to ' || nullif(s.resource_name, s.app_name), '') AS detail
    FROM footprint AS f JOIN signins AS s ON s.signin_no = f.signin_no
),
-- What is logged of anybody counts where it is of those who got, gave or tried a pass.
concerned AS (
    SELECT tenant_id, user_id FROM pass_parties
    UNION
    SELECT tenant_id, user_id FROM attempted_users
),
registered AS (
    SELECT tenant_id, user_id, record, 'method registered' AS what FROM method_events
    UNION
    SELECT tenant_id, user_id, record, 'method registered' FROM admin_method_events
    UNION
    SELECT tenant_id, user_id, record, 'device joined' FROM device_events
),
taken AS (
    SELECT tenant_id, user_id, record, 'method removed' AS what
    FROM audit_events WHERE kind IN ('method deleted', 'password reset')
    UNION
    SELECT tenant_id, user_id, record, 'pass deleted' FROM audit_events WHERE kind = 'pass deleted'
),
given AS (
    SELECT DISTINCT tenant_id, user_id, record, 'role given' AS what FROM role_grants WHERE issuing OR privileged
),
moved AS (
    SELECT DISTINCT e.tenant_id, e.user_id, e.record, 'scope changed' AS what
    FROM audit_events AS e
    JOIN passes AS p ON p.tenant_id = e.tenant_id AND p.user_id = e.user_id
    JOIN pass_scope AS s ON s.pass_no = p.pass_no AND s.group_id = e.group_id
    WHERE e.kind IN ('added to group', 'removed from group')
),
logged AS (
    SELECT
        e.tenant_id, k.user_id, e.time, k.what, e.issuer_name AS actor_name, e.issuer_ip AS ip, [e.record] AS records,
        concat_ws(': ', e.activity, coalesce(
            CASE k.what WHEN 'role given' THEN e.role_name WHEN 'scope changed' THEN e.group_name END, e.reason
        )) AS detail
    FROM (
        SELECT * FROM registered
        UNION ALL SELECT * FROM taken
        UNION ALL SELECT * FROM given
        UNION ALL SELECT * FROM moved
    ) AS k
    SEMI JOIN concerned AS c ON c.tenant_id = k.tenant_id AND c.user_id = k.user_id
    JOIN audit_events AS e ON e.record = k.record
),
changed AS (
    SELECT
        p.tenant_id, p.time, 'policy changed' AS what, p.actor_name, e.issuer_ip AS ip, p.about AS records,
        CASE p.kind WHEN 'changed' THEN p.differences
            WHEN 'unlogged' THEN 'no audit event shows how: ' || p.differences
            ELSE 'whether it concerned Temporary Access Passes cannot be read' END AS detail
    FROM policy_events AS p
    LEFT JOIN audit_events AS e ON e.record = p.about[1]
    WHERE p.kind IN ('changed', 'unlogged', 'unreadable')
),
-- Conditional Access that protects the registration of methods.
unprotected AS (
    SELECT
        r.tenant_id, r.time, 'policy changed' AS what, r.issuer_name AS actor_name, e.issuer_ip AS ip,
        [r.record] AS records,
        coalesce(r.name, 'a Conditional Access policy') || ' protects the registration of methods less: '
            || array_to_string(r.how, '; ') AS detail
    FROM registration_changes AS r JOIN audit_events AS e ON e.record = r.record
    WHERE r.readable AND len(r.how) > 0
),
-- What was done on a pass, as far as it has no row above.
done AS (
    SELECT
        a.tenant_id, a.login_user_id AS user_id, a.time, 'deed' AS what, a.ip, a.client AS application,
        [a.record] AS records,
        a.class || ': ' || concat_ws(' ', a.shown_operation, a.shown_object)
            || CASE WHEN a.items > 1 THEN ', ' || a.items || ' items' ELSE '' END || coalesce(', ' || a.says, '')
            || CASE WHEN a.succeeded THEN '' ELSE ', which failed' END
            || CASE WHEN a.link = 'address' THEN '; linked by the address alone' ELSE '' END AS detail
    FROM session_activity AS a
    ANTI JOIN (SELECT records[1] AS record FROM logged UNION ALL SELECT records[1] FROM issued) AS l
        ON l.record = a.record
),
together AS (
    SELECT * FROM issued
    UNION ALL BY NAME SELECT * FROM begun
    UNION ALL BY NAME SELECT * FROM ended
    UNION ALL BY NAME SELECT * FROM attempted
    UNION ALL BY NAME SELECT * FROM entered
    UNION ALL BY NAME SELECT * FROM went_on
    UNION ALL BY NAME SELECT * FROM logged
    UNION ALL BY NAME SELECT * FROM changed
    UNION ALL BY NAME SELECT * FROM unprotected
    UNION ALL BY NAME SELECT * FROM done
)
SELECT
    row_number() OVER (ORDER BY t.time, t.tenant_id, list_position([
        'policy changed', 'role given', 'scope changed', 'method removed', 'pass deleted', 'pass issued',
        'pass begins', 'attempt refused', 'attempt late', 'attempt failed', 'blocked log-in', 'log-in',
        'sign-in on the pass', 'deed', 'method registered', 'device joined', 'pass ended'
    ], t.what), t.records[1], t.user_id) AS moment_no,
    t.time, t.tenant_id, t.user_id, t.what, t.actor_name, t.ip, t.country, t.application,
    nullif(t.detail, '') AS detail, t.records
FROM together AS t;

-- The same with the findings and the incident that tell of each; of several incidents its user's own, else the first.
-- What no finding tells of belongs to its user's incident as well, where it lies as near as what makes an incident.
CREATE OR REPLACE VIEW timeline AS
WITH shown AS (SELECT moment_no, tenant_id, user_id, unnest(records) AS record FROM moments),
told AS (
    SELECT DISTINCT s.moment_no, f.finding_no, f.finding_id
    FROM shown AS s
    JOIN (SELECT finding_no, finding_id, unnest(records) AS record FROM findings) AS f ON f.record = s.record
),
members AS (
    SELECT
        s.moment_no, i.incident_id, i.rank,
        coalesce(i.subject_type <> 'user' OR i.subject_id <> s.user_id, true) AS of_others
    FROM shown AS s
    JOIN (SELECT incident_id, subject_type, subject_id, rank, unnest(records) AS record FROM incidents) AS i
        ON i.record = s.record
),
-- The user's incident before or around each moment, and the one after it: nearer ones there are none.
neighbours AS (
    SELECT m.moment_no, i.incident_id, greatest(epoch(m.time) - epoch(i.last_seen), 0) AS seconds
    FROM moments AS m
    ASOF JOIN (SELECT * FROM incidents WHERE subject_type = 'user') AS i
        ON i.tenant_id = m.tenant_id AND i.subject_id = m.user_id AND m.time >= i.first_seen
    UNION ALL
    SELECT m.moment_no, i.incident_id, epoch(i.first_seen) - epoch(m.time)
    FROM moments AS m
    ASOF JOIN (SELECT * FROM incidents WHERE subject_type = 'user') AS i
        ON i.tenant_id = m.tenant_id AND i.subject_id = m.user_id AND m.time < i.first_seen
),
gathered AS (SELECT moment_no, list(finding_id ORDER BY finding_no) AS finding_ids FROM told GROUP BY moment_no),
chosen AS (
    SELECT moment_no, first(incident_id ORDER BY of_others, rank) AS incident_id
    FROM members GROUP BY moment_no
),
nearest AS (
    SELECT moment_no, first(incident_id ORDER BY seconds, incident_id) AS incident_id
    FROM neighbours WHERE seconds <= (SELECT incident_hours FROM config) * 3600 GROUP BY moment_no
)
SELECT m.*, coalesce(c.incident_id, n.incident_id) AS incident_id, g.finding_ids
FROM moments AS m
LEFT JOIN gathered AS g ON g.moment_no = m.moment_no
LEFT JOIN chosen AS c ON c.moment_no = m.moment_no
LEFT JOIN nearest AS n ON n.moment_no = m.moment_no;
