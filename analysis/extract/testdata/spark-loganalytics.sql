-- tapaudit: the reduction of a lake of Microsoft Entra sign-ins and audit events, for spark.
--
-- Run it with: spark-sql -f this-file
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
-- Each row names this query by its hash, 7f3511cb431f218237f46560bf487bac591ad366f7483fe20a05561b4dafeaa5:
-- the SHA-256 of this text with 64 zeros wherever the hash stands. Change the text, and the name is no longer true.

SET spark.sql.session.timeZone = UTC;
SET spark.sql.ansi.enabled = false;
SET spark.sql.parser.escapedStringLiterals = false;

-- What a sign-in and an audit event are, in the columns that tapaudit reads; tenants in lower case.
CREATE OR REPLACE TEMPORARY VIEW tapaudit_signins AS
SELECT
    CAST(`Id` AS STRING) AS id,
    coalesce(CAST(`CreatedDateTime` AS TIMESTAMP), CAST(`TimeGenerated` AS TIMESTAMP)) AS time,
    lower(CASE WHEN lower(trim(CAST(`AADTenantId` AS STRING)))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN CAST(`AADTenantId` AS STRING) END) AS tenant_id,
    CAST(`HomeTenantId` AS STRING) AS home_tenant_id,
    CAST(`ResourceTenantId` AS STRING) AS resource_tenant_id,
    CASE WHEN lower(trim(CAST(`UserId` AS STRING)))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN CAST(`UserId` AS STRING) END AS user_id,
    CASE WHEN lower(trim(CAST(`UserPrincipalName` AS STRING)))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN CAST(`UserPrincipalName` AS STRING) END AS upn,
    CAST(`UserDisplayName` AS STRING) AS user_name,
    CAST(`UserType` AS STRING) AS user_type,
    CAST(`AppId` AS STRING) AS app_id,
    CAST(`AppDisplayName` AS STRING) AS app_name,
    CAST(`ResourceIdentity` AS STRING) AS resource_id,
    CAST(`ResourceDisplayName` AS STRING) AS resource_name,
    CAST(`ResourceServicePrincipalId` AS STRING) AS resource_sp_id,
    CASE WHEN lower(trim(CAST(`IPAddress` AS STRING)))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN CAST(`IPAddress` AS STRING) END AS ip,
    CAST(CAST(`AutonomousSystemNumber` AS STRING) AS BIGINT) AS asn,
    coalesce(CASE WHEN lower(trim(get_json_object(`LocationDetails`, '$.countryOrRegion')))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN get_json_object(`LocationDetails`, '$.countryOrRegion') END,
        CASE WHEN lower(trim(CAST(`Location` AS STRING)))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN CAST(`Location` AS STRING) END) AS country,
    get_json_object(`LocationDetails`, '$.city') AS city,
    CAST(`ClientAppUsed` AS STRING) AS client_app,
    CAST(`UserAgent` AS STRING) AS user_agent,
    get_json_object(`DeviceDetail`, '$.deviceId') AS device_id,
    get_json_object(`DeviceDetail`, '$.displayName') AS device_name,
    get_json_object(`DeviceDetail`, '$.operatingSystem') AS operating_system,
    CAST(`CorrelationId` AS STRING) AS correlation_id,
    CAST(`SessionId` AS STRING) AS session_id,
    CAST(`OriginalRequestId` AS STRING) AS original_request_id,
    CAST(`UniqueTokenIdentifier` AS STRING) AS token_id,
    true AS interactive,
    CAST(`AuthenticationProtocol` AS STRING) AS protocol,
    CAST(`OriginalTransferMethod` AS STRING) AS transfer_method,
    CAST(`AuthenticationRequirement` AS STRING) AS requirement,
    CAST(`ConditionalAccessStatus` AS STRING) AS conditional_access,
    CAST(`RiskLevelDuringSignIn` AS STRING) AS risk,
    CAST(`RiskLevelAggregated` AS STRING) AS risk_aggregated,
    CAST(`RiskState` AS STRING) AS risk_state,
    get_json_object(`MfaDetail`, '$.authMethod') AS mfa_method,
    coalesce(CAST(get_json_object(`Status`, '$.errorCode') AS BIGINT),
        CAST(CAST(`ResultType` AS STRING) AS BIGINT)) AS error_code,
    coalesce(CASE WHEN lower(trim(get_json_object(`Status`, '$.failureReason')))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN get_json_object(`Status`, '$.failureReason') END,
        CASE WHEN lower(trim(CAST(`ResultDescription` AS STRING)))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN CAST(`ResultDescription` AS STRING) END) AS failure_reason,
    coalesce(coalesce(lower(CAST(`NetworkLocationDetails` AS STRING)) LIKE '%trustednamedlocation%', false),
        false) AS trusted_location,
    CASE WHEN coalesce(lower(CAST(`NetworkLocationDetails` AS STRING)) LIKE '%trustednamedlocation%', false)
        THEN lower(CAST(`NetworkLocationDetails` AS STRING)) END AS network_locations,
    nullif(trim(CAST(`AuthenticationDetails` AS STRING)), '') AS steps,
    CAST(NULL AS BIGINT) AS method_bits,
    CAST(NULL AS STRING) AS event_id,
    'signin' AS log,
    nullif(trim(CAST(`AuthenticationDetails` AS STRING)), '') IS NOT NULL AS can_show_tap,
    false AS filtered
FROM `SigninLogs`
WHERE coalesce(CAST(`CreatedDateTime` AS TIMESTAMP), CAST(`TimeGenerated` AS TIMESTAMP)) >= TIMESTAMP '2026-04-01 00:00:00'
    AND coalesce(CAST(`CreatedDateTime` AS TIMESTAMP), CAST(`TimeGenerated` AS TIMESTAMP)) < TIMESTAMP '2026-11-01 00:00:00'
UNION ALL
SELECT
    CAST(`Id` AS STRING) AS id,
    coalesce(CAST(`CreatedDateTime` AS TIMESTAMP), CAST(`TimeGenerated` AS TIMESTAMP)) AS time,
    lower(CASE WHEN lower(trim(CAST(`AADTenantId` AS STRING)))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN CAST(`AADTenantId` AS STRING) END) AS tenant_id,
    CAST(`HomeTenantId` AS STRING) AS home_tenant_id,
    CAST(`ResourceTenantId` AS STRING) AS resource_tenant_id,
    CASE WHEN lower(trim(CAST(`UserId` AS STRING)))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN CAST(`UserId` AS STRING) END AS user_id,
    CASE WHEN lower(trim(CAST(`UserPrincipalName` AS STRING)))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN CAST(`UserPrincipalName` AS STRING) END AS upn,
    CAST(`UserDisplayName` AS STRING) AS user_name,
    CAST(`UserType` AS STRING) AS user_type,
    CAST(`AppId` AS STRING) AS app_id,
    CAST(`AppDisplayName` AS STRING) AS app_name,
    CAST(`ResourceIdentity` AS STRING) AS resource_id,
    CAST(`ResourceDisplayName` AS STRING) AS resource_name,
    CAST(`ResourceServicePrincipalId` AS STRING) AS resource_sp_id,
    CASE WHEN lower(trim(CAST(`IPAddress` AS STRING)))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN CAST(`IPAddress` AS STRING) END AS ip,
    CAST(CAST(`AutonomousSystemNumber` AS STRING) AS BIGINT) AS asn,
    coalesce(CASE WHEN lower(trim(get_json_object(`LocationDetails`, '$.countryOrRegion')))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN get_json_object(`LocationDetails`, '$.countryOrRegion') END,
        CASE WHEN lower(trim(CAST(`Location` AS STRING)))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN CAST(`Location` AS STRING) END) AS country,
    get_json_object(`LocationDetails`, '$.city') AS city,
    CAST(`ClientAppUsed` AS STRING) AS client_app,
    CAST(`UserAgent` AS STRING) AS user_agent,
    get_json_object(`DeviceDetail`, '$.deviceId') AS device_id,
    get_json_object(`DeviceDetail`, '$.displayName') AS device_name,
    get_json_object(`DeviceDetail`, '$.operatingSystem') AS operating_system,
    CAST(`CorrelationId` AS STRING) AS correlation_id,
    CAST(`SessionId` AS STRING) AS session_id,
    CAST(`OriginalRequestId` AS STRING) AS original_request_id,
    CAST(`UniqueTokenIdentifier` AS STRING) AS token_id,
    false AS interactive,
    CAST(`AuthenticationProtocol` AS STRING) AS protocol,
    CAST(`OriginalTransferMethod` AS STRING) AS transfer_method,
    CAST(`AuthenticationRequirement` AS STRING) AS requirement,
    CAST(`ConditionalAccessStatus` AS STRING) AS conditional_access,
    CAST(`RiskLevelDuringSignIn` AS STRING) AS risk,
    CAST(`RiskLevelAggregated` AS STRING) AS risk_aggregated,
    CAST(`RiskState` AS STRING) AS risk_state,
    get_json_object(`MfaDetail`, '$.authMethod') AS mfa_method,
    coalesce(CAST(get_json_object(`Status`, '$.errorCode') AS BIGINT),
        CAST(CAST(`ResultType` AS STRING) AS BIGINT)) AS error_code,
    coalesce(CASE WHEN lower(trim(get_json_object(`Status`, '$.failureReason')))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN get_json_object(`Status`, '$.failureReason') END,
        CASE WHEN lower(trim(CAST(`ResultDescription` AS STRING)))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN CAST(`ResultDescription` AS STRING) END) AS failure_reason,
    coalesce(coalesce(lower(CAST(`NetworkLocationDetails` AS STRING)) LIKE '%trustednamedlocation%', false),
        false) AS trusted_location,
    CASE WHEN coalesce(lower(CAST(`NetworkLocationDetails` AS STRING)) LIKE '%trustednamedlocation%', false)
        THEN lower(CAST(`NetworkLocationDetails` AS STRING)) END AS network_locations,
    nullif(trim(CAST(`AuthenticationDetails` AS STRING)), '') AS steps,
    CAST(NULL AS BIGINT) AS method_bits,
    CAST(NULL AS STRING) AS event_id,
    'signin' AS log,
    nullif(trim(CAST(`AuthenticationDetails` AS STRING)), '') IS NOT NULL AS can_show_tap,
    false AS filtered
FROM `AADNonInteractiveUserSignInLogs`
WHERE coalesce(CAST(`CreatedDateTime` AS TIMESTAMP), CAST(`TimeGenerated` AS TIMESTAMP)) >= TIMESTAMP '2026-04-01 00:00:00'
    AND coalesce(CAST(`CreatedDateTime` AS TIMESTAMP), CAST(`TimeGenerated` AS TIMESTAMP)) < TIMESTAMP '2026-11-01 00:00:00';

CREATE OR REPLACE TEMPORARY VIEW tapaudit_audits AS
SELECT
    CAST(`Id` AS STRING) AS id,
    coalesce(CAST(`ActivityDateTime` AS TIMESTAMP), CAST(`TimeGenerated` AS TIMESTAMP)) AS time,
    lower(CASE WHEN lower(trim(CAST(`AADTenantId` AS STRING)))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN CAST(`AADTenantId` AS STRING) END) AS tenant_id,
    coalesce(CASE WHEN lower(trim(CAST(`ActivityDisplayName` AS STRING)))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN CAST(`ActivityDisplayName` AS STRING) END,
        CASE WHEN lower(trim(CAST(`OperationName` AS STRING)))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN CAST(`OperationName` AS STRING) END) AS activity,
    CAST(`Category` AS STRING) AS category,
    CAST(`LoggedByService` AS STRING) AS service,
    CAST(`Result` AS STRING) AS result,
    CAST(`ResultReason` AS STRING) AS reason,
    CAST(`ResultDescription` AS STRING) AS other_reason,
    CAST(`CorrelationId` AS STRING) AS correlation_id,
    CASE WHEN lower(trim(get_json_object(`InitiatedBy`, '$.user.id')))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN get_json_object(`InitiatedBy`, '$.user.id') END AS actor_user_id,
    CASE WHEN lower(trim(get_json_object(`InitiatedBy`, '$.user.userPrincipalName')))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN get_json_object(`InitiatedBy`, '$.user.userPrincipalName') END AS actor_upn,
    get_json_object(`InitiatedBy`, '$.user.displayName') AS actor_name,
    coalesce(CASE WHEN lower(trim(get_json_object(`InitiatedBy`, '$.user.ipAddress')))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN get_json_object(`InitiatedBy`, '$.user.ipAddress') END,
        CASE WHEN lower(trim(get_json_object(`InitiatedBy`, '$.app.ipAddress')))
            NOT IN ('', '<null>', '00000000-0000-0000-0000-000000000000', 'null', 'none', '-', 'n/a', 'nan')
        THEN get_json_object(`InitiatedBy`, '$.app.ipAddress') END) AS actor_ip,
    get_json_object(`InitiatedBy`, '$.app.appId') AS actor_app_id,
    get_json_object(`InitiatedBy`, '$.app.displayName') AS actor_app_name,
    get_json_object(`InitiatedBy`, '$.app.servicePrincipalId') AS actor_sp_id,
    get_json_object(`InitiatedBy`, '$.app.servicePrincipalName') AS actor_sp_name,
    get_json_object(`InitiatedBy`, '$.linkableIdentifiers.sessionId') AS actor_session_id,
    get_json_object(`InitiatedBy`, '$.linkableIdentifiers.tokenDetails.uniqueTokenIdentifier') AS actor_token_id,
    get_json_object(`InitiatedBy`, '$.userAgent') AS actor_user_agent,
    nullif(trim(CAST(`TargetResources` AS STRING)), '') AS targets,
    nullif(trim(CAST(`AdditionalDetails` AS STRING)), '') AS details,
    false AS filtered
FROM `AuditLogs`
WHERE coalesce(CAST(`ActivityDateTime` AS TIMESTAMP), CAST(`TimeGenerated` AS TIMESTAMP)) >= TIMESTAMP '2026-04-01 00:00:00'
    AND coalesce(CAST(`ActivityDateTime` AS TIMESTAMP), CAST(`TimeGenerated` AS TIMESTAMP)) < TIMESTAMP '2026-11-01 00:00:00';

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
    'tapaudit 3; spark; 2026-04-01T00:00:00Z to 2026-11-01T00:00:00Z; 7f3511cb431f218237f46560bf487bac591ad366f7483fe20a05561b4dafeaa5' AS `extract`
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
    'tapaudit 3; spark; 2026-04-01T00:00:00Z to 2026-11-01T00:00:00Z; 7f3511cb431f218237f46560bf487bac591ad366f7483fe20a05561b4dafeaa5' AS `extract`
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
    'tapaudit 3; spark; 2026-04-01T00:00:00Z to 2026-11-01T00:00:00Z; 7f3511cb431f218237f46560bf487bac591ad366f7483fe20a05561b4dafeaa5' AS `extract`
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
    'tapaudit 3; spark; 2026-04-01T00:00:00Z to 2026-11-01T00:00:00Z; 7f3511cb431f218237f46560bf487bac591ad366f7483fe20a05561b4dafeaa5' AS `extract`
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
    'tapaudit 3; spark; 2026-04-01T00:00:00Z to 2026-11-01T00:00:00Z; 7f3511cb431f218237f46560bf487bac591ad366f7483fe20a05561b4dafeaa5' AS `extract`
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
INSERT OVERWRITE DIRECTORY 'tapaudit-extract/audits' USING parquet OPTIONS (compression 'zstd')
SELECT
    id, date_format(time, "yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'") AS time, tenant_id, activity, category, service, result,
    reason, other_reason, correlation_id, actor_user_id, actor_upn, actor_name, actor_ip, actor_app_id, actor_app_name,
    actor_sp_id, actor_sp_name, actor_session_id, actor_token_id, actor_user_agent, targets, details,
    'tapaudit 3; spark; 2026-04-01T00:00:00Z to 2026-11-01T00:00:00Z; 7f3511cb431f218237f46560bf487bac591ad366f7483fe20a05561b4dafeaa5' AS `extract`
FROM tapaudit_audits
;
