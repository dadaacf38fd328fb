-- As superuser or kiln_owner, once, after the first migration.

-- Which version the tables have is for the servers to read only.
revoke insert, update, delete on flyway_schema_history from kiln_app;
-- Of all that a job is, whether it waits and since when.
grant select (state, run_at) on job to kiln_scaler;
