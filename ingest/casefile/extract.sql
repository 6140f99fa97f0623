-- What an extract of a lake says beside records: numbers that were counted there, over records that stayed there.
-- extract names the query by which they were counted, as every row of an extract does.

-- Records per tenant, log type and day of the lake, whether they are in the extract or not.
CREATE TABLE extract_day (
    source_id      INTEGER NOT NULL, line BIGINT NOT NULL, ordinal BIGINT NOT NULL,
    extract        VARCHAR NOT NULL,
    tenant_id      VARCHAR,
    log_type       VARCHAR NOT NULL,     -- audit, sign-in interactive or sign-in non-interactive
    day            DATE    NOT NULL,
    records        BIGINT  NOT NULL,
    can_show_tap   BIGINT  NOT NULL,     -- of those, with what a pass would show in
    first_time     TIMESTAMP NOT NULL,
    last_time      TIMESTAMP NOT NULL,
    first_tap_time TIMESTAMP,            -- of those that can show TAP
    last_tap_time  TIMESTAMP
);

-- Users who signed in successfully from an address of a TAP attempt: 50 of them at most, and how many there are.
CREATE TABLE extract_address (
    source_id INTEGER NOT NULL, line BIGINT NOT NULL, ordinal BIGINT NOT NULL,
    extract   VARCHAR NOT NULL,
    tenant_id VARCHAR,
    ip        VARCHAR NOT NULL,
    user_id   VARCHAR,
    upn       VARCHAR,
    users     BIGINT  NOT NULL
);
