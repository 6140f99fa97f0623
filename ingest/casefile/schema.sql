-- The case's tables: what the evidence says, as it says it. Nothing here is judged or joined; package analysis does that.
-- Every record names its place: the source, the line (or row) and the ordinal of the record within the source.

CREATE TABLE case_info (schema_version INTEGER NOT NULL);

-- One row per input: a file, an archive, or a member of one. source_id is the order of ingestion.
CREATE TABLE source (
    source_id        INTEGER PRIMARY KEY,
    path             VARCHAR NOT NULL,
    container        VARCHAR NOT NULL,
    bytes            BIGINT  NOT NULL,
    sha256           VARCHAR NOT NULL,   -- '' for what could not be read
    modified         TIMESTAMP,          -- shown, never used as evidence of when
    format           VARCHAR NOT NULL,
    same_as          INTEGER,            -- the source with the same content, when this one added nothing
    path_tenant      VARCHAR,            -- from tenantId=<id> in the path
    filtered         BOOLEAN NOT NULL,   -- the export is known to be filtered: its silence says nothing
    rows_not_lines   BOOLEAN NOT NULL,   -- places in it are rows (CSV, Parquet), not lines
    records_read     BIGINT  NOT NULL,
    records_not_used BIGINT  NOT NULL,
    truncated        VARCHAR,            -- why the export is probably not whole
    holds_passcode   BIGINT  NOT NULL,   -- records in which a passcode's value was masked
    note             VARCHAR NOT NULL,
    records_quarantined BIGINT NOT NULL  -- all of them; the table quarantine lists the first
);

CREATE TABLE quarantine (
    source_id INTEGER NOT NULL,
    line      BIGINT  NOT NULL,
    "offset"  BIGINT  NOT NULL,
    reason    VARCHAR NOT NULL,
    excerpt   VARCHAR NOT NULL,
    sha256    VARCHAR NOT NULL
);

-- The record's own text, passcodes masked, of whatever may concern a pass.
CREATE TABLE raw_record (
    source_id INTEGER NOT NULL,
    line      BIGINT  NOT NULL,
    ordinal   BIGINT  NOT NULL,
    text      VARCHAR NOT NULL
);

CREATE TABLE signin_record (
    source_id         INTEGER   NOT NULL,
    line              BIGINT    NOT NULL,
    ordinal           BIGINT    NOT NULL,
    id                VARCHAR   NOT NULL,
    time              TIMESTAMP NOT NULL,
    tenant_id         VARCHAR,            -- as the envelope or the record's own tenant column names it
    home_tenant_id    VARCHAR,
    resource_tenant_id VARCHAR,
    user_id           VARCHAR,
    upn               VARCHAR,
    user_name         VARCHAR,
    user_type         VARCHAR,
    app_id            VARCHAR,
    app_name          VARCHAR,
    resource_id       VARCHAR,
    resource_name     VARCHAR,
    ip                VARCHAR,
    asn               BIGINT,
    country           VARCHAR,
    city              VARCHAR,
    client_app        VARCHAR,
    user_agent        VARCHAR,
    device_id         VARCHAR,
    device_name       VARCHAR,
    operating_system  VARCHAR,
    correlation_id    VARCHAR,
    session_id        VARCHAR,
    original_request_id VARCHAR,
    token_id          VARCHAR,
    interactive       BOOLEAN NOT NULL,   -- a record that does not say counts as interactive
    protocol          VARCHAR,
    transfer_method   VARCHAR,
    requirement       VARCHAR,
    conditional_access VARCHAR,
    risk              VARCHAR,            -- riskLevelDuringSignIn
    error_code        BIGINT,
    failure_reason    VARCHAR,
    trusted_location  BOOLEAN NOT NULL,   -- networkLocationDetails say trustedNamedLocation
    steps             VARCHAR,            -- authenticationDetails, the list's JSON; NULL where the record cannot show TAP by steps
    method_bits       BIGINT,             -- the Unified Audit Log's UserAuthenticationMethod
    event_id          VARCHAR,            -- the Unified Audit Log's own id, where id is its IntraSystemId
    log               VARCHAR NOT NULL,   -- signin or ual
    can_show_tap      BOOLEAN NOT NULL
);

-- Steps that come in a file of their own (the admin centre's AuthDetails), joined by request id.
CREATE TABLE signin_step (
    source_id INTEGER NOT NULL,
    line      BIGINT  NOT NULL,
    ordinal   BIGINT  NOT NULL,
    id        VARCHAR NOT NULL,
    time      TIMESTAMP,
    method    VARCHAR,
    detail    VARCHAR,
    succeeded BOOLEAN,
    result    VARCHAR,
    requirement VARCHAR
);

CREATE TABLE audit_record (
    source_id      INTEGER   NOT NULL,
    line           BIGINT    NOT NULL,
    ordinal        BIGINT    NOT NULL,
    id             VARCHAR,               -- NULL in exports that have none (admin centre CSV)
    time           TIMESTAMP NOT NULL,
    tenant_id      VARCHAR,
    activity       VARCHAR,
    category       VARCHAR,
    service        VARCHAR,
    result         VARCHAR,
    reason         VARCHAR,
    other_reason   VARCHAR,               -- resultDescription of the envelope or table
    correlation_id VARCHAR,
    actor_user_id  VARCHAR,
    actor_upn      VARCHAR,
    actor_name     VARCHAR,
    actor_ip       VARCHAR,
    actor_app_id   VARCHAR,
    actor_app_name VARCHAR,
    actor_sp_id    VARCHAR,
    actor_sp_name  VARCHAR,
    targets        JSON,
    details        JSON
);

-- Snapshots of the directory and its policies. time is when they were taken, NULL where nothing says so.
CREATE TABLE policy_snapshot (
    source_id  INTEGER NOT NULL, line BIGINT NOT NULL, ordinal BIGINT NOT NULL,
    tenant_id  VARCHAR, time TIMESTAMP,
    policy     JSON NOT NULL
);

CREATE TABLE directory_user (
    source_id  INTEGER NOT NULL, line BIGINT NOT NULL, ordinal BIGINT NOT NULL,
    tenant_id  VARCHAR, time TIMESTAMP,
    id VARCHAR, upn VARCHAR, name VARCHAR, user_type VARCHAR, enabled BOOLEAN,
    created TIMESTAMP, hired TIMESTAMP
);

CREATE TABLE role_definition (
    source_id  INTEGER NOT NULL, line BIGINT NOT NULL, ordinal BIGINT NOT NULL,
    tenant_id  VARCHAR, time TIMESTAMP,
    id VARCHAR, template_id VARCHAR, name VARCHAR, privileged BOOLEAN
);

CREATE TABLE role_member (
    source_id  INTEGER NOT NULL, line BIGINT NOT NULL, ordinal BIGINT NOT NULL,
    tenant_id  VARCHAR, time TIMESTAMP,
    role_id VARCHAR, role_template_id VARCHAR, role_name VARCHAR,
    principal_id VARCHAR, principal_upn VARCHAR, principal_name VARCHAR, principal_type VARCHAR,
    eligible BOOLEAN NOT NULL
);

CREATE TABLE group_member (
    source_id  INTEGER NOT NULL, line BIGINT NOT NULL, ordinal BIGINT NOT NULL,
    tenant_id  VARCHAR, time TIMESTAMP,
    group_id VARCHAR, group_name VARCHAR,
    member_id VARCHAR, member_upn VARCHAR, member_type VARCHAR   -- a group without members has one row without member
);

CREATE TABLE conditional_access_policy (
    source_id  INTEGER NOT NULL, line BIGINT NOT NULL, ordinal BIGINT NOT NULL,
    tenant_id  VARCHAR, time TIMESTAMP,
    id VARCHAR, name VARCHAR, state VARCHAR,
    user_actions VARCHAR[]
);

-- A pass that a temporaryAccessPassMethods snapshot shows. The passcode is never among what is kept.
CREATE TABLE pass_snapshot (
    source_id  INTEGER NOT NULL, line BIGINT NOT NULL, ordinal BIGINT NOT NULL,
    tenant_id  VARCHAR, time TIMESTAMP,
    id VARCHAR, user_id VARCHAR, user_upn VARCHAR,
    created TIMESTAMP, start TIMESTAMP, lifetime_minutes BIGINT,
    usable_once BOOLEAN, usable BOOLEAN, reason VARCHAR
);

CREATE TABLE registration_detail (
    source_id  INTEGER NOT NULL, line BIGINT NOT NULL, ordinal BIGINT NOT NULL,
    tenant_id  VARCHAR, time TIMESTAMP,
    user_id VARCHAR, upn VARCHAR, admin BOOLEAN, methods VARCHAR[]
);

CREATE TABLE authentication_strength (
    source_id  INTEGER NOT NULL, line BIGINT NOT NULL, ordinal BIGINT NOT NULL,
    tenant_id  VARCHAR, time TIMESTAMP,
    id VARCHAR, name VARCHAR, combinations VARCHAR[]
);

-- present: empty, <null> and all-zero identities are absent and join nothing.
CREATE MACRO present(x) AS
    CASE WHEN x = '' OR x = '<null>' OR x = '<Null>' OR x = '00000000-0000-0000-0000-000000000000' THEN NULL ELSE x END;

-- unwrapped: some exports write a nested value as a string that holds its JSON.
CREATE MACRO unwrapped(j) AS
    CASE WHEN starts_with(j::VARCHAR, '"') THEN j ->> '$' ELSE j::VARCHAR END;
