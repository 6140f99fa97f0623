-- A lake that 'tapaudit lake' wrote, as tables of Trino's Hive connector, and the schema that an extract of it goes
-- to. Put your own names and places for hive, entra, tapaudit and s3://logs. After a lake has grown, only the CALLs
-- are needed again.

SET SESSION hive.timestamp_precision = 'MICROSECONDS';

CREATE SCHEMA IF NOT EXISTS hive.tapaudit;
CREATE SCHEMA IF NOT EXISTS hive.entra;

CREATE TABLE IF NOT EXISTS hive.entra.signins (
    id VARCHAR, time TIMESTAMP(6), tenant_id VARCHAR, home_tenant_id VARCHAR, resource_tenant_id VARCHAR,
    user_id VARCHAR, upn VARCHAR, user_name VARCHAR, user_type VARCHAR, app_id VARCHAR, app_name VARCHAR,
    resource_id VARCHAR, resource_name VARCHAR, resource_sp_id VARCHAR, ip VARCHAR, asn BIGINT, country VARCHAR,
    city VARCHAR, client_app VARCHAR, user_agent VARCHAR, device_id VARCHAR, device_name VARCHAR,
    operating_system VARCHAR, correlation_id VARCHAR, session_id VARCHAR, original_request_id VARCHAR,
    token_id VARCHAR, interactive BOOLEAN, protocol VARCHAR, transfer_method VARCHAR, requirement VARCHAR,
    conditional_access VARCHAR, risk VARCHAR, risk_aggregated VARCHAR, risk_state VARCHAR, mfa_method VARCHAR,
    error_code BIGINT, failure_reason VARCHAR, trusted_location BOOLEAN, network_locations VARCHAR, steps VARCHAR,
    method_bits BIGINT, event_id VARCHAR, log VARCHAR, can_show_tap BOOLEAN, filtered BOOLEAN, tenantid VARCHAR, day DATE
) WITH (
    format = 'PARQUET', external_location = 's3://logs/lake/signins',
    partitioned_by = ARRAY['tenantid', 'day']
);

CREATE TABLE IF NOT EXISTS hive.entra.audits (
    id VARCHAR, time TIMESTAMP(6), tenant_id VARCHAR, activity VARCHAR, category VARCHAR, service VARCHAR,
    result VARCHAR, reason VARCHAR, other_reason VARCHAR, correlation_id VARCHAR, actor_user_id VARCHAR,
    actor_upn VARCHAR, actor_name VARCHAR, actor_ip VARCHAR, actor_app_id VARCHAR, actor_app_name VARCHAR,
    actor_sp_id VARCHAR, actor_sp_name VARCHAR, actor_session_id VARCHAR, actor_token_id VARCHAR,
    actor_user_agent VARCHAR, targets VARCHAR, details VARCHAR, filtered BOOLEAN, tenantid VARCHAR, day DATE
) WITH (
    format = 'PARQUET', external_location = 's3://logs/lake/audits',
    partitioned_by = ARRAY['tenantid', 'day']
);

CREATE TABLE IF NOT EXISTS hive.entra.activities (
    id VARCHAR, time TIMESTAMP(6), tenant_id VARCHAR, log_type VARCHAR, workload VARCHAR, operation VARCHAR,
    path VARCHAR, object VARCHAR, details VARCHAR, result VARCHAR, status BIGINT, user_id VARCHAR, upn VARCHAR,
    by_system BOOLEAN, service_principal_id VARCHAR, app_id VARCHAR, through_app_id VARCHAR, ip VARCHAR,
    user_agent VARCHAR, session_id VARCHAR, token_id VARCHAR, correlation_id VARCHAR, items BIGINT,
    targets ARRAY(VARCHAR), filtered BOOLEAN, tenantid VARCHAR, day DATE
) WITH (
    format = 'PARQUET', external_location = 's3://logs/lake/activities',
    partitioned_by = ARRAY['tenantid', 'day']
);

-- The folders are tenantId=…, and Hive's names are in lower case.
CALL hive.system.sync_partition_metadata(
    schema_name => 'entra', table_name => 'signins', mode => 'ADD', case_sensitive => false
);
CALL hive.system.sync_partition_metadata(
    schema_name => 'entra', table_name => 'audits', mode => 'ADD', case_sensitive => false
);
CALL hive.system.sync_partition_metadata(
    schema_name => 'entra', table_name => 'activities', mode => 'ADD', case_sensitive => false
);
