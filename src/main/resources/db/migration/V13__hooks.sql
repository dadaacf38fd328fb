-- Where to post the event of a job's end; null for most.
alter table job add column webhook text;

-- An event on its way to its receiver: one for each end of a job that has a webhook.
create table webhook_delivery (
    id                bigint      generated always as identity primary key,
    job_id            uuid        not null references job on delete cascade,
    epoch             bigint      not null,
    tenant            text        not null,
    url               text        not null,
    host              text        not null collate "C", -- receivers of one host are one receiver
    state             text        not null default 'PENDING' check (state in ('PENDING', 'DELIVERED', 'FAILED')),
    attempts          int         not null default 0,   -- that were begun, in all; tells a late answer from that of the last one
    failures          int         not null default 0,   -- in a row, since the end or the last wish to try again
    next_at           timestamptz not null default now(), -- when it is due; while an attempt is made, when that counts as lost
    last_at           timestamptz,
    last_status       int,
    last_error        text,
    -- As in outbox: of an ABANDONED job, which may be retried, also what it was.
    abandoned_reason  text,
    abandoned_attempt int,
    abandoned_at      timestamptz,
    unique (job_id, epoch)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 1000);
create index webhook_due on webhook_delivery (host, next_at) where state = 'PENDING';

-- A trigger, so that whatever ends a job writes this with the same commit, and jobs without a webhook cost one comparison.
create function write_webhook_delivery() returns trigger language plpgsql as $$
begin
    insert into webhook_delivery (job_id, epoch, tenant, url, host, abandoned_reason, abandoned_attempt, abandoned_at)
    select new.id, new.epoch, new.tenant, new.webhook, lower(substring(new.webhook from '^[a-z]+://(\[[^]]*\]|[^/?:]*)')),
           case when new.state = 'ABANDONED' then new.reason end,
           case when new.state = 'ABANDONED' then new.attempt end,
           case when new.state = 'ABANDONED' then new.finished_at end;
    return null;
end $$;
create trigger job_webhook after update of finished_at on job for each row
    when (new.webhook is not null and old.finished_at is null and new.finished_at is not null)
    execute function write_webhook_delivery();
