-- From a job's claim until its worker heard that its program, or its compiler, had started. Null in rows of older processes, and where
-- nothing was started.
alter table execution_result add column start_ms bigint;

-- When completion events were acknowledged by the broker: a row for each group that a relay sent, not for each event. An event is as
-- old as its job's end, to the microsecond (both are their transaction's time), and groups are sent oldest first: so the group of a job
-- is among the first whose newest event is no older than the job's end.
create table publication (
    id           bigint      generated always as identity,
    first_ended  timestamptz not null, -- its oldest event
    last_ended   timestamptz not null, -- its newest
    published_at timestamptz not null,
    jobs         uuid[]      not null,
    primary key (last_ended, id)
);

-- So that those begun last are found without a look at any job.
alter table batch add column created_at timestamptz not null default now();
update batch b
   set created_at = coalesce((select min(submitted_at) from job where job.tenant = b.tenant and job.batch = b.name), created_at);
create index batch_created on batch (created_at);
create index batch_tenant_created on batch (tenant, created_at);

-- How many events wait for their webhooks, and which has been due longest.
create index webhook_pending on webhook_delivery (next_at) where state = 'PENDING';
