-- A user is an object id. A UPN stands for the id that any record of the tenant ties it to; where it is tied to two,
-- for the latest one before the event.

-- Who signed in from which country, and when first and last. Grouped as spelled before it is folded: few of a million
-- names differ.
CREATE OR REPLACE TABLE signin_users AS
WITH spelled AS (
    SELECT tenant, user_id, upn, country, coalesce(error_code = 0, false) AS succeeded, min(time) AS seen_at,
        max(time) AS last_at
    FROM attributed_signins
    GROUP BY ALL
)
SELECT tenant, lower(user_id) AS user_id, lower(upn) AS upn, upper(trim(country)) AS country, succeeded,
    min(seen_at) AS seen_at, max(last_at) AS last_at
FROM spelled
GROUP BY ALL;

CREATE OR REPLACE TABLE ties AS
WITH tied AS (
    SELECT tenant, upn, user_id, min(seen_at) AS seen_at, max(last_at) AS last_at
    FROM signin_users WHERE upn <> user_id GROUP BY ALL
    UNION ALL
    SELECT tenant, lower(actor_upn), lower(actor_user_id), min(time), max(time)
    FROM attributed_audits WHERE actor_upn IS NOT NULL AND actor_user_id IS NOT NULL GROUP BY ALL
    UNION ALL
    SELECT tenant, lower(t ->> '$.userPrincipalName'), lower(t ->> '$.id'), min(time), max(time)
    FROM (
        SELECT tenant, time, unnest(from_json(targets, '["JSON"]')) AS t
        FROM attributed_audits
        WHERE contains(targets::VARCHAR, 'userPrincipalName')
    )
    WHERE present(t ->> '$.userPrincipalName') IS NOT NULL AND present(t ->> '$.id') IS NOT NULL GROUP BY ALL
    UNION ALL
    SELECT tenant, lower(upn), lower(id), coalesce(time, TIMESTAMP '2000-01-01'),
        coalesce(time, TIMESTAMP '2000-01-01')
    FROM attributed_users WHERE upn IS NOT NULL AND id IS NOT NULL
    UNION ALL
    SELECT tenant, lower(principal_upn), lower(principal_id), coalesce(time, TIMESTAMP '2000-01-01'),
        coalesce(time, TIMESTAMP '2000-01-01')
    FROM attributed_role_members WHERE principal_upn IS NOT NULL AND principal_id IS NOT NULL
    UNION ALL
    SELECT tenant, lower(upn), lower(user_id), coalesce(time, TIMESTAMP '2000-01-01'),
        coalesce(time, TIMESTAMP '2000-01-01')
    FROM attributed_registrations WHERE upn IS NOT NULL AND user_id IS NOT NULL
    UNION ALL
    SELECT tenant, lower(member_upn), lower(member_id), coalesce(time, TIMESTAMP '2000-01-01'),
        coalesce(time, TIMESTAMP '2000-01-01')
    FROM attributed_group_members WHERE member_upn IS NOT NULL AND member_id IS NOT NULL
    UNION ALL
    SELECT tenant, lower(user_upn), lower(user_id), coalesce(time, TIMESTAMP '2000-01-01'),
        coalesce(time, TIMESTAMP '2000-01-01')
    FROM attributed_pass_snapshots WHERE user_upn IS NOT NULL AND user_id IS NOT NULL
)
SELECT tenant, upn, user_id, min(seen_at) AS seen_at, max(last_at) AS last_at
FROM tied WHERE tenant IS NOT NULL GROUP BY ALL;

-- When each tie was seen. A UPN with one id needs one row; one with several needs every time it was seen.
CREATE OR REPLACE TABLE identities AS
WITH ambiguous AS (SELECT tenant, upn FROM ties GROUP BY ALL HAVING count(*) > 1)
SELECT tenant, upn, user_id, seen_at FROM ties
UNION
SELECT s.tenant, lower(s.upn), lower(s.user_id), s.time
FROM attributed_signins AS s JOIN ambiguous ON ambiguous.tenant = s.tenant AND ambiguous.upn = lower(s.upn)
WHERE s.user_id IS NOT NULL
UNION
SELECT a.tenant, lower(a.actor_upn), lower(a.actor_user_id), a.time
FROM attributed_audits AS a JOIN ambiguous ON ambiguous.tenant = a.tenant AND ambiguous.upn = lower(a.actor_upn)
WHERE a.actor_user_id IS NOT NULL
UNION
SELECT a.tenant, ambiguous.upn, lower(a.t ->> '$.id'), a.time
FROM (
    SELECT tenant, time, unnest(from_json(targets, '["JSON"]')) AS t
    FROM attributed_audits
    WHERE contains(targets::VARCHAR, 'userPrincipalName')
) AS a
JOIN ambiguous ON ambiguous.tenant = a.tenant AND ambiguous.upn = lower(a.t ->> '$.userPrincipalName')
WHERE present(a.t ->> '$.id') IS NOT NULL
UNION
SELECT tenant, upn, user_id, last_at FROM ties;

-- What a UPN stands for, and when: for the id it was tied to last, until it was tied to another. Before the first tie
-- it stands for the first. A span without since has no beginning, one without until no end.
CREATE OR REPLACE TABLE identity_spans AS
WITH ordered AS (
    SELECT *, lag(user_id) OVER (PARTITION BY tenant, upn ORDER BY seen_at, user_id) AS id_before FROM identities
),
changes AS (SELECT * FROM ordered WHERE id_before IS DISTINCT FROM user_id)
SELECT
    tenant, upn, user_id, CASE WHEN id_before IS NOT NULL THEN seen_at END AS since,
    lead(seen_at) OVER (PARTITION BY tenant, upn ORDER BY seen_at, user_id) AS until
FROM changes;

-- The UPN that an id was tied to last.
CREATE OR REPLACE TABLE upns AS
SELECT tenant, user_id, arg_max(upn, row(seen_at, upn)) AS upn FROM identities GROUP BY tenant, user_id;

-- Whom a UPN stands for at a time; the UPN itself, in lower case, where no record ties it to an id.
CREATE OR REPLACE MACRO user_of(of_tenant, of_upn, at_time) AS coalesce((
    SELECT i.user_id FROM identity_spans AS i
    WHERE i.tenant = of_tenant AND i.upn = lower(of_upn)
        AND (i.since IS NULL OR i.since <= at_time) AND (i.until IS NULL OR i.until > at_time)
), lower(of_upn));

-- An application has one id everywhere and one of its own in each tenant, its service principal's: which belong
-- together, as any record of the tenant says. A name is what anybody can choose; only where an application gets a
-- permission the grantee's is its id. Who is tied to two stands for neither.
CREATE OR REPLACE MACRO first_id(text) AS
    nullif(lower(regexp_extract(text, '[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}')), '');

CREATE OR REPLACE TABLE application_ties AS
WITH target AS (
    SELECT tenant, activity, unnest(from_json(targets, '["JSON"]')) AS t
    FROM attributed_audits WHERE contains(targets::VARCHAR, 'ServicePrincipal')
),
principal AS (
    SELECT tenant, activity, t ->> '$.id' AS id, t ->> '$.displayName' AS name, t ->> '$.appId' AS app_id,
        t ->> '$.type' AS type,
        unnest(coalesce(nullif(from_json(t -> '$.modifiedProperties', '["JSON"]'), []), [NULL])) AS p
    FROM target
),
named AS (
    SELECT *, lower(p ->> '$.displayName') AS property,
        first_id(coalesce(p ->> '$.newValue', p ->> '$.oldValue')) AS value
    FROM principal
),
tied AS (
    SELECT tenant, lower(actor_app_id) AS app_id, lower(actor_sp_id) AS sp_id FROM attributed_audits
    UNION ALL
    SELECT tenant, coalesce(
            first_id(app_id), CASE WHEN property IN ('appid', 'appprincipalid') THEN value END,
            CASE WHEN starts_with(lower(activity), 'add app role assignment to service principal')
                THEN first_id(name) END),
        first_id(id)
    FROM named WHERE lower(type) = 'serviceprincipal'
    UNION ALL
    SELECT tenant, max(value) FILTER (WHERE property = 'serviceprincipal.appid'),
        max(value) FILTER (WHERE property = 'serviceprincipal.objectid')
    FROM named GROUP BY tenant, activity, id, name
    UNION ALL
    SELECT tenant, lower(resource_id), lower(resource_sp_id) FROM attributed_signins WHERE resource_sp_id IS NOT NULL
    UNION ALL
    SELECT tenant, lower(app_id), lower(id) FROM attributed_service_principals
)
SELECT tenant AS tenant_id, sp_id, min(app_id) AS app_id
FROM tied
WHERE tenant IS NOT NULL AND app_id IS NOT NULL AND sp_id IS NOT NULL AND app_id <> sp_id
GROUP BY tenant, sp_id
HAVING count(DISTINCT app_id) = 1;
