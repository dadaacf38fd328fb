-- What each live worker can run, renewed with its heartbeat. A row whose live_until has passed is a dead worker's: nobody
-- counts on it, and it is deleted some leases later.
create table worker (
    id              text        primary key,
    roles           text[]      not null,
    slots           int         not null,
    languages       text[]      not null,
    lacking         jsonb       not null, -- languages that are configured and cannot be run here, each with the reason
    images          text[]      not null,
    network         boolean     not null,
    cpus            int         not null,
    memory_bytes    bigint      not null, -- for all running jobs together, and so for the largest one
    runtime         text        not null,
    runtime_version text        not null,
    platform        text        not null,
    trouble         text,                 -- why it takes no job at all now
    cordoned        boolean     not null default false,
    started_at      timestamptz not null default now(),
    heartbeat       timestamptz not null default now(),
    live_until      timestamptz not null
) with (fillfactor = 50, autovacuum_vacuum_threshold = 200);

-- Whole processors, since that is what decides whether a host can give them.
alter table job add column cpus int not null default 1;
update job set cpus = ceil(p.cpu_limit) from job_payload p where p.job_id = job.id and job.state = 'QUEUED';

-- All that decides whether a worker can run a job, as one value: jobs with the same demand can be run by the same workers.
-- Memory goes by steps of 128 MiB, or else every odd size would be a demand of its own.
alter table job add column demand text collate "C" not null generated always as (
    language || ' ' || cpus::text || ' ' || ((memory_bytes + 134217727) / 134217728)::text
             || case when network then ' network ' else ' - ' end || coalesce(image, '')) stored;

-- The order in which queued jobs are claimed, for each demand: a worker never reads past jobs that it cannot run.
drop index job_ready;
create index job_ready on job (demand, priority desc, run_at, id) where state = 'QUEUED';
