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
) with (
    -- What is a week old goes from one end of the index: before whoever looks there passes many that are dead.
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000
);
