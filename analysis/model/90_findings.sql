-- The sign-ins of which the proof is to be read.
CREATE OR REPLACE TABLE wanted_signins (signin_no BIGINT);

-- Which open findings each expired exception would match.
CREATE OR REPLACE TABLE expired_exceptions (
    exception_no BIGINT, rule VARCHAR, tenant VARCHAR, subject VARCHAR, owner VARCHAR, reason VARCHAR, expires VARCHAR,
    tenant_id VARCHAR, open_findings BIGINT, first_seen TIMESTAMP
);
