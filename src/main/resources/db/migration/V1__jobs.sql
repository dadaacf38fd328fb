-- What came from outside and may hold any character is bytea: text and jsonb refuse NUL and lone surrogates.
-- All times are the database's clock.

-- Hot and narrow: claims, heartbeats and finishes touch nothing else.
create table job (
    id               uuid        primary key,
    tenant           text        not null,
    batch            text,
    language         text        not null,
    state            text        not null default 'QUEUED'
        check (state in ('QUEUED', 'RUNNING', 'FINISHED', 'CANCELLED', 'ABANDONED', 'EXPIRED')),
    priority         smallint    not null,
    run_at           timestamptz not null,
    deadline         timestamptz,
    attempt          int         not null default 0,
    epoch            bigint      not null default 0,
    owner            text,
    lease_until      timestamptz,
    cancel_requested boolean     not null default false,
    memory_bytes     bigint      not null,
    labels           jsonb,
    submitted_at     timestamptz not null default now(),
    started_at       timestamptz,
    finished_at      timestamptz,
    reason           text,
    check ((state = 'RUNNING') = (owner is not null)),
    check ((state = 'RUNNING') = (lease_until is not null)),
    check ((state in ('QUEUED', 'RUNNING')) = (finished_at is null))
) with (
    -- Every job's row is rewritten about three times: room on the page, and vacuum before the dead rows pile up.
    fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000
);

-- The order in which queued jobs are claimed.
create index job_ready on job (priority desc, run_at, id) where state = 'QUEUED';
-- For the reaper.
create index job_lease on job (lease_until) where state = 'RUNNING';
-- For the deadline sweeper.
create index job_deadline on job (deadline) where state = 'QUEUED' and epoch = 0 and deadline is not null;
create index job_batch on job (tenant, batch) where batch is not null;

create table job_payload (
    job_id       uuid   primary key references job on delete cascade,
    code         bytea  not null,
    stdin        bytea  not null,
    inputs       bytea  not null, -- JSON: args, env, files
    body_hash    bytea  not null,
    timeout_ms   bigint not null,
    memory_limit bigint not null,
    cpu_limit    float8 not null,
    pids_limit   int    not null,
    output_limit bigint not null,
    disk_limit   bigint not null
);

-- One row a job at most, for ever: the primary key is the promise.
create table execution_result (
    job_id            uuid        primary key references job on delete cascade,
    epoch             bigint      not null,
    termination       text        not null,
    exit_code         int,
    timed_out         boolean     not null,
    oom_killed        boolean     not null,
    success           boolean     not null,
    signal            int,
    stdout            bytea       not null,
    stderr            bytea       not null,
    stdout_bytes      bigint      not null,
    stderr_bytes      bigint      not null,
    duration_ms       bigint      not null,
    cpu_ms            bigint,
    peak_memory_bytes bigint,
    limit_name        text,
    limit_value       bigint,
    limit_reached     bigint,
    killed_by         text,
    evidence_source   text,
    timeout_ms        bigint      not null,
    memory_limit      bigint      not null,
    cpu_limit         float8      not null,
    pids_limit        int         not null,
    output_limit      bigint      not null,
    disk_limit        bigint      not null,
    runtime           text        not null,
    runtime_version   text        not null,
    image             text        not null,
    worker            text        not null,
    created_at        timestamptz not null default now()
);

-- Attempts that came to nothing, each with its fault: the history of a job that was retried or abandoned.
create table job_attempt (
    job_id     uuid        not null references job on delete cascade,
    epoch      bigint      not null,
    worker     text        not null,
    started_at timestamptz not null,
    ended_at   timestamptz not null default now(),
    counted    boolean     not null, -- whether it counts towards the limit of attempts
    fault      text        not null,
    primary key (job_id, epoch)
);

-- Unsent completion events: written with the terminal state, deleted when the broker has acknowledged.
create table outbox (
    seq        bigint      generated always as identity primary key,
    job_id     uuid        not null references job on delete cascade,
    epoch      bigint      not null,
    created_at timestamptz not null default now()
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);

-- Submissions that were not accepted but carried an id: so that whoever polls that id learns why. A later valid
-- submission under the same id is still accepted.
create table rejected (
    id          uuid        primary key,
    errors      bytea       not null, -- JSON
    rejected_at timestamptz not null default now()
);
