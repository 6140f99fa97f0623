-- tapaudit: the reduction of a lake of Microsoft Entra sign-ins and audit events, for trino.
--
-- Run it with: trino --file this-file. The result sets become tables of the schema hive.tapaudit, which must exist;
-- tables named tapaudit_ are the query's own and are dropped in the end
-- It writes six result sets. Give them to 'tapaudit run' together with the exports of policies, users and roles:
--   attempts   every attempt with a Temporary Access Pass (TAP)
--   signins    every other sign-in of a user who attempted one, received a pass or issued one
--   addresses  users who signed in successfully from an address of an attempt, 50 at most, and on how many days;
--              how many they are: all, those who never attempted a pass, and of these those who came on two days
--   countries  how many users who never attempted a pass signed in successfully from each country
--   days       how many records the lake has of each tenant, log type and day, and from when to when
--   audits     every audit event
-- It reads the days from 2026-04-01 to 2026-11-01, exclusive: the period that is judged, 91 days before it and 31
-- after it.
--
-- Each row names this query by its hash, f4e5dde08755e5a0e82f6cc1df4de764d194b98563e3162a633278c3c4a7da82:
-- the SHA-256 of this text with 64 zeros wherever the hash stands. Change the text, and the name is no longer true.

SET TIME ZONE 'UTC';

-- An attempt: a step that is a pass, or the Unified Audit Log's bit for one, or an error or a reason that only a pass
-- gives.
CREATE TABLE "hive"."tapaudit".tapaudit_attempts AS
WITH tapaudit_signins AS (
-- What a sign-in and an audit event are, in the columns that tapaudit reads; tenants in lower case.
SELECT
    CAST("id" AS VARCHAR) AS id,
    CAST(from_iso8601_timestamp_nanos(regexp_replace("createdDateTime", '([.][0-9]{6})[0-9]+', '$1'))
        AT TIME ZONE 'UTC' AS TIMESTAMP(6)) AS time,
    lower('contoso.example') AS tenant_id,
    CAST("homeTenantId" AS VARCHAR) AS home_tenant_id,
    CAST("resourceTenantId" AS VARCHAR) AS resource_tenant_id,
    CASE WHEN lower(trim(CAST("userId" AS VARCHAR)))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN CAST("userId" AS VARCHAR) END AS user_id,
    CASE WHEN lower(trim(CAST("userPrincipalName" AS VARCHAR)))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN CAST("userPrincipalName" AS VARCHAR) END AS upn,
    CAST("userDisplayName" AS VARCHAR) AS user_name,
    CAST("userType" AS VARCHAR) AS user_type,
    CAST("appId" AS VARCHAR) AS app_id,
    CAST("appDisplayName" AS VARCHAR) AS app_name,
    CAST("resourceId" AS VARCHAR) AS resource_id,
    CAST("resourceDisplayName" AS VARCHAR) AS resource_name,
    CAST("resourceServicePrincipalId" AS VARCHAR) AS resource_sp_id,
    CASE WHEN lower(trim(CAST("ipAddress" AS VARCHAR)))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN CAST("ipAddress" AS VARCHAR) END AS ip,
    TRY_CAST(CAST("autonomousSystemNumber" AS VARCHAR) AS BIGINT) AS asn,
    CASE WHEN lower(trim(json_extract_scalar("location", '$.countryOrRegion')))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN json_extract_scalar("location", '$.countryOrRegion') END AS country,
    json_extract_scalar("location", '$.city') AS city,
    CAST("clientAppUsed" AS VARCHAR) AS client_app,
    CAST("userAgent" AS VARCHAR) AS user_agent,
    json_extract_scalar("deviceDetail", '$.deviceId') AS device_id,
    json_extract_scalar("deviceDetail", '$.displayName') AS device_name,
    json_extract_scalar("deviceDetail", '$.operatingSystem') AS operating_system,
    CAST("correlationId" AS VARCHAR) AS correlation_id,
    CAST("sessionId" AS VARCHAR) AS session_id,
    CAST("originalRequestId" AS VARCHAR) AS original_request_id,
    CAST("uniqueTokenIdentifier" AS VARCHAR) AS token_id,
    coalesce(CAST("isInteractive" AS BOOLEAN),
        CASE WHEN coalesce(lower(CAST("signInEventTypes" AS VARCHAR)) LIKE '%noninteractiveuser%', false)
        THEN false END,
        true) AS interactive,
    CAST("authenticationProtocol" AS VARCHAR) AS protocol,
    CAST("originalTransferMethod" AS VARCHAR) AS transfer_method,
    CAST("authenticationRequirement" AS VARCHAR) AS requirement,
    CAST("conditionalAccessStatus" AS VARCHAR) AS conditional_access,
    CAST("riskLevelDuringSignIn" AS VARCHAR) AS risk,
    CAST("riskLevelAggregated" AS VARCHAR) AS risk_aggregated,
    CAST("riskState" AS VARCHAR) AS risk_state,
    json_extract_scalar("mfaDetail", '$.authMethod') AS mfa_method,
    TRY_CAST(json_extract_scalar("status", '$.errorCode') AS BIGINT) AS error_code,
    json_extract_scalar("status", '$.failureReason') AS failure_reason,
    coalesce(coalesce(lower(CAST("networkLocationDetails" AS VARCHAR)) LIKE '%trustednamedlocation%', false),
        false) AS trusted_location,
    CASE WHEN coalesce(lower(CAST("networkLocationDetails" AS VARCHAR)) LIKE '%trustednamedlocation%', false)
        THEN lower(CAST("networkLocationDetails" AS VARCHAR)) END AS network_locations,
    nullif(trim(CAST("authenticationDetails" AS VARCHAR)), '') AS steps,
    CAST(NULL AS BIGINT) AS method_bits,
    CAST(NULL AS VARCHAR) AS event_id,
    'signin' AS log,
    nullif(trim(CAST("authenticationDetails" AS VARCHAR)), '') IS NOT NULL AS can_show_tap,
    false AS filtered
FROM "hive"."entra"."signins"
WHERE CAST(from_iso8601_timestamp_nanos(regexp_replace("createdDateTime", '([.][0-9]{6})[0-9]+', '$1'))
        AT TIME ZONE 'UTC' AS TIMESTAMP(6)) >= TIMESTAMP '2026-04-01 00:00:00'
    AND CAST(from_iso8601_timestamp_nanos(regexp_replace("createdDateTime", '([.][0-9]{6})[0-9]+', '$1'))
        AT TIME ZONE 'UTC' AS TIMESTAMP(6)) < TIMESTAMP '2026-11-01 00:00:00'
)
SELECT
    id, to_iso8601(time) || 'Z' AS time, tenant_id, home_tenant_id, resource_tenant_id, user_id, upn, user_name,
    user_type, app_id, app_name, resource_id, resource_name, resource_sp_id, ip, asn, country, city, client_app,
    user_agent, device_id, device_name, operating_system, correlation_id, session_id, original_request_id, token_id,
    interactive, protocol, transfer_method, requirement, conditional_access, risk, risk_aggregated, risk_state,
    mfa_method, error_code, failure_reason, trusted_location, network_locations, steps, method_bits, event_id, log,
    can_show_tap
FROM tapaudit_signins
WHERE (coalesce(lower(replace(steps, ' ', '')) LIKE '%"temporaryaccesspass"%', false)
        OR coalesce(bitwise_and(method_bits, 2) = 2, false)
        OR coalesce(error_code BETWEEN 130502 AND 130507, false)
        OR coalesce(regexp_like(lower(failure_reason), 'access\s*pass'), false));

-- Who matters: whoever attempted a pass, and whoever an event about a pass names as its actor or its target.
CREATE TABLE "hive"."tapaudit".tapaudit_parties AS
WITH tapaudit_audits AS (
SELECT
    CAST("id" AS VARCHAR) AS id,
    CAST(from_iso8601_timestamp_nanos(regexp_replace("activityDateTime", '([.][0-9]{6})[0-9]+', '$1'))
        AT TIME ZONE 'UTC' AS TIMESTAMP(6)) AS time,
    lower('contoso.example') AS tenant_id,
    CAST("activityDisplayName" AS VARCHAR) AS activity,
    CAST("category" AS VARCHAR) AS category,
    CAST("loggedByService" AS VARCHAR) AS service,
    CAST("result" AS VARCHAR) AS result,
    CAST("resultReason" AS VARCHAR) AS reason,
    CAST(NULL AS VARCHAR) AS other_reason,
    CAST("correlationId" AS VARCHAR) AS correlation_id,
    CASE WHEN lower(trim(json_extract_scalar("initiatedBy", '$.user.id')))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN json_extract_scalar("initiatedBy", '$.user.id') END AS actor_user_id,
    CASE WHEN lower(trim(json_extract_scalar("initiatedBy", '$.user.userPrincipalName')))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN json_extract_scalar("initiatedBy", '$.user.userPrincipalName') END AS actor_upn,
    json_extract_scalar("initiatedBy", '$.user.displayName') AS actor_name,
    coalesce(CASE WHEN lower(trim(json_extract_scalar("initiatedBy", '$.user.ipAddress')))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN json_extract_scalar("initiatedBy", '$.user.ipAddress') END,
        CASE WHEN lower(trim(json_extract_scalar("initiatedBy", '$.app.ipAddress')))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN json_extract_scalar("initiatedBy", '$.app.ipAddress') END) AS actor_ip,
    json_extract_scalar("initiatedBy", '$.app.appId') AS actor_app_id,
    json_extract_scalar("initiatedBy", '$.app.displayName') AS actor_app_name,
    json_extract_scalar("initiatedBy", '$.app.servicePrincipalId') AS actor_sp_id,
    json_extract_scalar("initiatedBy", '$.app.servicePrincipalName') AS actor_sp_name,
    json_extract_scalar("initiatedBy", '$.linkableIdentifiers.sessionId') AS actor_session_id,
    json_extract_scalar("initiatedBy", '$.linkableIdentifiers.tokenDetails.uniqueTokenIdentifier') AS actor_token_id,
    json_extract_scalar("initiatedBy", '$.userAgent') AS actor_user_agent,
    nullif(trim(CAST("targetResources" AS VARCHAR)), '') AS targets,
    nullif(trim(CAST("additionalDetails" AS VARCHAR)), '') AS details,
    false AS filtered
FROM "hive"."entra"."audits"
WHERE CAST(from_iso8601_timestamp_nanos(regexp_replace("activityDateTime", '([.][0-9]{6})[0-9]+', '$1'))
        AT TIME ZONE 'UTC' AS TIMESTAMP(6)) >= TIMESTAMP '2026-04-01 00:00:00'
    AND CAST(from_iso8601_timestamp_nanos(regexp_replace("activityDateTime", '([.][0-9]{6})[0-9]+', '$1'))
        AT TIME ZONE 'UTC' AS TIMESTAMP(6)) < TIMESTAMP '2026-11-01 00:00:00'
), tapaudit_pass_events AS (
-- Events about a pass: on the activities by which one is issued or deleted, what names a pass.
SELECT * FROM tapaudit_audits
WHERE coalesce(regexp_like(lower(activity), 'security info|temporary access pass'), false)
    AND coalesce(regexp_like(lower(concat(coalesce(activity, ''), ' ', coalesce(reason, ''), ' ',
        coalesce(other_reason, ''), ' ', coalesce(targets, ''))), 'temporary\s*access\s*pass'), false)
)
SELECT DISTINCT tenant_id, lower(name) AS name FROM (
    SELECT tenant_id, user_id AS name FROM "hive"."tapaudit".tapaudit_attempts
    UNION ALL SELECT tenant_id, upn FROM "hive"."tapaudit".tapaudit_attempts
    UNION ALL SELECT tenant_id, actor_user_id FROM tapaudit_pass_events
    UNION ALL SELECT tenant_id, actor_upn FROM tapaudit_pass_events
    UNION ALL SELECT tenant_id, json_extract_scalar(u.t, '$.id') FROM tapaudit_pass_events AS a
        CROSS JOIN UNNEST(coalesce(TRY(CAST(json_parse(targets) AS ARRAY(JSON))), ARRAY[])) AS u(t)
    UNION ALL SELECT tenant_id, json_extract_scalar(u.t, '$.userPrincipalName') FROM tapaudit_pass_events AS a
        CROSS JOIN UNNEST(coalesce(TRY(CAST(json_parse(targets) AS ARRAY(JSON))), ARRAY[])) AS u(t)
) AS named
WHERE tenant_id IS NOT NULL AND name IS NOT NULL AND name <> '';

-- One user, two names: the ids and the UPNs that stand together. They are as many as there are users, so the joins
-- below are small.
CREATE TABLE "hive"."tapaudit".tapaudit_ties AS
WITH tapaudit_signins AS (
-- What a sign-in and an audit event are, in the columns that tapaudit reads; tenants in lower case.
SELECT
    CAST("id" AS VARCHAR) AS id,
    CAST(from_iso8601_timestamp_nanos(regexp_replace("createdDateTime", '([.][0-9]{6})[0-9]+', '$1'))
        AT TIME ZONE 'UTC' AS TIMESTAMP(6)) AS time,
    lower('contoso.example') AS tenant_id,
    CAST("homeTenantId" AS VARCHAR) AS home_tenant_id,
    CAST("resourceTenantId" AS VARCHAR) AS resource_tenant_id,
    CASE WHEN lower(trim(CAST("userId" AS VARCHAR)))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN CAST("userId" AS VARCHAR) END AS user_id,
    CASE WHEN lower(trim(CAST("userPrincipalName" AS VARCHAR)))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN CAST("userPrincipalName" AS VARCHAR) END AS upn,
    CAST("userDisplayName" AS VARCHAR) AS user_name,
    CAST("userType" AS VARCHAR) AS user_type,
    CAST("appId" AS VARCHAR) AS app_id,
    CAST("appDisplayName" AS VARCHAR) AS app_name,
    CAST("resourceId" AS VARCHAR) AS resource_id,
    CAST("resourceDisplayName" AS VARCHAR) AS resource_name,
    CAST("resourceServicePrincipalId" AS VARCHAR) AS resource_sp_id,
    CASE WHEN lower(trim(CAST("ipAddress" AS VARCHAR)))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN CAST("ipAddress" AS VARCHAR) END AS ip,
    TRY_CAST(CAST("autonomousSystemNumber" AS VARCHAR) AS BIGINT) AS asn,
    CASE WHEN lower(trim(json_extract_scalar("location", '$.countryOrRegion')))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN json_extract_scalar("location", '$.countryOrRegion') END AS country,
    json_extract_scalar("location", '$.city') AS city,
    CAST("clientAppUsed" AS VARCHAR) AS client_app,
    CAST("userAgent" AS VARCHAR) AS user_agent,
    json_extract_scalar("deviceDetail", '$.deviceId') AS device_id,
    json_extract_scalar("deviceDetail", '$.displayName') AS device_name,
    json_extract_scalar("deviceDetail", '$.operatingSystem') AS operating_system,
    CAST("correlationId" AS VARCHAR) AS correlation_id,
    CAST("sessionId" AS VARCHAR) AS session_id,
    CAST("originalRequestId" AS VARCHAR) AS original_request_id,
    CAST("uniqueTokenIdentifier" AS VARCHAR) AS token_id,
    coalesce(CAST("isInteractive" AS BOOLEAN),
        CASE WHEN coalesce(lower(CAST("signInEventTypes" AS VARCHAR)) LIKE '%noninteractiveuser%', false)
        THEN false END,
        true) AS interactive,
    CAST("authenticationProtocol" AS VARCHAR) AS protocol,
    CAST("originalTransferMethod" AS VARCHAR) AS transfer_method,
    CAST("authenticationRequirement" AS VARCHAR) AS requirement,
    CAST("conditionalAccessStatus" AS VARCHAR) AS conditional_access,
    CAST("riskLevelDuringSignIn" AS VARCHAR) AS risk,
    CAST("riskLevelAggregated" AS VARCHAR) AS risk_aggregated,
    CAST("riskState" AS VARCHAR) AS risk_state,
    json_extract_scalar("mfaDetail", '$.authMethod') AS mfa_method,
    TRY_CAST(json_extract_scalar("status", '$.errorCode') AS BIGINT) AS error_code,
    json_extract_scalar("status", '$.failureReason') AS failure_reason,
    coalesce(coalesce(lower(CAST("networkLocationDetails" AS VARCHAR)) LIKE '%trustednamedlocation%', false),
        false) AS trusted_location,
    CASE WHEN coalesce(lower(CAST("networkLocationDetails" AS VARCHAR)) LIKE '%trustednamedlocation%', false)
        THEN lower(CAST("networkLocationDetails" AS VARCHAR)) END AS network_locations,
    nullif(trim(CAST("authenticationDetails" AS VARCHAR)), '') AS steps,
    CAST(NULL AS BIGINT) AS method_bits,
    CAST(NULL AS VARCHAR) AS event_id,
    'signin' AS log,
    nullif(trim(CAST("authenticationDetails" AS VARCHAR)), '') IS NOT NULL AS can_show_tap,
    false AS filtered
FROM "hive"."entra"."signins"
WHERE CAST(from_iso8601_timestamp_nanos(regexp_replace("createdDateTime", '([.][0-9]{6})[0-9]+', '$1'))
        AT TIME ZONE 'UTC' AS TIMESTAMP(6)) >= TIMESTAMP '2026-04-01 00:00:00'
    AND CAST(from_iso8601_timestamp_nanos(regexp_replace("createdDateTime", '([.][0-9]{6})[0-9]+', '$1'))
        AT TIME ZONE 'UTC' AS TIMESTAMP(6)) < TIMESTAMP '2026-11-01 00:00:00'
), tapaudit_audits AS (
SELECT
    CAST("id" AS VARCHAR) AS id,
    CAST(from_iso8601_timestamp_nanos(regexp_replace("activityDateTime", '([.][0-9]{6})[0-9]+', '$1'))
        AT TIME ZONE 'UTC' AS TIMESTAMP(6)) AS time,
    lower('contoso.example') AS tenant_id,
    CAST("activityDisplayName" AS VARCHAR) AS activity,
    CAST("category" AS VARCHAR) AS category,
    CAST("loggedByService" AS VARCHAR) AS service,
    CAST("result" AS VARCHAR) AS result,
    CAST("resultReason" AS VARCHAR) AS reason,
    CAST(NULL AS VARCHAR) AS other_reason,
    CAST("correlationId" AS VARCHAR) AS correlation_id,
    CASE WHEN lower(trim(json_extract_scalar("initiatedBy", '$.user.id')))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN json_extract_scalar("initiatedBy", '$.user.id') END AS actor_user_id,
    CASE WHEN lower(trim(json_extract_scalar("initiatedBy", '$.user.userPrincipalName')))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN json_extract_scalar("initiatedBy", '$.user.userPrincipalName') END AS actor_upn,
    json_extract_scalar("initiatedBy", '$.user.displayName') AS actor_name,
    coalesce(CASE WHEN lower(trim(json_extract_scalar("initiatedBy", '$.user.ipAddress')))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN json_extract_scalar("initiatedBy", '$.user.ipAddress') END,
        CASE WHEN lower(trim(json_extract_scalar("initiatedBy", '$.app.ipAddress')))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN json_extract_scalar("initiatedBy", '$.app.ipAddress') END) AS actor_ip,
    json_extract_scalar("initiatedBy", '$.app.appId') AS actor_app_id,
    json_extract_scalar("initiatedBy", '$.app.displayName') AS actor_app_name,
    json_extract_scalar("initiatedBy", '$.app.servicePrincipalId') AS actor_sp_id,
    json_extract_scalar("initiatedBy", '$.app.servicePrincipalName') AS actor_sp_name,
    json_extract_scalar("initiatedBy", '$.linkableIdentifiers.sessionId') AS actor_session_id,
    json_extract_scalar("initiatedBy", '$.linkableIdentifiers.tokenDetails.uniqueTokenIdentifier') AS actor_token_id,
    json_extract_scalar("initiatedBy", '$.userAgent') AS actor_user_agent,
    nullif(trim(CAST("targetResources" AS VARCHAR)), '') AS targets,
    nullif(trim(CAST("additionalDetails" AS VARCHAR)), '') AS details,
    false AS filtered
FROM "hive"."entra"."audits"
WHERE CAST(from_iso8601_timestamp_nanos(regexp_replace("activityDateTime", '([.][0-9]{6})[0-9]+', '$1'))
        AT TIME ZONE 'UTC' AS TIMESTAMP(6)) >= TIMESTAMP '2026-04-01 00:00:00'
    AND CAST(from_iso8601_timestamp_nanos(regexp_replace("activityDateTime", '([.][0-9]{6})[0-9]+', '$1'))
        AT TIME ZONE 'UTC' AS TIMESTAMP(6)) < TIMESTAMP '2026-11-01 00:00:00'
)
SELECT DISTINCT tenant_id, lower(user_id) AS user_id, lower(upn) AS upn
FROM (
    SELECT tenant_id, user_id, upn FROM tapaudit_signins
    UNION ALL SELECT tenant_id, actor_user_id, actor_upn FROM tapaudit_audits
    UNION ALL SELECT tenant_id, json_extract_scalar(u.t, '$.id'), json_extract_scalar(u.t, '$.userPrincipalName') FROM tapaudit_audits AS a
        CROSS JOIN UNNEST(coalesce(TRY(CAST(json_parse(targets) AS ARRAY(JSON))), ARRAY[])) AS u(t)
) AS named
WHERE user_id IS NOT NULL AND upn IS NOT NULL;

-- The names of whoever matters: as they were met, the UPNs that such an id stands with, and the ids that such a UPN
-- does. A key is tenant and name.
CREATE TABLE "hive"."tapaudit".tapaudit_names AS
SELECT DISTINCT tenant_id || ' ' || name AS name_key FROM (
    SELECT tenant_id, name FROM "hive"."tapaudit".tapaudit_parties
    UNION ALL
    SELECT p.tenant_id, ties.upn
    FROM "hive"."tapaudit".tapaudit_ties AS ties
    JOIN "hive"."tapaudit".tapaudit_parties AS p ON p.tenant_id = ties.tenant_id AND p.name = ties.user_id
    UNION ALL
    SELECT p.tenant_id, ties.user_id
    FROM "hive"."tapaudit".tapaudit_ties AS ties
    JOIN "hive"."tapaudit".tapaudit_parties AS p ON p.tenant_id = ties.tenant_id AND p.name = ties.upn
) AS named
WHERE name <> '';

-- Who attempted a pass, by every name, and on which day first and last: the id, else the ids that the UPN stands
-- with, and the UPNs that these do.
CREATE TABLE "hive"."tapaudit".tapaudit_attempted_ids AS
SELECT tenant_id, user_id, min(day) AS first_day, max(day) AS last_day FROM (
    SELECT tenant_id, lower(user_id) AS user_id, CAST(substr(time, 1, 10) AS DATE) AS day FROM "hive"."tapaudit".tapaudit_attempts
    UNION ALL
    SELECT ties.tenant_id, ties.user_id, CAST(substr(a.time, 1, 10) AS DATE)
    FROM "hive"."tapaudit".tapaudit_ties AS ties JOIN "hive"."tapaudit".tapaudit_attempts AS a
        ON a.tenant_id = ties.tenant_id AND a.user_id IS NULL AND lower(a.upn) = ties.upn
) AS named
WHERE user_id IS NOT NULL
GROUP BY tenant_id, user_id;

CREATE TABLE "hive"."tapaudit".tapaudit_attempted AS
SELECT tenant_id || ' ' || name AS name_key, min(first_day) AS first_day, max(last_day) AS last_day FROM (
    SELECT tenant_id, user_id AS name, first_day, last_day FROM "hive"."tapaudit".tapaudit_attempted_ids
    UNION ALL
    SELECT ties.tenant_id, ties.upn, a.first_day, a.last_day
    FROM "hive"."tapaudit".tapaudit_ties AS ties
    JOIN "hive"."tapaudit".tapaudit_attempted_ids AS a ON a.tenant_id = ties.tenant_id AND a.user_id = ties.user_id
    UNION ALL
    SELECT tenant_id, lower(upn), CAST(substr(time, 1, 10) AS DATE), CAST(substr(time, 1, 10) AS DATE)
    FROM "hive"."tapaudit".tapaudit_attempts WHERE user_id IS NULL
) AS named
WHERE name <> ''
GROUP BY tenant_id || ' ' || name;

-- attempts
CREATE TABLE "hive"."tapaudit".attempts WITH (format = 'PARQUET') AS
SELECT
    id, time, tenant_id, home_tenant_id, resource_tenant_id, user_id, upn, user_name, user_type, app_id, app_name,
    resource_id, resource_name, resource_sp_id, ip, asn, country, city, client_app, user_agent, device_id, device_name,
    operating_system, correlation_id, session_id, original_request_id, token_id, interactive, protocol,
    transfer_method, requirement, conditional_access, risk, risk_aggregated, risk_state, mfa_method, error_code,
    failure_reason, trusted_location, network_locations, steps, method_bits, event_id, log, can_show_tap,
    'tapaudit 3; trino; 2026-04-01T00:00:00Z to 2026-11-01T00:00:00Z; f4e5dde08755e5a0e82f6cc1df4de764d194b98563e3162a633278c3c4a7da82' AS "extract"
FROM "hive"."tapaudit".tapaudit_attempts
;

-- signins
CREATE TABLE "hive"."tapaudit".signins WITH (format = 'PARQUET') AS
WITH tapaudit_signins AS (
-- What a sign-in and an audit event are, in the columns that tapaudit reads; tenants in lower case.
SELECT
    CAST("id" AS VARCHAR) AS id,
    CAST(from_iso8601_timestamp_nanos(regexp_replace("createdDateTime", '([.][0-9]{6})[0-9]+', '$1'))
        AT TIME ZONE 'UTC' AS TIMESTAMP(6)) AS time,
    lower('contoso.example') AS tenant_id,
    CAST("homeTenantId" AS VARCHAR) AS home_tenant_id,
    CAST("resourceTenantId" AS VARCHAR) AS resource_tenant_id,
    CASE WHEN lower(trim(CAST("userId" AS VARCHAR)))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN CAST("userId" AS VARCHAR) END AS user_id,
    CASE WHEN lower(trim(CAST("userPrincipalName" AS VARCHAR)))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN CAST("userPrincipalName" AS VARCHAR) END AS upn,
    CAST("userDisplayName" AS VARCHAR) AS user_name,
    CAST("userType" AS VARCHAR) AS user_type,
    CAST("appId" AS VARCHAR) AS app_id,
    CAST("appDisplayName" AS VARCHAR) AS app_name,
    CAST("resourceId" AS VARCHAR) AS resource_id,
    CAST("resourceDisplayName" AS VARCHAR) AS resource_name,
    CAST("resourceServicePrincipalId" AS VARCHAR) AS resource_sp_id,
    CASE WHEN lower(trim(CAST("ipAddress" AS VARCHAR)))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN CAST("ipAddress" AS VARCHAR) END AS ip,
    TRY_CAST(CAST("autonomousSystemNumber" AS VARCHAR) AS BIGINT) AS asn,
    CASE WHEN lower(trim(json_extract_scalar("location", '$.countryOrRegion')))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN json_extract_scalar("location", '$.countryOrRegion') END AS country,
    json_extract_scalar("location", '$.city') AS city,
    CAST("clientAppUsed" AS VARCHAR) AS client_app,
    CAST("userAgent" AS VARCHAR) AS user_agent,
    json_extract_scalar("deviceDetail", '$.deviceId') AS device_id,
    json_extract_scalar("deviceDetail", '$.displayName') AS device_name,
    json_extract_scalar("deviceDetail", '$.operatingSystem') AS operating_system,
    CAST("correlationId" AS VARCHAR) AS correlation_id,
    CAST("sessionId" AS VARCHAR) AS session_id,
    CAST("originalRequestId" AS VARCHAR) AS original_request_id,
    CAST("uniqueTokenIdentifier" AS VARCHAR) AS token_id,
    coalesce(CAST("isInteractive" AS BOOLEAN),
        CASE WHEN coalesce(lower(CAST("signInEventTypes" AS VARCHAR)) LIKE '%noninteractiveuser%', false)
        THEN false END,
        true) AS interactive,
    CAST("authenticationProtocol" AS VARCHAR) AS protocol,
    CAST("originalTransferMethod" AS VARCHAR) AS transfer_method,
    CAST("authenticationRequirement" AS VARCHAR) AS requirement,
    CAST("conditionalAccessStatus" AS VARCHAR) AS conditional_access,
    CAST("riskLevelDuringSignIn" AS VARCHAR) AS risk,
    CAST("riskLevelAggregated" AS VARCHAR) AS risk_aggregated,
    CAST("riskState" AS VARCHAR) AS risk_state,
    json_extract_scalar("mfaDetail", '$.authMethod') AS mfa_method,
    TRY_CAST(json_extract_scalar("status", '$.errorCode') AS BIGINT) AS error_code,
    json_extract_scalar("status", '$.failureReason') AS failure_reason,
    coalesce(coalesce(lower(CAST("networkLocationDetails" AS VARCHAR)) LIKE '%trustednamedlocation%', false),
        false) AS trusted_location,
    CASE WHEN coalesce(lower(CAST("networkLocationDetails" AS VARCHAR)) LIKE '%trustednamedlocation%', false)
        THEN lower(CAST("networkLocationDetails" AS VARCHAR)) END AS network_locations,
    nullif(trim(CAST("authenticationDetails" AS VARCHAR)), '') AS steps,
    CAST(NULL AS BIGINT) AS method_bits,
    CAST(NULL AS VARCHAR) AS event_id,
    'signin' AS log,
    nullif(trim(CAST("authenticationDetails" AS VARCHAR)), '') IS NOT NULL AS can_show_tap,
    false AS filtered
FROM "hive"."entra"."signins"
WHERE CAST(from_iso8601_timestamp_nanos(regexp_replace("createdDateTime", '([.][0-9]{6})[0-9]+', '$1'))
        AT TIME ZONE 'UTC' AS TIMESTAMP(6)) >= TIMESTAMP '2026-04-01 00:00:00'
    AND CAST(from_iso8601_timestamp_nanos(regexp_replace("createdDateTime", '([.][0-9]{6})[0-9]+', '$1'))
        AT TIME ZONE 'UTC' AS TIMESTAMP(6)) < TIMESTAMP '2026-11-01 00:00:00'
)
SELECT
    id, to_iso8601(time) || 'Z' AS time, tenant_id, home_tenant_id, resource_tenant_id, user_id, upn, user_name,
    user_type, app_id, app_name, resource_id, resource_name, resource_sp_id, ip, asn, country, city, client_app,
    user_agent, device_id, device_name, operating_system, correlation_id, session_id, original_request_id, token_id,
    interactive, protocol, transfer_method, requirement, conditional_access, risk, risk_aggregated, risk_state,
    mfa_method, error_code, failure_reason, trusted_location, network_locations, steps, method_bits, event_id, log,
    can_show_tap,
    'tapaudit 3; trino; 2026-04-01T00:00:00Z to 2026-11-01T00:00:00Z; f4e5dde08755e5a0e82f6cc1df4de764d194b98563e3162a633278c3c4a7da82' AS "extract"
FROM tapaudit_signins
WHERE (tenant_id || ' ' || lower(user_id) IN (SELECT name_key FROM "hive"."tapaudit".tapaudit_names)
        OR tenant_id || ' ' || lower(upn) IN (SELECT name_key FROM "hive"."tapaudit".tapaudit_names))
    AND NOT (coalesce(lower(replace(steps, ' ', '')) LIKE '%"temporaryaccesspass"%', false)
        OR coalesce(bitwise_and(method_bits, 2) = 2, false)
        OR coalesce(error_code BETWEEN 130502 AND 130507, false)
        OR coalesce(regexp_like(lower(failure_reason), 'access\s*pass'), false))
;

-- addresses: the same user counts once, by the id where there is one. Those are named first who show that many share
-- the address.
CREATE TABLE "hive"."tapaudit".addresses WITH (format = 'PARQUET') AS
WITH tapaudit_signins AS (
-- What a sign-in and an audit event are, in the columns that tapaudit reads; tenants in lower case.
SELECT
    CAST("id" AS VARCHAR) AS id,
    CAST(from_iso8601_timestamp_nanos(regexp_replace("createdDateTime", '([.][0-9]{6})[0-9]+', '$1'))
        AT TIME ZONE 'UTC' AS TIMESTAMP(6)) AS time,
    lower('contoso.example') AS tenant_id,
    CAST("homeTenantId" AS VARCHAR) AS home_tenant_id,
    CAST("resourceTenantId" AS VARCHAR) AS resource_tenant_id,
    CASE WHEN lower(trim(CAST("userId" AS VARCHAR)))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN CAST("userId" AS VARCHAR) END AS user_id,
    CASE WHEN lower(trim(CAST("userPrincipalName" AS VARCHAR)))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN CAST("userPrincipalName" AS VARCHAR) END AS upn,
    CAST("userDisplayName" AS VARCHAR) AS user_name,
    CAST("userType" AS VARCHAR) AS user_type,
    CAST("appId" AS VARCHAR) AS app_id,
    CAST("appDisplayName" AS VARCHAR) AS app_name,
    CAST("resourceId" AS VARCHAR) AS resource_id,
    CAST("resourceDisplayName" AS VARCHAR) AS resource_name,
    CAST("resourceServicePrincipalId" AS VARCHAR) AS resource_sp_id,
    CASE WHEN lower(trim(CAST("ipAddress" AS VARCHAR)))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN CAST("ipAddress" AS VARCHAR) END AS ip,
    TRY_CAST(CAST("autonomousSystemNumber" AS VARCHAR) AS BIGINT) AS asn,
    CASE WHEN lower(trim(json_extract_scalar("location", '$.countryOrRegion')))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN json_extract_scalar("location", '$.countryOrRegion') END AS country,
    json_extract_scalar("location", '$.city') AS city,
    CAST("clientAppUsed" AS VARCHAR) AS client_app,
    CAST("userAgent" AS VARCHAR) AS user_agent,
    json_extract_scalar("deviceDetail", '$.deviceId') AS device_id,
    json_extract_scalar("deviceDetail", '$.displayName') AS device_name,
    json_extract_scalar("deviceDetail", '$.operatingSystem') AS operating_system,
    CAST("correlationId" AS VARCHAR) AS correlation_id,
    CAST("sessionId" AS VARCHAR) AS session_id,
    CAST("originalRequestId" AS VARCHAR) AS original_request_id,
    CAST("uniqueTokenIdentifier" AS VARCHAR) AS token_id,
    coalesce(CAST("isInteractive" AS BOOLEAN),
        CASE WHEN coalesce(lower(CAST("signInEventTypes" AS VARCHAR)) LIKE '%noninteractiveuser%', false)
        THEN false END,
        true) AS interactive,
    CAST("authenticationProtocol" AS VARCHAR) AS protocol,
    CAST("originalTransferMethod" AS VARCHAR) AS transfer_method,
    CAST("authenticationRequirement" AS VARCHAR) AS requirement,
    CAST("conditionalAccessStatus" AS VARCHAR) AS conditional_access,
    CAST("riskLevelDuringSignIn" AS VARCHAR) AS risk,
    CAST("riskLevelAggregated" AS VARCHAR) AS risk_aggregated,
    CAST("riskState" AS VARCHAR) AS risk_state,
    json_extract_scalar("mfaDetail", '$.authMethod') AS mfa_method,
    TRY_CAST(json_extract_scalar("status", '$.errorCode') AS BIGINT) AS error_code,
    json_extract_scalar("status", '$.failureReason') AS failure_reason,
    coalesce(coalesce(lower(CAST("networkLocationDetails" AS VARCHAR)) LIKE '%trustednamedlocation%', false),
        false) AS trusted_location,
    CASE WHEN coalesce(lower(CAST("networkLocationDetails" AS VARCHAR)) LIKE '%trustednamedlocation%', false)
        THEN lower(CAST("networkLocationDetails" AS VARCHAR)) END AS network_locations,
    nullif(trim(CAST("authenticationDetails" AS VARCHAR)), '') AS steps,
    CAST(NULL AS BIGINT) AS method_bits,
    CAST(NULL AS VARCHAR) AS event_id,
    'signin' AS log,
    nullif(trim(CAST("authenticationDetails" AS VARCHAR)), '') IS NOT NULL AS can_show_tap,
    false AS filtered
FROM "hive"."entra"."signins"
WHERE CAST(from_iso8601_timestamp_nanos(regexp_replace("createdDateTime", '([.][0-9]{6})[0-9]+', '$1'))
        AT TIME ZONE 'UTC' AS TIMESTAMP(6)) >= TIMESTAMP '2026-04-01 00:00:00'
    AND CAST(from_iso8601_timestamp_nanos(regexp_replace("createdDateTime", '([.][0-9]{6})[0-9]+', '$1'))
        AT TIME ZONE 'UTC' AS TIMESTAMP(6)) < TIMESTAMP '2026-11-01 00:00:00'
), tapaudit_successes AS (
-- Addresses without port, brackets and mapping.
SELECT tenant_id, user_id, upn, time, CASE
    WHEN ip LIKE '%.%.%.%' THEN regexp_extract(ip, '[0-9]+[.][0-9]+[.][0-9]+[.][0-9]+')
    WHEN ip LIKE '[%]%' THEN lower(substr(ip, 2, position(']' IN ip) - 2))
    ELSE lower(ip) END AS ip
FROM tapaudit_signins
WHERE error_code = 0 AND ip IS NOT NULL
)
SELECT tenant_id, ip, user_id, upn, users, days, never_attempted, on_two_days,
    'tapaudit 3; trino; 2026-04-01T00:00:00Z to 2026-11-01T00:00:00Z; f4e5dde08755e5a0e82f6cc1df4de764d194b98563e3162a633278c3c4a7da82' AS "extract"
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
                    WHEN ip LIKE '%.%.%.%' THEN regexp_extract(ip, '[0-9]+[.][0-9]+[.][0-9]+[.][0-9]+')
                    WHEN ip LIKE '[%]%' THEN lower(substr(ip, 2, position(']' IN ip) - 2))
                    ELSE lower(ip) END
                FROM "hive"."tapaudit".tapaudit_attempts WHERE ip IS NOT NULL)
                AND coalesce(user_id, upn) IS NOT NULL
            GROUP BY tenant_id, ip, lower(coalesce(user_id, upn))
        ) AS once
        LEFT JOIN "hive"."tapaudit".tapaudit_attempted AS a ON a.name_key = once.tenant_id || ' ' || once.user_key
    ) AS each_once
) AS placed
WHERE place <= 50
;

-- countries: of users who never attempted a pass.
CREATE TABLE "hive"."tapaudit".tapaudit_countries AS
WITH tapaudit_signins AS (
-- What a sign-in and an audit event are, in the columns that tapaudit reads; tenants in lower case.
SELECT
    CAST("id" AS VARCHAR) AS id,
    CAST(from_iso8601_timestamp_nanos(regexp_replace("createdDateTime", '([.][0-9]{6})[0-9]+', '$1'))
        AT TIME ZONE 'UTC' AS TIMESTAMP(6)) AS time,
    lower('contoso.example') AS tenant_id,
    CAST("homeTenantId" AS VARCHAR) AS home_tenant_id,
    CAST("resourceTenantId" AS VARCHAR) AS resource_tenant_id,
    CASE WHEN lower(trim(CAST("userId" AS VARCHAR)))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN CAST("userId" AS VARCHAR) END AS user_id,
    CASE WHEN lower(trim(CAST("userPrincipalName" AS VARCHAR)))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN CAST("userPrincipalName" AS VARCHAR) END AS upn,
    CAST("userDisplayName" AS VARCHAR) AS user_name,
    CAST("userType" AS VARCHAR) AS user_type,
    CAST("appId" AS VARCHAR) AS app_id,
    CAST("appDisplayName" AS VARCHAR) AS app_name,
    CAST("resourceId" AS VARCHAR) AS resource_id,
    CAST("resourceDisplayName" AS VARCHAR) AS resource_name,
    CAST("resourceServicePrincipalId" AS VARCHAR) AS resource_sp_id,
    CASE WHEN lower(trim(CAST("ipAddress" AS VARCHAR)))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN CAST("ipAddress" AS VARCHAR) END AS ip,
    TRY_CAST(CAST("autonomousSystemNumber" AS VARCHAR) AS BIGINT) AS asn,
    CASE WHEN lower(trim(json_extract_scalar("location", '$.countryOrRegion')))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN json_extract_scalar("location", '$.countryOrRegion') END AS country,
    json_extract_scalar("location", '$.city') AS city,
    CAST("clientAppUsed" AS VARCHAR) AS client_app,
    CAST("userAgent" AS VARCHAR) AS user_agent,
    json_extract_scalar("deviceDetail", '$.deviceId') AS device_id,
    json_extract_scalar("deviceDetail", '$.displayName') AS device_name,
    json_extract_scalar("deviceDetail", '$.operatingSystem') AS operating_system,
    CAST("correlationId" AS VARCHAR) AS correlation_id,
    CAST("sessionId" AS VARCHAR) AS session_id,
    CAST("originalRequestId" AS VARCHAR) AS original_request_id,
    CAST("uniqueTokenIdentifier" AS VARCHAR) AS token_id,
    coalesce(CAST("isInteractive" AS BOOLEAN),
        CASE WHEN coalesce(lower(CAST("signInEventTypes" AS VARCHAR)) LIKE '%noninteractiveuser%', false)
        THEN false END,
        true) AS interactive,
    CAST("authenticationProtocol" AS VARCHAR) AS protocol,
    CAST("originalTransferMethod" AS VARCHAR) AS transfer_method,
    CAST("authenticationRequirement" AS VARCHAR) AS requirement,
    CAST("conditionalAccessStatus" AS VARCHAR) AS conditional_access,
    CAST("riskLevelDuringSignIn" AS VARCHAR) AS risk,
    CAST("riskLevelAggregated" AS VARCHAR) AS risk_aggregated,
    CAST("riskState" AS VARCHAR) AS risk_state,
    json_extract_scalar("mfaDetail", '$.authMethod') AS mfa_method,
    TRY_CAST(json_extract_scalar("status", '$.errorCode') AS BIGINT) AS error_code,
    json_extract_scalar("status", '$.failureReason') AS failure_reason,
    coalesce(coalesce(lower(CAST("networkLocationDetails" AS VARCHAR)) LIKE '%trustednamedlocation%', false),
        false) AS trusted_location,
    CASE WHEN coalesce(lower(CAST("networkLocationDetails" AS VARCHAR)) LIKE '%trustednamedlocation%', false)
        THEN lower(CAST("networkLocationDetails" AS VARCHAR)) END AS network_locations,
    nullif(trim(CAST("authenticationDetails" AS VARCHAR)), '') AS steps,
    CAST(NULL AS BIGINT) AS method_bits,
    CAST(NULL AS VARCHAR) AS event_id,
    'signin' AS log,
    nullif(trim(CAST("authenticationDetails" AS VARCHAR)), '') IS NOT NULL AS can_show_tap,
    false AS filtered
FROM "hive"."entra"."signins"
WHERE CAST(from_iso8601_timestamp_nanos(regexp_replace("createdDateTime", '([.][0-9]{6})[0-9]+', '$1'))
        AT TIME ZONE 'UTC' AS TIMESTAMP(6)) >= TIMESTAMP '2026-04-01 00:00:00'
    AND CAST(from_iso8601_timestamp_nanos(regexp_replace("createdDateTime", '([.][0-9]{6})[0-9]+', '$1'))
        AT TIME ZONE 'UTC' AS TIMESTAMP(6)) < TIMESTAMP '2026-11-01 00:00:00'
)
SELECT DISTINCT seen.tenant_id, seen.country, seen.user_key FROM (
    SELECT DISTINCT tenant_id, upper(trim(country)) AS country, lower(coalesce(user_id, upn)) AS user_key
    FROM tapaudit_signins
    WHERE error_code = 0 AND country IS NOT NULL AND coalesce(user_id, upn) IS NOT NULL
) AS seen
LEFT JOIN "hive"."tapaudit".tapaudit_attempted AS a ON a.name_key = seen.tenant_id || ' ' || seen.user_key
WHERE a.name_key IS NULL;

CREATE TABLE "hive"."tapaudit".countries WITH (format = 'PARQUET') AS
SELECT here.tenant_id, here.country, here.users, anywhere.users AS users_anywhere,
    'tapaudit 3; trino; 2026-04-01T00:00:00Z to 2026-11-01T00:00:00Z; f4e5dde08755e5a0e82f6cc1df4de764d194b98563e3162a633278c3c4a7da82' AS "extract"
FROM (
    SELECT tenant_id, country, count(*) AS users
    FROM "hive"."tapaudit".tapaudit_countries GROUP BY tenant_id, country
) AS here
JOIN (
    SELECT tenant_id, count(DISTINCT user_key) AS users
    FROM "hive"."tapaudit".tapaudit_countries GROUP BY tenant_id
) AS anywhere
    ON coalesce(anywhere.tenant_id, '') = coalesce(here.tenant_id, '')
;

-- days: of exports that are not known to be filtered.
CREATE TABLE "hive"."tapaudit".days WITH (format = 'PARQUET') AS
WITH tapaudit_signins AS (
-- What a sign-in and an audit event are, in the columns that tapaudit reads; tenants in lower case.
SELECT
    CAST("id" AS VARCHAR) AS id,
    CAST(from_iso8601_timestamp_nanos(regexp_replace("createdDateTime", '([.][0-9]{6})[0-9]+', '$1'))
        AT TIME ZONE 'UTC' AS TIMESTAMP(6)) AS time,
    lower('contoso.example') AS tenant_id,
    CAST("homeTenantId" AS VARCHAR) AS home_tenant_id,
    CAST("resourceTenantId" AS VARCHAR) AS resource_tenant_id,
    CASE WHEN lower(trim(CAST("userId" AS VARCHAR)))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN CAST("userId" AS VARCHAR) END AS user_id,
    CASE WHEN lower(trim(CAST("userPrincipalName" AS VARCHAR)))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN CAST("userPrincipalName" AS VARCHAR) END AS upn,
    CAST("userDisplayName" AS VARCHAR) AS user_name,
    CAST("userType" AS VARCHAR) AS user_type,
    CAST("appId" AS VARCHAR) AS app_id,
    CAST("appDisplayName" AS VARCHAR) AS app_name,
    CAST("resourceId" AS VARCHAR) AS resource_id,
    CAST("resourceDisplayName" AS VARCHAR) AS resource_name,
    CAST("resourceServicePrincipalId" AS VARCHAR) AS resource_sp_id,
    CASE WHEN lower(trim(CAST("ipAddress" AS VARCHAR)))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN CAST("ipAddress" AS VARCHAR) END AS ip,
    TRY_CAST(CAST("autonomousSystemNumber" AS VARCHAR) AS BIGINT) AS asn,
    CASE WHEN lower(trim(json_extract_scalar("location", '$.countryOrRegion')))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN json_extract_scalar("location", '$.countryOrRegion') END AS country,
    json_extract_scalar("location", '$.city') AS city,
    CAST("clientAppUsed" AS VARCHAR) AS client_app,
    CAST("userAgent" AS VARCHAR) AS user_agent,
    json_extract_scalar("deviceDetail", '$.deviceId') AS device_id,
    json_extract_scalar("deviceDetail", '$.displayName') AS device_name,
    json_extract_scalar("deviceDetail", '$.operatingSystem') AS operating_system,
    CAST("correlationId" AS VARCHAR) AS correlation_id,
    CAST("sessionId" AS VARCHAR) AS session_id,
    CAST("originalRequestId" AS VARCHAR) AS original_request_id,
    CAST("uniqueTokenIdentifier" AS VARCHAR) AS token_id,
    coalesce(CAST("isInteractive" AS BOOLEAN),
        CASE WHEN coalesce(lower(CAST("signInEventTypes" AS VARCHAR)) LIKE '%noninteractiveuser%', false)
        THEN false END,
        true) AS interactive,
    CAST("authenticationProtocol" AS VARCHAR) AS protocol,
    CAST("originalTransferMethod" AS VARCHAR) AS transfer_method,
    CAST("authenticationRequirement" AS VARCHAR) AS requirement,
    CAST("conditionalAccessStatus" AS VARCHAR) AS conditional_access,
    CAST("riskLevelDuringSignIn" AS VARCHAR) AS risk,
    CAST("riskLevelAggregated" AS VARCHAR) AS risk_aggregated,
    CAST("riskState" AS VARCHAR) AS risk_state,
    json_extract_scalar("mfaDetail", '$.authMethod') AS mfa_method,
    TRY_CAST(json_extract_scalar("status", '$.errorCode') AS BIGINT) AS error_code,
    json_extract_scalar("status", '$.failureReason') AS failure_reason,
    coalesce(coalesce(lower(CAST("networkLocationDetails" AS VARCHAR)) LIKE '%trustednamedlocation%', false),
        false) AS trusted_location,
    CASE WHEN coalesce(lower(CAST("networkLocationDetails" AS VARCHAR)) LIKE '%trustednamedlocation%', false)
        THEN lower(CAST("networkLocationDetails" AS VARCHAR)) END AS network_locations,
    nullif(trim(CAST("authenticationDetails" AS VARCHAR)), '') AS steps,
    CAST(NULL AS BIGINT) AS method_bits,
    CAST(NULL AS VARCHAR) AS event_id,
    'signin' AS log,
    nullif(trim(CAST("authenticationDetails" AS VARCHAR)), '') IS NOT NULL AS can_show_tap,
    false AS filtered
FROM "hive"."entra"."signins"
WHERE CAST(from_iso8601_timestamp_nanos(regexp_replace("createdDateTime", '([.][0-9]{6})[0-9]+', '$1'))
        AT TIME ZONE 'UTC' AS TIMESTAMP(6)) >= TIMESTAMP '2026-04-01 00:00:00'
    AND CAST(from_iso8601_timestamp_nanos(regexp_replace("createdDateTime", '([.][0-9]{6})[0-9]+', '$1'))
        AT TIME ZONE 'UTC' AS TIMESTAMP(6)) < TIMESTAMP '2026-11-01 00:00:00'
), tapaudit_audits AS (
SELECT
    CAST("id" AS VARCHAR) AS id,
    CAST(from_iso8601_timestamp_nanos(regexp_replace("activityDateTime", '([.][0-9]{6})[0-9]+', '$1'))
        AT TIME ZONE 'UTC' AS TIMESTAMP(6)) AS time,
    lower('contoso.example') AS tenant_id,
    CAST("activityDisplayName" AS VARCHAR) AS activity,
    CAST("category" AS VARCHAR) AS category,
    CAST("loggedByService" AS VARCHAR) AS service,
    CAST("result" AS VARCHAR) AS result,
    CAST("resultReason" AS VARCHAR) AS reason,
    CAST(NULL AS VARCHAR) AS other_reason,
    CAST("correlationId" AS VARCHAR) AS correlation_id,
    CASE WHEN lower(trim(json_extract_scalar("initiatedBy", '$.user.id')))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN json_extract_scalar("initiatedBy", '$.user.id') END AS actor_user_id,
    CASE WHEN lower(trim(json_extract_scalar("initiatedBy", '$.user.userPrincipalName')))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN json_extract_scalar("initiatedBy", '$.user.userPrincipalName') END AS actor_upn,
    json_extract_scalar("initiatedBy", '$.user.displayName') AS actor_name,
    coalesce(CASE WHEN lower(trim(json_extract_scalar("initiatedBy", '$.user.ipAddress')))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN json_extract_scalar("initiatedBy", '$.user.ipAddress') END,
        CASE WHEN lower(trim(json_extract_scalar("initiatedBy", '$.app.ipAddress')))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN json_extract_scalar("initiatedBy", '$.app.ipAddress') END) AS actor_ip,
    json_extract_scalar("initiatedBy", '$.app.appId') AS actor_app_id,
    json_extract_scalar("initiatedBy", '$.app.displayName') AS actor_app_name,
    json_extract_scalar("initiatedBy", '$.app.servicePrincipalId') AS actor_sp_id,
    json_extract_scalar("initiatedBy", '$.app.servicePrincipalName') AS actor_sp_name,
    json_extract_scalar("initiatedBy", '$.linkableIdentifiers.sessionId') AS actor_session_id,
    json_extract_scalar("initiatedBy", '$.linkableIdentifiers.tokenDetails.uniqueTokenIdentifier') AS actor_token_id,
    json_extract_scalar("initiatedBy", '$.userAgent') AS actor_user_agent,
    nullif(trim(CAST("targetResources" AS VARCHAR)), '') AS targets,
    nullif(trim(CAST("additionalDetails" AS VARCHAR)), '') AS details,
    false AS filtered
FROM "hive"."entra"."audits"
WHERE CAST(from_iso8601_timestamp_nanos(regexp_replace("activityDateTime", '([.][0-9]{6})[0-9]+', '$1'))
        AT TIME ZONE 'UTC' AS TIMESTAMP(6)) >= TIMESTAMP '2026-04-01 00:00:00'
    AND CAST(from_iso8601_timestamp_nanos(regexp_replace("activityDateTime", '([.][0-9]{6})[0-9]+', '$1'))
        AT TIME ZONE 'UTC' AS TIMESTAMP(6)) < TIMESTAMP '2026-11-01 00:00:00'
)
SELECT tenant_id, log_type, CAST(day AS VARCHAR(10)) AS day, records, can_show_tap,
    to_iso8601(first_time) || 'Z' AS first_time,
    to_iso8601(last_time) || 'Z' AS last_time,
    to_iso8601(first_tap_time) || 'Z' AS first_tap_time,
    to_iso8601(last_tap_time) || 'Z' AS last_tap_time,
    'tapaudit 3; trino; 2026-04-01T00:00:00Z to 2026-11-01T00:00:00Z; f4e5dde08755e5a0e82f6cc1df4de764d194b98563e3162a633278c3c4a7da82' AS "extract"
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
    ) AS counted
    GROUP BY tenant_id, log_type, CAST(time AS DATE)
) AS tallied
;

-- audits
CREATE TABLE "hive"."tapaudit".audits WITH (format = 'PARQUET') AS
WITH tapaudit_audits AS (
SELECT
    CAST("id" AS VARCHAR) AS id,
    CAST(from_iso8601_timestamp_nanos(regexp_replace("activityDateTime", '([.][0-9]{6})[0-9]+', '$1'))
        AT TIME ZONE 'UTC' AS TIMESTAMP(6)) AS time,
    lower('contoso.example') AS tenant_id,
    CAST("activityDisplayName" AS VARCHAR) AS activity,
    CAST("category" AS VARCHAR) AS category,
    CAST("loggedByService" AS VARCHAR) AS service,
    CAST("result" AS VARCHAR) AS result,
    CAST("resultReason" AS VARCHAR) AS reason,
    CAST(NULL AS VARCHAR) AS other_reason,
    CAST("correlationId" AS VARCHAR) AS correlation_id,
    CASE WHEN lower(trim(json_extract_scalar("initiatedBy", '$.user.id')))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN json_extract_scalar("initiatedBy", '$.user.id') END AS actor_user_id,
    CASE WHEN lower(trim(json_extract_scalar("initiatedBy", '$.user.userPrincipalName')))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN json_extract_scalar("initiatedBy", '$.user.userPrincipalName') END AS actor_upn,
    json_extract_scalar("initiatedBy", '$.user.displayName') AS actor_name,
    coalesce(CASE WHEN lower(trim(json_extract_scalar("initiatedBy", '$.user.ipAddress')))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN json_extract_scalar("initiatedBy", '$.user.ipAddress') END,
        CASE WHEN lower(trim(json_extract_scalar("initiatedBy", '$.app.ipAddress')))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN json_extract_scalar("initiatedBy", '$.app.ipAddress') END) AS actor_ip,
    json_extract_scalar("initiatedBy", '$.app.appId') AS actor_app_id,
    json_extract_scalar("initiatedBy", '$.app.displayName') AS actor_app_name,
    json_extract_scalar("initiatedBy", '$.app.servicePrincipalId') AS actor_sp_id,
    json_extract_scalar("initiatedBy", '$.app.servicePrincipalName') AS actor_sp_name,
    json_extract_scalar("initiatedBy", '$.linkableIdentifiers.sessionId') AS actor_session_id,
    json_extract_scalar("initiatedBy", '$.linkableIdentifiers.tokenDetails.uniqueTokenIdentifier') AS actor_token_id,
    json_extract_scalar("initiatedBy", '$.userAgent') AS actor_user_agent,
    nullif(trim(CAST("targetResources" AS VARCHAR)), '') AS targets,
    nullif(trim(CAST("additionalDetails" AS VARCHAR)), '') AS details,
    false AS filtered
FROM "hive"."entra"."audits"
WHERE CAST(from_iso8601_timestamp_nanos(regexp_replace("activityDateTime", '([.][0-9]{6})[0-9]+', '$1'))
        AT TIME ZONE 'UTC' AS TIMESTAMP(6)) >= TIMESTAMP '2026-04-01 00:00:00'
    AND CAST(from_iso8601_timestamp_nanos(regexp_replace("activityDateTime", '([.][0-9]{6})[0-9]+', '$1'))
        AT TIME ZONE 'UTC' AS TIMESTAMP(6)) < TIMESTAMP '2026-11-01 00:00:00'
)
SELECT
    id, to_iso8601(time) || 'Z' AS time, tenant_id, activity, category, service, result, reason, other_reason,
    correlation_id, actor_user_id, actor_upn, actor_name, actor_ip, actor_app_id, actor_app_name, actor_sp_id,
    actor_sp_name, actor_session_id, actor_token_id, actor_user_agent, targets, details,
    'tapaudit 3; trino; 2026-04-01T00:00:00Z to 2026-11-01T00:00:00Z; f4e5dde08755e5a0e82f6cc1df4de764d194b98563e3162a633278c3c4a7da82' AS "extract"
FROM tapaudit_audits
;

DROP TABLE "hive"."tapaudit".tapaudit_countries;
DROP TABLE "hive"."tapaudit".tapaudit_attempted;
DROP TABLE "hive"."tapaudit".tapaudit_attempted_ids;
DROP TABLE "hive"."tapaudit".tapaudit_names;
DROP TABLE "hive"."tapaudit".tapaudit_ties;
DROP TABLE "hive"."tapaudit".tapaudit_parties;
DROP TABLE "hive"."tapaudit".tapaudit_attempts;
