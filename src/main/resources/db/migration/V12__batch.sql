-- What is known of a batch besides its jobs. A row comes with the batch's first job, which locks it (share) as every later job
-- does; who closes the batch takes the lock alone. So whoever sees a batch closed sees all the jobs that it will ever have.
create table batch (
    tenant       text not null,
    name         text not null,
    size         int check (size > 0), -- how many jobs it is to have, where a document said so
    jobs         int,                  -- how many of these are there; counted only where there is a size
    closed_at    timestamptz,          -- from then on it takes no job
    completed_at timestamptz,          -- when it was seen that all its jobs had ended
    facts        jsonb,                -- what its event tells of the jobs
    announced_at timestamptz,          -- when the broker had acknowledged that event
    primary key (tenant, name),
    check ((size is null) = (jobs is null)),
    check (jobs <= size),
    check (completed_at is null or closed_at is not null),
    check ((completed_at is null) = (facts is null)),
    check (announced_at is null or completed_at is not null)
) with (fillfactor = 50, autovacuum_vacuum_threshold = 200);

insert into batch (tenant, name) select distinct tenant, batch from job where batch is not null;

-- Closed and not yet complete, and complete and not yet announced: both are empty most of the time.
create index batch_closed on batch (closed_at) where closed_at is not null and completed_at is null;
create index batch_due on batch (completed_at) where completed_at is not null and announced_at is null;

-- Whether any job of a batch has not ended; a job without a batch has no entry.
create index job_batch_live on job (tenant, batch) where batch is not null and finished_at is null;
