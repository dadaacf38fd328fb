-- How long a job is kept after its end, and so when it may be removed; null while it has not ended.
alter table job
    add column ttl_seconds int not null default 604800 check (ttl_seconds > 0);
-- Generated, so that no statement that ends a job has to think of it. Of a moment plus an interval PostgreSQL cannot know that it
-- is always the same, since a day may have 23 hours; of the seconds since 1970 it can.
alter table job
    add column expires_at timestamptz generated always as (
        to_timestamp(extract(epoch from finished_at - timestamptz '1970-01-01 00:00:00+00')::float8 + ttl_seconds)) stored;
create index job_expires on job (expires_at) where expires_at is not null;

-- Ids of removed jobs: kept as long as the topic may bring their records once more, so that these run nothing.
create table retired_id (
    id         uuid        primary key,
    tenant     text        not null,
    retired_at timestamptz not null default now()
);
create index retired_id_retired on retired_id (retired_at);
-- For forgetting old refusals.
create index rejected_at on rejected (rejected_at);

-- Rows go by the hundred: their room is used again before the tables grow. What was written and not changed since is vacuumed
-- too, so that to look up an id reads the index alone.
alter table job_payload set (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 1000,
    toast.autovacuum_vacuum_scale_factor = 0.05, toast.autovacuum_vacuum_threshold = 1000);
alter table execution_result set (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 1000,
    toast.autovacuum_vacuum_scale_factor = 0.05, toast.autovacuum_vacuum_threshold = 1000);
alter table artifact set (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 1000,
    toast.autovacuum_vacuum_scale_factor = 0.05, toast.autovacuum_vacuum_threshold = 1000);
alter table job_attempt set (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 1000);
alter table context_use set (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 1000);
alter table idempotency_key set (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 1000);
alter table retired_id set (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_vacuum_insert_threshold = 10000);
