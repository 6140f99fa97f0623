-- The policy at the end of the period, and what changed.
CREATE OR REPLACE TABLE policy_state (
    tenant_id VARCHAR, enabled BOOLEAN, one_time BOOLEAN, maximum_minutes BIGINT, everyone BOOLEAN, scope VARCHAR,
    settings VARCHAR, basis VARCHAR, enabled_since TIMESTAMP, enabled_record VARCHAR, one_time_since TIMESTAMP,
    one_time_record VARCHAR, scope_since TIMESTAMP, scope_record VARCHAR
);
CREATE OR REPLACE TABLE policy_maxima (
    tenant_id VARCHAR, position BIGINT, since TIMESTAMP, minutes BIGINT, record VARCHAR
);
CREATE OR REPLACE TABLE policy_targets (tenant_id VARCHAR, included BOOLEAN, kind VARCHAR, target_id VARCHAR);
CREATE OR REPLACE TABLE policy_events (
    kind VARCHAR, tenant_id VARCHAR, time TIMESTAMP, time_assumed BOOLEAN, about VARCHAR[], supporting VARCHAR[],
    actor_id VARCHAR, actor_name VARCHAR, differences VARCHAR, until TIMESTAMP
);

-- Of each change that included somebody or no longer excluded them: whom the policy included and excluded before and
-- after.
CREATE OR REPLACE TABLE policy_admissions (
    event VARCHAR, after_change BOOLEAN, included BOOLEAN, kind VARCHAR, target_id VARCHAR
);

-- The tenants of whose policy something readable tells.
CREATE OR REPLACE TABLE known_policies (tenant_id VARCHAR);

-- Who is privileged, and who holds which role; since is NULL where a snapshot or the configuration says so, which
-- holds for every time.
CREATE OR REPLACE TABLE privileged_users (
    tenant_id VARCHAR, user_id VARCHAR, since TIMESTAMP, why VARCHAR, record VARCHAR
);
CREATE OR REPLACE TABLE role_holdings (
    tenant_id VARCHAR, user_id VARCHAR, since TIMESTAMP,
    role VARCHAR, -- equal for one role, whether a record names it by its id, its template or its name
    role_name VARCHAR, issuing BOOLEAN, sync BOOLEAN, privileged BOOLEAN, record VARCHAR
);

-- The users of the onboarding roster.
CREATE OR REPLACE TABLE roster_users (tenant_id VARCHAR, user_id VARCHAR);

-- The passes that snapshots of users' methods show.
CREATE OR REPLACE TABLE snapshot_passes (
    tenant_id VARCHAR, user_id VARCHAR, pass_id VARCHAR, created TIMESTAMP, covered BOOLEAN, record VARCHAR
);

-- What the evidence holds of each day, and which days of the period it lacks.
CREATE OR REPLACE TABLE coverage_days (tenant_id VARCHAR, log_type VARCHAR, day DATE, records BIGINT, status VARCHAR);
CREATE OR REPLACE TABLE period_gaps (
    tenant_id VARCHAR, log_type VARCHAR, never BOOLEAN, days BIGINT, runs VARCHAR, first_day TIMESTAMP
);

-- Each week's log-ins and passes beside the other weeks'.
CREATE OR REPLACE TABLE rate_anomalies (
    tenant_id VARCHAR, family VARCHAR, subject_type VARCHAR, subject_id VARCHAR, subject_name VARCHAR, week TIMESTAMP,
    events BIGINT, weeks BIGINT, mean DOUBLE, p DOUBLE, q DOUBLE, records VARCHAR[]
);
