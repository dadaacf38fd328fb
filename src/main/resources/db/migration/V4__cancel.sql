-- Cancels that came over the topic before their jobs: applied when the job arrives, forgotten after a while.
create table early_cancel (
    job_id uuid        not null,
    tenant text        not null, -- only a job of this tenant is meant
    until  timestamptz not null,
    primary key (job_id, tenant)
);
create index early_cancel_until on early_cancel (until);

-- ABANDONED is the one terminal state that a job may leave again, by a retry, and perhaps before its event was sent. So this
-- event's facts stand in its row; all others are read from the job, which no longer changes.
alter table outbox
    add column abandoned_reason  text,
    add column abandoned_attempt int,
    add column abandoned_at      timestamptz;
update outbox set abandoned_reason = job.reason, abandoned_attempt = job.attempt, abandoned_at = job.finished_at
  from job where job.id = outbox.job_id and job.state = 'ABANDONED';
-- A job's events are relayed one after the other.
create index outbox_job on outbox (job_id, seq);

-- For counting what waits to be run, apart from what has been put off.
create index job_runnable on job (run_at) where state = 'QUEUED';
-- For retries by tenant or batch.
create index job_abandoned on job (tenant, id) where state = 'ABANDONED';
