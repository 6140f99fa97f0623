-- Whose tenant each record is: what the record or its envelope says. Else of a sign-in the home tenant, where that is
-- also the resource's; where they differ, the one that the rest of the file names. Else the path's; else --tenant;
-- else the only tenant that the evidence names. With none named anywhere the tenant is 'unknown'. With several named
-- and none of these, the file cannot be attributed (NULL) and its records are not used.

-- What the sign-ins of each file say of tenants.
CREATE OR REPLACE TABLE said_tenants AS
WITH spelled AS (SELECT DISTINCT source_id, tenant_id, home_tenant_id, resource_tenant_id FROM signin_record)
SELECT DISTINCT source_id, lower(tenant_id) AS tenant_id, lower(home_tenant_id) AS home_id,
    lower(resource_tenant_id) AS resource_id
FROM spelled;

CREATE OR REPLACE TABLE named_tenants AS
WITH says_so AS (
    SELECT source_id, coalesce(tenant_id, CASE WHEN home_id = resource_id THEN home_id END) AS tenant_id
    FROM said_tenants
    UNION SELECT source_id, tenant_id FROM audit_record
    UNION SELECT source_id, tenant_id FROM activities
    UNION SELECT source_id, tenant_id FROM policy_snapshot
    UNION SELECT source_id, tenant_id FROM directory_user
    UNION SELECT source_id, tenant_id FROM role_definition
    UNION SELECT source_id, tenant_id FROM role_member
    UNION SELECT source_id, tenant_id FROM group_member
    UNION SELECT source_id, tenant_id FROM conditional_access_policy
    UNION SELECT source_id, tenant_id FROM pass_snapshot
    UNION SELECT source_id, tenant_id FROM registration_detail
    UNION SELECT source_id, tenant_id FROM authentication_strength
    UNION SELECT source_id, tenant_id FROM service_principal
    UNION SELECT source_id, tenant_id FROM extract_day
)
SELECT DISTINCT source_id, lower(tenant_id) AS tenant_id FROM says_so WHERE tenant_id IS NOT NULL;

-- Sign-ins whose home and resource tenant differ belong to the one that the rest of their file names.
CREATE OR REPLACE TABLE crossing_tenants AS
SELECT said.source_id, home_id, resource_id, min(named.tenant_id) AS tenant_id
FROM said_tenants AS said
JOIN named_tenants AS named ON named.source_id = said.source_id AND named.tenant_id IN (home_id, resource_id)
WHERE said.tenant_id IS NULL AND home_id <> resource_id
GROUP BY ALL
HAVING count(*) = 1;

CREATE OR REPLACE TABLE source_tenants AS
WITH named AS (
    SELECT tenant_id FROM named_tenants
    UNION SELECT lower(path_tenant) FROM source WHERE path_tenant IS NOT NULL
),
only_one AS (
    SELECT
        count(*) AS tenants,
        CASE count(*) WHEN 0 THEN 'unknown' WHEN 1 THEN min(tenant_id) END AS tenant_id
    FROM named
)
SELECT source.source_id, coalesce(lower(source.path_tenant), config.tenant_id, only_one.tenant_id) AS tenant_id
FROM source CROSS JOIN only_one CROSS JOIN config;

CREATE OR REPLACE VIEW attributed_signins AS
SELECT
    coalesce(
        lower(r.tenant_id),
        CASE WHEN lower(r.home_tenant_id) = lower(r.resource_tenant_id) THEN lower(r.home_tenant_id) END,
        crossing.tenant_id,
        fallback.tenant_id
    ) AS tenant,
    r.*
FROM signin_record AS r
JOIN source_tenants AS fallback ON fallback.source_id = r.source_id
LEFT JOIN crossing_tenants AS crossing
    ON crossing.source_id = r.source_id AND r.tenant_id IS NULL
    AND crossing.home_id = lower(r.home_tenant_id) AND crossing.resource_id = lower(r.resource_tenant_id);

CREATE OR REPLACE VIEW attributed_audits AS
SELECT coalesce(lower(r.tenant_id), fallback.tenant_id) AS tenant, r.*
FROM audit_record AS r JOIN source_tenants AS fallback ON fallback.source_id = r.source_id;

CREATE OR REPLACE VIEW attributed_activities AS
SELECT coalesce(lower(r.tenant_id), fallback.tenant_id) AS tenant, r.*
FROM activities AS r JOIN source_tenants AS fallback ON fallback.source_id = r.source_id;

CREATE OR REPLACE VIEW attributed_policies AS
SELECT coalesce(lower(r.tenant_id), fallback.tenant_id) AS tenant, r.*
FROM policy_snapshot AS r JOIN source_tenants AS fallback ON fallback.source_id = r.source_id;

CREATE OR REPLACE VIEW attributed_users AS
SELECT coalesce(lower(r.tenant_id), fallback.tenant_id) AS tenant, r.*
FROM directory_user AS r JOIN source_tenants AS fallback ON fallback.source_id = r.source_id;

CREATE OR REPLACE VIEW attributed_role_definitions AS
SELECT coalesce(lower(r.tenant_id), fallback.tenant_id) AS tenant, r.*
FROM role_definition AS r JOIN source_tenants AS fallback ON fallback.source_id = r.source_id;

CREATE OR REPLACE VIEW attributed_role_members AS
SELECT coalesce(lower(r.tenant_id), fallback.tenant_id) AS tenant, r.*
FROM role_member AS r JOIN source_tenants AS fallback ON fallback.source_id = r.source_id;

CREATE OR REPLACE VIEW attributed_group_members AS
SELECT coalesce(lower(r.tenant_id), fallback.tenant_id) AS tenant, r.*
FROM group_member AS r JOIN source_tenants AS fallback ON fallback.source_id = r.source_id;

CREATE OR REPLACE VIEW attributed_service_principals AS
SELECT coalesce(lower(r.tenant_id), fallback.tenant_id) AS tenant, r.*
FROM service_principal AS r JOIN source_tenants AS fallback ON fallback.source_id = r.source_id;

CREATE OR REPLACE VIEW attributed_conditional_access AS
SELECT coalesce(lower(r.tenant_id), fallback.tenant_id) AS tenant, r.*
FROM conditional_access_policy AS r JOIN source_tenants AS fallback ON fallback.source_id = r.source_id;

CREATE OR REPLACE VIEW attributed_pass_snapshots AS
SELECT coalesce(lower(r.tenant_id), fallback.tenant_id) AS tenant, r.*
FROM pass_snapshot AS r JOIN source_tenants AS fallback ON fallback.source_id = r.source_id;

CREATE OR REPLACE VIEW attributed_registrations AS
SELECT coalesce(lower(r.tenant_id), fallback.tenant_id) AS tenant, r.*
FROM registration_detail AS r JOIN source_tenants AS fallback ON fallback.source_id = r.source_id;

-- What an extract of a lake counted there.
CREATE OR REPLACE VIEW attributed_extract_days AS
SELECT coalesce(lower(r.tenant_id), fallback.tenant_id) AS tenant, r.*
FROM extract_day AS r JOIN source_tenants AS fallback ON fallback.source_id = r.source_id;

CREATE OR REPLACE VIEW attributed_extract_addresses AS
SELECT coalesce(lower(r.tenant_id), fallback.tenant_id) AS tenant, r.*
FROM extract_address AS r JOIN source_tenants AS fallback ON fallback.source_id = r.source_id;

CREATE OR REPLACE VIEW attributed_extract_countries AS
SELECT coalesce(lower(r.tenant_id), fallback.tenant_id) AS tenant, r.*
FROM extract_country AS r JOIN source_tenants AS fallback ON fallback.source_id = r.source_id;

-- Steps in a file of their own name no tenant: they are their sign-in's, wherever that is, and the file's where there
-- is none in evidence.
CREATE OR REPLACE TABLE attributed_steps AS
WITH found AS (
    SELECT DISTINCT lower(s.id) AS request_id, s.tenant
    FROM attributed_signins AS s SEMI JOIN signin_step AS step ON lower(step.id) = lower(s.id)
    WHERE s.tenant IS NOT NULL
)
SELECT coalesce(found.tenant, fallback.tenant_id) AS tenant, lower(step.id) AS request_id,
    found.tenant IS NOT NULL AS has_signin, step.*
FROM signin_step AS step
JOIN source_tenants AS fallback ON fallback.source_id = step.source_id
LEFT JOIN found ON found.request_id = lower(step.id);

CREATE OR REPLACE MACRO signin_log(interactive) AS
    CASE WHEN interactive THEN 'sign-in interactive' ELSE 'sign-in non-interactive' END;

-- How many records each file has of a tenant's log and day: what is asked of all records, and of no single one, is
-- asked of this. tenant is NULL where nothing tells it. What else the Unified Audit Log holds is not an audit log here.
CREATE OR REPLACE TABLE record_days AS
SELECT source_id, tenant, signin_log(interactive) AS log_type, time::DATE AS day, can_show_tap,
    country IS NOT NULL AS tells_country, count(*) AS records, min(time) AS first_time, max(time) AS last_time
FROM attributed_signins
GROUP BY ALL
UNION ALL
SELECT source_id, tenant, 'audit', time::DATE, true, false, count(*), min(time), max(time)
FROM attributed_audits
GROUP BY ALL
UNION ALL
SELECT source_id, tenant, log_type, time::DATE, false, false, count(*), min(time), max(time)
FROM attributed_activities
GROUP BY ALL;

-- Of events: what is not only done. An extract's days have the same names.
CREATE OR REPLACE MACRO of_events(log_type) AS log_type = 'audit' OR starts_with(log_type, 'sign-in');

-- The tenants that are judged: every one with a record that counts.
CREATE OR REPLACE TABLE tenants AS
SELECT DISTINCT tenant AS tenant_id FROM record_days WHERE tenant IS NOT NULL
UNION SELECT tenant FROM attributed_policies WHERE tenant IS NOT NULL
UNION SELECT tenant FROM attributed_users WHERE tenant IS NOT NULL
UNION SELECT tenant FROM attributed_role_members WHERE tenant IS NOT NULL
UNION SELECT tenant FROM attributed_conditional_access WHERE tenant IS NOT NULL
UNION SELECT tenant FROM attributed_pass_snapshots WHERE tenant IS NOT NULL
UNION SELECT tenant FROM attributed_extract_days WHERE tenant IS NOT NULL;
