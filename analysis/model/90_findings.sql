-- The sign-ins of which the proof is to be read.
CREATE OR REPLACE TABLE wanted_signins (signin_no BIGINT);

-- Which open findings each expired exception would match.
CREATE OR REPLACE TABLE expired_exceptions (
    exception_no BIGINT, rule VARCHAR, tenant VARCHAR, subject VARCHAR, owner VARCHAR, reason VARCHAR, expires VARCHAR,
    tenant_id VARCHAR, open_findings BIGINT, first_seen TIMESTAMP
);

-- What the report says, by the names of its files' columns; records are the keys of those that a finding or an
-- incident is made of.
CREATE OR REPLACE TABLE findings (
    finding_no BIGINT, finding_id VARCHAR, rule_id VARCHAR, severity VARCHAR, status VARCHAR, tenant_id VARCHAR,
    subject_type VARCHAR, subject_id VARCHAR, subject_name VARCHAR, actor_id VARCHAR, actor_name VARCHAR,
    first_seen TIMESTAMP, last_seen TIMESTAMP, count BIGINT, title VARCHAR, summary VARCHAR, event_ids VARCHAR[],
    evidence VARCHAR[], exception_reason VARCHAR, exception_owner VARCHAR, exception_expires VARCHAR,
    incident_id VARCHAR, records VARCHAR[]
);
CREATE OR REPLACE TABLE incidents (
    incident_id VARCHAR, rank BIGINT, score DOUBLE, severity VARCHAR, status VARCHAR, tenant_id VARCHAR,
    subject_type VARCHAR, subject_id VARCHAR, subject_name VARCHAR, first_seen TIMESTAMP, last_seen TIMESTAMP,
    passes BIGINT, logins BIGINT, signs VARCHAR[], actors VARCHAR[], headline VARCHAR, finding_ids VARCHAR[],
    touches VARCHAR[], records VARCHAR[]
);
