-- For listing jobs by when they came, newest first.
create index job_submitted on job (submitted_at, id);

-- For walking through a batch in the order of its jobs' ids.
drop index job_batch;
create index job_batch on job (tenant, batch, id) where batch is not null;

-- What producers call submissions whose ids they left to Kiln; kept as long as the job. The key is written before its job.
create table idempotency_key (
    tenant text not null,
    key    text not null,
    job_id uuid not null references job on delete cascade deferrable initially deferred,
    primary key (tenant, key)
);
create index idempotency_key_job on idempotency_key (job_id);

-- The job of whose submission this one is another run; it may be gone.
alter table job add column rerun_of uuid;
