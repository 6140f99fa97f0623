-- The audit events that rules read, joined from their records; event_no is in order of tenant and time.
CREATE OR REPLACE TABLE audit_events (
    event_no BIGINT, record VARCHAR, tenant_id VARCHAR, id VARCHAR, time TIMESTAMP, activity VARCHAR, service VARCHAR,
    kind VARCHAR, result VARCHAR, reason VARCHAR, correlation_id VARCHAR, issuer_type VARCHAR, issuer_id VARCHAR,
    issuer_name VARCHAR, issuer_ip VARCHAR, session_id VARCHAR, token_id VARCHAR, user_agent VARCHAR, user_id VARCHAR,
    user_name VARCHAR, group_id VARCHAR, group_name VARCHAR, role_name VARCHAR, role_template VARCHAR
);

-- The device events and the method events of each user.
CREATE OR REPLACE TABLE device_events (tenant_id VARCHAR, user_id VARCHAR, time TIMESTAMP, record VARCHAR);
CREATE OR REPLACE TABLE method_events (tenant_id VARCHAR, user_id VARCHAR, time TIMESTAMP, record VARCHAR);

-- Who received or issued a pass: their sign-ins matter.
CREATE OR REPLACE TABLE pass_parties (tenant_id VARCHAR, user_id VARCHAR);
