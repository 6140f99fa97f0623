-- The case's tables beside those of the kinds of records, which package record declares: what the evidence says, as it
-- says it. Nothing here is judged or joined; package analysis does that. Every record names its place: the source, the
-- line (or row) and the ordinal of the record within the source.

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
    records_quarantined BIGINT NOT NULL, -- all of them; the table quarantine lists the first
    not_recognised   VARCHAR,            -- no record of the file is known: what it looks like, and how to export it
    names_logs       BOOLEAN,            -- its keys are those of sign-ins or audit events
    ambiguous_dates  VARCHAR             -- why its dates may have been read in the wrong order
);

CREATE TABLE quarantine (
    source_id INTEGER NOT NULL,
    line      BIGINT  NOT NULL,
    "offset"  BIGINT  NOT NULL,
    reason    VARCHAR NOT NULL,
    excerpt   VARCHAR NOT NULL,
    sha256    VARCHAR NOT NULL,
    ordinal   BIGINT                -- NULL for what is not a record: a whole file, the rest of one; and in older cases
);

-- The record's own text, passcodes masked, of whatever may concern a pass.
CREATE TABLE raw_record (
    source_id INTEGER NOT NULL,
    line      BIGINT  NOT NULL,
    ordinal   BIGINT  NOT NULL,
    text      VARCHAR NOT NULL
);
