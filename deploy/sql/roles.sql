-- Three roles in place of one. As superuser, connected to Kiln's database, once, before the first migration:
--   psql --dbname kiln --file deploy/sql/roles.sql
-- Then give each a password (psql: \password kiln_owner).

-- Owns the tables: the migration's (./kiln migrate).
create role kiln_owner login;
-- Reads and writes rows, and can neither make nor change a table: that of all servers (KILN_SCHEMA_AT_START=expect).
create role kiln_app login;
-- Counts jobs for an autoscaler.
create role kiln_scaler login connection limit 5;

revoke all on schema public from public;
grant usage, create on schema public to kiln_owner;
grant usage on schema public to kiln_app, kiln_scaler;
alter default privileges for role kiln_owner in schema public grant select, insert, update, delete on tables to kiln_app;
