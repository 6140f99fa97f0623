CREATE OR REPLACE TABLE passes (
    pass_no BIGINT, record VARCHAR, tenant_id VARCHAR, pass_id VARCHAR, user_id VARCHAR, user_name VARCHAR,
    user_type VARCHAR, user_created TIMESTAMP, issued_at TIMESTAMP, issuer_type VARCHAR, issuer_id VARCHAR,
    issuer_name VARCHAR, issuer_ip VARCHAR, approved_user BOOLEAN, approved_application BOOLEAN,
    unclear_application VARCHAR, starts_at TIMESTAMP, end_time TIMESTAMP, end_logged BOOLEAN,
    ended_at TIMESTAMP, ended_by VARCHAR, usage VARCHAR, logged_usage VARCHAR, never_valid BOOLEAN, logins BIGINT,
    in_hours BOOLEAN, purpose_at_start VARCHAR, covered BOOLEAN, scope_known BOOLEAN, new_user BOOLEAN
);

-- Whom the policy included and excluded when a pass was issued, as far as that is known.
CREATE OR REPLACE TABLE pass_scope (pass_no BIGINT, included BOOLEAN, kind VARCHAR, group_id VARCHAR);

-- Log-ins and blocked log-ins, with the state of each criterion of supervision, and their TAP sign-ins.
CREATE OR REPLACE TABLE logins_and_blocked (
    login_no BIGINT, tenant_id VARCHAR, user_id VARCHAR, user_name VARCHAR, time TIMESTAMP, last_time TIMESTAMP,
    ip VARCHAR, outcome VARCHAR, applications VARCHAR, signins BIGINT, records VARCHAR[], pass_no BIGINT,
    pass_known BOOLEAN, supervised VARCHAR, issued VARCHAR, approved_issuer VARCHAR, four_eyes VARCHAR,
    purpose VARCHAR, place VARCHAR, hours VARCHAR, prompt VARCHAR, outcome_registered VARCHAR, closed VARCHAR,
    failed_criteria VARCHAR[], failed_reasons VARCHAR, ended_recently BOOLEAN, issued_reason VARCHAR,
    outcome_reason VARCHAR, outcome_record VARCHAR, strange_signin BIGINT,
    strange_earlier BIGINT, strange_enough BOOLEAN
);
CREATE OR REPLACE TABLE login_signins (login_no BIGINT, signin_no BIGINT);

CREATE OR REPLACE VIEW logins AS SELECT * FROM logins_and_blocked WHERE outcome <> 'blocked';
CREATE OR REPLACE VIEW blocked_logins AS SELECT * FROM logins_and_blocked WHERE outcome = 'blocked';
