-- tapaudit: the reduction of a lake of Microsoft Entra sign-ins and audit events, for spark.
--
-- Run it with: spark-sql -f this-file
-- It writes eight result sets. Give them to 'tapaudit run' together with the exports of policies, users and roles:
--   attempts   every attempt with a Temporary Access Pass (TAP)
--   signins    every other sign-in of a user who attempted one, received a pass or issued one
--   addresses  users who signed in successfully from an address of an attempt, 50 at most, and on how many days;
--              how many they are: all, those who never attempted a pass, and of these those who came on two days
--   countries  how many users who never attempted a pass signed in successfully from each country
--   days       how many records the lake has of each tenant, log type and day, and from when to when
--   audits     every audit event
--   activity   the Unified Audit Log's records of whoever attempted a pass, up to 31 days after the last attempt
--   graph      requests to Microsoft Graph by these users then, and every request for passes
-- It reads the days from 2026-04-01 to 2026-11-01, exclusive: the period that is judged, 91 days before it and 31
-- after it.
--
-- Each row names this query by its hash, 8d5d0217b152132e06521550996fae896956c136a26020d9e02caca50b60483c:
-- the SHA-256 of this text with 64 zeros wherever the hash stands. Change the text, and the name is no longer true.

SET spark.sql.session.timeZone = UTC;
SET spark.sql.ansi.enabled = false;
SET spark.sql.parser.escapedStringLiterals = false;

-- What a sign-in and an audit event are, in the columns that tapaudit reads; tenants in lower case.
CREATE OR REPLACE TEMPORARY VIEW tapaudit_signins AS
SELECT
    CAST(`id` AS STRING) AS id,
    CAST(`createdDateTime` AS TIMESTAMP) AS time,
    lower(CASE WHEN lower(trim(CAST(`tenant` AS STRING)))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN CAST(`tenant` AS STRING) END) AS tenant_id,
    CAST(`homeTenantId` AS STRING) AS home_tenant_id,
    CAST(`resourceTenantId` AS STRING) AS resource_tenant_id,
    CASE WHEN lower(trim(CAST(`userId` AS STRING)))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN CAST(`userId` AS STRING) END AS user_id,
    CASE WHEN lower(trim(CAST(`userPrincipalName` AS STRING)))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN CAST(`userPrincipalName` AS STRING) END AS upn,
    CAST(`userDisplayName` AS STRING) AS user_name,
    CAST(`userType` AS STRING) AS user_type,
    CAST(`appId` AS STRING) AS app_id,
    CAST(`appDisplayName` AS STRING) AS app_name,
    CAST(`resourceId` AS STRING) AS resource_id,
    CAST(`resourceDisplayName` AS STRING) AS resource_name,
    CAST(`resourceServicePrincipalId` AS STRING) AS resource_sp_id,
    CASE WHEN lower(trim(CAST(`ipAddress` AS STRING)))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN CAST(`ipAddress` AS STRING) END AS ip,
    CAST(CAST(`autonomousSystemNumber` AS STRING) AS BIGINT) AS asn,
    CASE WHEN lower(trim(CAST(`location`.`countryOrRegion` AS STRING)))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN CAST(`location`.`countryOrRegion` AS STRING) END AS country,
    CAST(`location`.`city` AS STRING) AS city,
    CAST(`clientAppUsed` AS STRING) AS client_app,
    CAST(`userAgent` AS STRING) AS user_agent,
    CAST(`deviceDetail`.`deviceId` AS STRING) AS device_id,
    CAST(`deviceDetail`.`displayName` AS STRING) AS device_name,
    CAST(`deviceDetail`.`operatingSystem` AS STRING) AS operating_system,
    CAST(`correlationId` AS STRING) AS correlation_id,
    CAST(`sessionId` AS STRING) AS session_id,
    CAST(`originalRequestId` AS STRING) AS original_request_id,
    CAST(`uniqueTokenIdentifier` AS STRING) AS token_id,
    coalesce(CAST(`isInteractive` AS BOOLEAN),
        CASE WHEN coalesce(lower(to_json(`signInEventTypes`)) LIKE '%noninteractiveuser%', false)
        THEN false END,
        true) AS interactive,
    CAST(`authenticationProtocol` AS STRING) AS protocol,
    CAST(`originalTransferMethod` AS STRING) AS transfer_method,
    CAST(`authenticationRequirement` AS STRING) AS requirement,
    CAST(`conditionalAccessStatus` AS STRING) AS conditional_access,
    CAST(`riskLevelDuringSignIn` AS STRING) AS risk,
    CAST(`riskLevelAggregated` AS STRING) AS risk_aggregated,
    CAST(`riskState` AS STRING) AS risk_state,
    CAST(`mfaDetail`.`authMethod` AS STRING) AS mfa_method,
    CAST(CAST(`status`.`errorCode` AS STRING) AS BIGINT) AS error_code,
    CAST(`status`.`failureReason` AS STRING) AS failure_reason,
    coalesce(coalesce(lower(to_json(`networkLocationDetails`)) LIKE '%trustednamedlocation%', false),
        false) AS trusted_location,
    CASE WHEN coalesce(lower(to_json(`networkLocationDetails`)) LIKE '%trustednamedlocation%', false)
        THEN lower(to_json(`networkLocationDetails`)) END AS network_locations,
    nullif(trim(to_json(`authenticationDetails`)), '') AS steps,
    CAST(NULL AS BIGINT) AS method_bits,
    CAST(NULL AS STRING) AS event_id,
    'signin' AS log,
    nullif(trim(to_json(`authenticationDetails`)), '') IS NOT NULL AS can_show_tap,
    false AS filtered
FROM `entra`.`signins`
WHERE CAST(`day` AS DATE) >= DATE '2026-04-01' AND CAST(`day` AS DATE) <= DATE '2026-10-31'
    AND CAST(`createdDateTime` AS TIMESTAMP) >= TIMESTAMP '2026-04-01 00:00:00'
    AND CAST(`createdDateTime` AS TIMESTAMP) < TIMESTAMP '2026-11-01 00:00:00';

CREATE OR REPLACE TEMPORARY VIEW tapaudit_audits AS
SELECT
    CAST(`id` AS STRING) AS id,
    CAST(`activityDateTime` AS TIMESTAMP) AS time,
    lower(CASE WHEN lower(trim(CAST(`tenant` AS STRING)))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN CAST(`tenant` AS STRING) END) AS tenant_id,
    CAST(`activityDisplayName` AS STRING) AS activity,
    CAST(`category` AS STRING) AS category,
    CAST(`loggedByService` AS STRING) AS service,
    CAST(`result` AS STRING) AS result,
    CAST(`resultReason` AS STRING) AS reason,
    CAST(NULL AS STRING) AS other_reason,
    CAST(`correlationId` AS STRING) AS correlation_id,
    CASE WHEN lower(trim(CAST(`initiatedBy`.`user`.`id` AS STRING)))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN CAST(`initiatedBy`.`user`.`id` AS STRING) END AS actor_user_id,
    CASE WHEN lower(trim(CAST(`initiatedBy`.`user`.`userPrincipalName` AS STRING)))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN CAST(`initiatedBy`.`user`.`userPrincipalName` AS STRING) END AS actor_upn,
    CAST(`initiatedBy`.`user`.`displayName` AS STRING) AS actor_name,
    coalesce(CASE WHEN lower(trim(CAST(`initiatedBy`.`user`.`ipAddress` AS STRING)))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN CAST(`initiatedBy`.`user`.`ipAddress` AS STRING) END,
        CASE WHEN lower(trim(CAST(`initiatedBy`.`app`.`ipAddress` AS STRING)))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN CAST(`initiatedBy`.`app`.`ipAddress` AS STRING) END) AS actor_ip,
    CAST(`initiatedBy`.`app`.`appId` AS STRING) AS actor_app_id,
    CAST(`initiatedBy`.`app`.`displayName` AS STRING) AS actor_app_name,
    CAST(`initiatedBy`.`app`.`servicePrincipalId` AS STRING) AS actor_sp_id,
    CAST(`initiatedBy`.`app`.`servicePrincipalName` AS STRING) AS actor_sp_name,
    CAST(`initiatedBy`.`linkableIdentifiers`.`sessionId` AS STRING) AS actor_session_id,
    CAST(`initiatedBy`.`linkableIdentifiers`.`tokenDetails`.`uniqueTokenIdentifier` AS STRING) AS actor_token_id,
    CAST(`initiatedBy`.`userAgent` AS STRING) AS actor_user_agent,
    nullif(trim(to_json(`targetResources`)), '') AS targets,
    nullif(trim(to_json(`additionalDetails`)), '') AS details,
    false AS filtered
FROM `entra`.`audits`
WHERE CAST(`day` AS DATE) >= DATE '2026-04-01' AND CAST(`day` AS DATE) <= DATE '2026-10-31'
    AND CAST(`activityDateTime` AS TIMESTAMP) >= TIMESTAMP '2026-04-01 00:00:00'
    AND CAST(`activityDateTime` AS TIMESTAMP) < TIMESTAMP '2026-11-01 00:00:00';

-- What was done, as 'tapaudit lake' writes it.
CREATE OR REPLACE TEMPORARY VIEW tapaudit_activities AS
SELECT
    `filtered`, `id`, `time`, `tenant_id`, `log_type`, `workload`, `operation`, `path`, `object`, `details`, `result`,
    `status`, `user_id`, `upn`, `by_system`, `service_principal_id`, `app_id`, `through_app_id`, `ip`, `user_agent`,
    `session_id`, `token_id`, `correlation_id`, `items`, `targets`
FROM `entra`.`activities`
WHERE CAST(`day` AS DATE) >= DATE '2026-04-01' AND CAST(`day` AS DATE) <= DATE '2026-10-31'
    AND `time` >= TIMESTAMP '2026-04-01 00:00:00'
    AND `time` < TIMESTAMP '2026-11-01 00:00:00';

-- An attempt: a step that is a pass, or the Unified Audit Log's bit for one, or an error or a reason that only a pass
-- gives.
CACHE TABLE tapaudit_attempts AS
SELECT
    id, date_format(time, "yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'") AS time, tenant_id, home_tenant_id, resource_tenant_id,
    user_id, upn, user_name, user_type, app_id, app_name, resource_id, resource_name, resource_sp_id, ip, asn, country,
    city, client_app, user_agent, device_id, device_name, operating_system, correlation_id, session_id,
    original_request_id, token_id, interactive, protocol, transfer_method, requirement, conditional_access, risk,
    risk_aggregated, risk_state, mfa_method, error_code, failure_reason, trusted_location, network_locations, steps,
    method_bits, event_id, log, can_show_tap
FROM tapaudit_signins
WHERE (coalesce(lower(replace(steps, ' ', '')) LIKE '%"temporaryaccesspass"%', false)
        OR coalesce((method_bits & 2) = 2, false)
        OR coalesce(error_code BETWEEN 130502 AND 130507, false)
        OR coalesce(lower(failure_reason) RLIKE 'access\\s*pass', false));

-- Events about a pass: on the activities by which one is issued or deleted, what names a pass.
CREATE OR REPLACE TEMPORARY VIEW tapaudit_pass_events AS
SELECT * FROM tapaudit_audits
WHERE coalesce(lower(activity) RLIKE 'security info|temporary access pass', false)
    AND coalesce(lower(concat(coalesce(activity, ''), ' ', coalesce(reason, ''), ' ',
        coalesce(other_reason, ''), ' ', coalesce(targets, ''))) RLIKE 'temporary\\s*access\\s*pass', false);

-- Who matters: whoever attempted a pass, and whoever an event about a pass names as its actor or its target.
CACHE TABLE tapaudit_parties AS
SELECT DISTINCT tenant_id, lower(name) AS name FROM (
    SELECT tenant_id, user_id AS name FROM tapaudit_attempts
    UNION ALL SELECT tenant_id, upn FROM tapaudit_attempts
    UNION ALL SELECT tenant_id, actor_user_id FROM tapaudit_pass_events
    UNION ALL SELECT tenant_id, actor_upn FROM tapaudit_pass_events
    UNION ALL SELECT tenant_id, a.t.id FROM (SELECT tenant_id,
        explode(from_json(targets, 'array<struct<id:string,userPrincipalName:string>>')) AS t
    FROM tapaudit_pass_events) AS a
    UNION ALL SELECT tenant_id, a.t.userPrincipalName FROM (SELECT tenant_id,
        explode(from_json(targets, 'array<struct<id:string,userPrincipalName:string>>')) AS t
    FROM tapaudit_pass_events) AS a
) AS named
WHERE tenant_id IS NOT NULL AND name IS NOT NULL AND name <> '';

-- One user, two names: the ids and the UPNs that stand together. They are as many as there are users, so the joins
-- below are small.
CACHE TABLE tapaudit_ties AS
SELECT DISTINCT tenant_id, lower(user_id) AS user_id, lower(upn) AS upn
FROM (
    SELECT tenant_id, user_id, upn FROM tapaudit_signins
    UNION ALL SELECT tenant_id, actor_user_id, actor_upn FROM tapaudit_audits
    UNION ALL SELECT tenant_id, a.t.id, a.t.userPrincipalName FROM (SELECT tenant_id,
        explode(from_json(targets, 'array<struct<id:string,userPrincipalName:string>>')) AS t
    FROM tapaudit_audits) AS a
) AS named
WHERE user_id IS NOT NULL AND upn IS NOT NULL;

-- The names of whoever matters: as they were met, the UPNs that such an id stands with, and the ids that such a UPN
-- does. A key is tenant and name.
CACHE TABLE tapaudit_names AS
SELECT DISTINCT tenant_id || ' ' || name AS name_key FROM (
    SELECT tenant_id, name FROM tapaudit_parties
    UNION ALL
    SELECT p.tenant_id, ties.upn
    FROM tapaudit_ties AS ties
    JOIN tapaudit_parties AS p ON p.tenant_id = ties.tenant_id AND p.name = ties.user_id
    UNION ALL
    SELECT p.tenant_id, ties.user_id
    FROM tapaudit_ties AS ties
    JOIN tapaudit_parties AS p ON p.tenant_id = ties.tenant_id AND p.name = ties.upn
) AS named
WHERE name <> '';

-- Who attempted a pass, by every name, and on which day first and last: the id, else the ids that the UPN stands
-- with, and the UPNs that these do.
CACHE TABLE tapaudit_attempted_ids AS
SELECT tenant_id, user_id, min(day) AS first_day, max(day) AS last_day FROM (
    SELECT tenant_id, lower(user_id) AS user_id, CAST(substr(time, 1, 10) AS DATE) AS day FROM tapaudit_attempts
    UNION ALL
    SELECT ties.tenant_id, ties.user_id, CAST(substr(a.time, 1, 10) AS DATE)
    FROM tapaudit_ties AS ties JOIN tapaudit_attempts AS a
        ON a.tenant_id = ties.tenant_id AND a.user_id IS NULL AND lower(a.upn) = ties.upn
) AS named
WHERE user_id IS NOT NULL
GROUP BY tenant_id, user_id;

CACHE TABLE tapaudit_attempted AS
SELECT tenant_id || ' ' || name AS name_key, min(first_day) AS first_day, max(last_day) AS last_day FROM (
    SELECT tenant_id, user_id AS name, first_day, last_day FROM tapaudit_attempted_ids
    UNION ALL
    SELECT ties.tenant_id, ties.upn, a.first_day, a.last_day
    FROM tapaudit_ties AS ties
    JOIN tapaudit_attempted_ids AS a ON a.tenant_id = ties.tenant_id AND a.user_id = ties.user_id
    UNION ALL
    SELECT tenant_id, lower(upn), CAST(substr(time, 1, 10) AS DATE), CAST(substr(time, 1, 10) AS DATE)
    FROM tapaudit_attempts WHERE user_id IS NULL
) AS named
WHERE name <> ''
GROUP BY tenant_id || ' ' || name;

-- By what their records are known: these names, and the sessions and tokens of their sign-ins.
CACHE TABLE tapaudit_acting AS
SELECT acting_key, min(first_day) AS first_day,
    CAST(max(last_day) + INTERVAL '31' DAY AS DATE) AS until_day
FROM (
    SELECT name_key AS acting_key, first_day, last_day FROM tapaudit_attempted
    UNION ALL
    SELECT s.tenant_id || ' session ' || lower(s.session_id), a.first_day, a.last_day
    FROM tapaudit_signins AS s JOIN tapaudit_attempted AS a
        ON a.name_key = s.tenant_id || ' ' || lower(coalesce(s.user_id, s.upn))
    UNION ALL
    SELECT s.tenant_id || ' token ' || s.token_id, a.first_day, a.last_day
    FROM tapaudit_signins AS s JOIN tapaudit_attempted AS a
        ON a.name_key = s.tenant_id || ' ' || lower(coalesce(s.user_id, s.upn))
) AS known
WHERE acting_key IS NOT NULL
GROUP BY acting_key;

-- Addresses without port, brackets and mapping.
CREATE OR REPLACE TEMPORARY VIEW tapaudit_successes AS
SELECT tenant_id, user_id, upn, time, CASE
    WHEN ip LIKE '%.%.%.%' THEN regexp_extract(ip, '[0-9]+[.][0-9]+[.][0-9]+[.][0-9]+', 0)
    WHEN ip LIKE '[%]%' THEN lower(substr(ip, 2, position(']' IN ip) - 2))
    ELSE lower(ip) END AS ip
FROM tapaudit_signins
WHERE error_code = 0 AND ip IS NOT NULL;

-- attempts
INSERT OVERWRITE DIRECTORY 'tapaudit-extract/attempts' USING parquet OPTIONS (compression 'zstd')
SELECT
    id, time, tenant_id, home_tenant_id, resource_tenant_id, user_id, upn, user_name, user_type, app_id, app_name,
    resource_id, resource_name, resource_sp_id, ip, asn, country, city, client_app, user_agent, device_id, device_name,
    operating_system, correlation_id, session_id, original_request_id, token_id, interactive, protocol,
    transfer_method, requirement, conditional_access, risk, risk_aggregated, risk_state, mfa_method, error_code,
    failure_reason, trusted_location, network_locations, steps, method_bits, event_id, log, can_show_tap,
    'tapaudit 3; spark; 2026-04-01T00:00:00Z to 2026-11-01T00:00:00Z; 8d5d0217b152132e06521550996fae896956c136a26020d9e02caca50b60483c' AS `extract`
FROM tapaudit_attempts
;

-- signins
INSERT OVERWRITE DIRECTORY 'tapaudit-extract/signins' USING parquet OPTIONS (compression 'zstd')
SELECT
    id, date_format(time, "yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'") AS time, tenant_id, home_tenant_id, resource_tenant_id,
    user_id, upn, user_name, user_type, app_id, app_name, resource_id, resource_name, resource_sp_id, ip, asn, country,
    city, client_app, user_agent, device_id, device_name, operating_system, correlation_id, session_id,
    original_request_id, token_id, interactive, protocol, transfer_method, requirement, conditional_access, risk,
    risk_aggregated, risk_state, mfa_method, error_code, failure_reason, trusted_location, network_locations, steps,
    method_bits, event_id, log, can_show_tap,
    'tapaudit 3; spark; 2026-04-01T00:00:00Z to 2026-11-01T00:00:00Z; 8d5d0217b152132e06521550996fae896956c136a26020d9e02caca50b60483c' AS `extract`
FROM tapaudit_signins
WHERE (tenant_id || ' ' || lower(user_id) IN (SELECT name_key FROM tapaudit_names)
        OR tenant_id || ' ' || lower(upn) IN (SELECT name_key FROM tapaudit_names))
    AND NOT (coalesce(lower(replace(steps, ' ', '')) LIKE '%"temporaryaccesspass"%', false)
        OR coalesce((method_bits & 2) = 2, false)
        OR coalesce(error_code BETWEEN 130502 AND 130507, false)
        OR coalesce(lower(failure_reason) RLIKE 'access\\s*pass', false))
;

-- addresses: the same user counts once, by the id where there is one. Those are named first who show that many share
-- the address.
INSERT OVERWRITE DIRECTORY 'tapaudit-extract/addresses' USING parquet OPTIONS (compression 'zstd')
SELECT tenant_id, ip, user_id, upn, users, days, never_attempted, on_two_days,
    'tapaudit 3; spark; 2026-04-01T00:00:00Z to 2026-11-01T00:00:00Z; 8d5d0217b152132e06521550996fae896956c136a26020d9e02caca50b60483c' AS `extract`
FROM (
    SELECT tenant_id, ip, user_id, upn, days,
        count(*) OVER (PARTITION BY tenant_id, ip) AS users,
        sum(other) OVER (PARTITION BY tenant_id, ip) AS never_attempted,
        sum(CASE WHEN days >= 2 THEN other ELSE 0 END) OVER (PARTITION BY tenant_id, ip) AS on_two_days,
        row_number() OVER (PARTITION BY tenant_id, ip ORDER BY other DESC, CASE WHEN days >= 2 THEN 0 ELSE 1 END,
            CASE WHEN user_id IS NULL THEN 1 ELSE 0 END, user_key) AS place
    FROM (
        SELECT once.tenant_id, once.ip, once.user_key, once.user_id, once.upn, once.days,
            CASE WHEN a.name_key IS NULL THEN 1 ELSE 0 END AS other
        FROM (
            SELECT tenant_id, ip, lower(coalesce(user_id, upn)) AS user_key, min(lower(user_id)) AS user_id,
                min(lower(upn)) AS upn, count(DISTINCT CAST(time AS DATE)) AS days
            FROM tapaudit_successes
            WHERE ip IN (SELECT CASE
                    WHEN ip LIKE '%.%.%.%' THEN regexp_extract(ip, '[0-9]+[.][0-9]+[.][0-9]+[.][0-9]+', 0)
                    WHEN ip LIKE '[%]%' THEN lower(substr(ip, 2, position(']' IN ip) - 2))
                    ELSE lower(ip) END
                FROM tapaudit_attempts WHERE ip IS NOT NULL)
                AND coalesce(user_id, upn) IS NOT NULL
            GROUP BY tenant_id, ip, lower(coalesce(user_id, upn))
        ) AS once
        LEFT JOIN tapaudit_attempted AS a ON a.name_key = once.tenant_id || ' ' || once.user_key
    ) AS each_once
) AS placed
WHERE place <= 50
;

-- countries: of users who never attempted a pass.
CACHE TABLE tapaudit_countries AS
SELECT DISTINCT seen.tenant_id, seen.country, seen.user_key FROM (
    SELECT DISTINCT tenant_id, upper(trim(country)) AS country, lower(coalesce(user_id, upn)) AS user_key
    FROM tapaudit_signins
    WHERE error_code = 0 AND country IS NOT NULL AND coalesce(user_id, upn) IS NOT NULL
) AS seen
LEFT JOIN tapaudit_attempted AS a ON a.name_key = seen.tenant_id || ' ' || seen.user_key
WHERE a.name_key IS NULL;

INSERT OVERWRITE DIRECTORY 'tapaudit-extract/countries' USING parquet OPTIONS (compression 'zstd')
SELECT here.tenant_id, here.country, here.users, anywhere.users AS users_anywhere,
    'tapaudit 3; spark; 2026-04-01T00:00:00Z to 2026-11-01T00:00:00Z; 8d5d0217b152132e06521550996fae896956c136a26020d9e02caca50b60483c' AS `extract`
FROM (
    SELECT tenant_id, country, count(*) AS users
    FROM tapaudit_countries GROUP BY tenant_id, country
) AS here
JOIN (
    SELECT tenant_id, count(DISTINCT user_key) AS users
    FROM tapaudit_countries GROUP BY tenant_id
) AS anywhere
    ON coalesce(anywhere.tenant_id, '') = coalesce(here.tenant_id, '')
;

-- days: of exports that are not known to be filtered.
INSERT OVERWRITE DIRECTORY 'tapaudit-extract/days' USING parquet OPTIONS (compression 'zstd')
SELECT tenant_id, log_type, CAST(day AS VARCHAR(10)) AS day, records, can_show_tap,
    date_format(first_time, "yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'") AS first_time,
    date_format(last_time, "yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'") AS last_time,
    date_format(first_tap_time, "yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'") AS first_tap_time,
    date_format(last_tap_time, "yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'") AS last_tap_time,
    'tapaudit 3; spark; 2026-04-01T00:00:00Z to 2026-11-01T00:00:00Z; 8d5d0217b152132e06521550996fae896956c136a26020d9e02caca50b60483c' AS `extract`
FROM (
    SELECT tenant_id, log_type, CAST(time AS DATE) AS day, count(*) AS records,
        count(*) FILTER (WHERE can_show) AS can_show_tap, min(time) AS first_time, max(time) AS last_time,
        min(time) FILTER (WHERE can_show) AS first_tap_time, max(time) FILTER (WHERE can_show) AS last_tap_time
    FROM (
        SELECT tenant_id,
            CASE WHEN interactive THEN 'sign-in interactive' ELSE 'sign-in non-interactive' END AS log_type,
            time, can_show_tap AS can_show
        FROM tapaudit_signins WHERE NOT filtered
        UNION ALL
        SELECT tenant_id, 'audit', time, true FROM tapaudit_audits WHERE NOT filtered
        UNION ALL
        SELECT tenant_id, log_type, time, false FROM tapaudit_activities WHERE NOT filtered
    ) AS counted
    GROUP BY tenant_id, log_type, CAST(time AS DATE)
) AS tallied
;

-- audits
INSERT OVERWRITE DIRECTORY 'tapaudit-extract/audits' USING parquet OPTIONS (compression 'zstd')
SELECT
    id, date_format(time, "yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'") AS time, tenant_id, activity, category, service, result,
    reason, other_reason, correlation_id, actor_user_id, actor_upn, actor_name, actor_ip, actor_app_id, actor_app_name,
    actor_sp_id, actor_sp_name, actor_session_id, actor_token_id, actor_user_agent, targets, details,
    'tapaudit 3; spark; 2026-04-01T00:00:00Z to 2026-11-01T00:00:00Z; 8d5d0217b152132e06521550996fae896956c136a26020d9e02caca50b60483c' AS `extract`
FROM tapaudit_audits
;

-- activity
INSERT OVERWRITE DIRECTORY 'tapaudit-extract/activity' USING parquet OPTIONS (compression 'zstd')
SELECT
    r.`id`, date_format(r.`time`, "yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'") AS `time`, r.`tenant_id`, r.`log_type`,
    r.`workload`, r.`operation`, r.`path`, r.`object`, r.`details`, r.`result`, r.`status`, r.`user_id`, r.`upn`,
    r.`by_system`, r.`service_principal_id`, r.`app_id`, r.`through_app_id`, r.`ip`, r.`user_agent`, r.`session_id`,
    r.`token_id`, r.`correlation_id`, r.`items`, to_json(r.`targets`) AS `targets`,
    'tapaudit 3; spark; 2026-04-01T00:00:00Z to 2026-11-01T00:00:00Z; 8d5d0217b152132e06521550996fae896956c136a26020d9e02caca50b60483c' AS `extract`
FROM tapaudit_activities AS r
LEFT JOIN tapaudit_acting AS u ON u.acting_key = r.tenant_id || ' ' || lower(r.user_id)
LEFT JOIN tapaudit_acting AS n ON n.acting_key = r.tenant_id || ' ' || lower(r.upn)
LEFT JOIN tapaudit_acting AS s ON s.acting_key = r.tenant_id || ' session ' || lower(r.session_id)
LEFT JOIN tapaudit_acting AS t ON t.acting_key = r.tenant_id || ' token ' || r.token_id
WHERE r.log_type = 'unified audit'
    AND (CAST(r.time AS DATE) BETWEEN u.first_day AND u.until_day
        OR CAST(r.time AS DATE) BETWEEN n.first_day AND n.until_day
        OR CAST(r.time AS DATE) BETWEEN s.first_day AND s.until_day
        OR CAST(r.time AS DATE) BETWEEN t.first_day AND t.until_day)
;

-- graph
INSERT OVERWRITE DIRECTORY 'tapaudit-extract/graph' USING parquet OPTIONS (compression 'zstd')
SELECT
    r.`id`, date_format(r.`time`, "yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'") AS `time`, r.`tenant_id`, r.`log_type`,
    r.`workload`, r.`operation`, r.`path`, r.`object`, r.`details`, r.`result`, r.`status`, r.`user_id`, r.`upn`,
    r.`by_system`, r.`service_principal_id`, r.`app_id`, r.`through_app_id`, r.`ip`, r.`user_agent`, r.`session_id`,
    r.`token_id`, r.`correlation_id`, r.`items`, to_json(r.`targets`) AS `targets`,
    'tapaudit 3; spark; 2026-04-01T00:00:00Z to 2026-11-01T00:00:00Z; 8d5d0217b152132e06521550996fae896956c136a26020d9e02caca50b60483c' AS `extract`
FROM tapaudit_activities AS r
LEFT JOIN tapaudit_acting AS u ON u.acting_key = r.tenant_id || ' ' || lower(r.user_id)
LEFT JOIN tapaudit_acting AS n ON n.acting_key = r.tenant_id || ' ' || lower(r.upn)
LEFT JOIN tapaudit_acting AS s ON s.acting_key = r.tenant_id || ' session ' || lower(r.session_id)
LEFT JOIN tapaudit_acting AS t ON t.acting_key = r.tenant_id || ' token ' || r.token_id
WHERE r.log_type = 'graph activity'
    AND (CAST(r.time AS DATE) BETWEEN u.first_day AND u.until_day
        OR CAST(r.time AS DATE) BETWEEN n.first_day AND n.until_day
        OR CAST(r.time AS DATE) BETWEEN s.first_day AND s.until_day
        OR CAST(r.time AS DATE) BETWEEN t.first_day AND t.until_day
        OR coalesce(lower(r.path) RLIKE '/authentication/temporaryaccesspassmethods(/|$)', false))
;
