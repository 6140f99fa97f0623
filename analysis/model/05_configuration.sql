-- What the configuration says, as far as SQL asks for it.
CREATE OR REPLACE TABLE config (
    tenant_id VARCHAR, approved_users BOOLEAN, approved_applications BOOLEAN, hours BOOLEAN, networks BOOLEAN,
    roster BOOLEAN, register BOOLEAN, incident_hours DOUBLE
);
CREATE OR REPLACE TABLE config_lists (kind VARCHAR, name VARCHAR);

-- Every address in its canonical form, with its network (the /24 or /48) and whether it is in a trusted network.
-- DuckDB has no type for addresses without an extension.
CREATE OR REPLACE TABLE addresses (spelling VARCHAR, address VARCHAR, network VARCHAR, trusted BOOLEAN);
