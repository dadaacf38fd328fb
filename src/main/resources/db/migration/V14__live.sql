-- What running jobs that somebody follows have written so far: workers write it, the processes that answer HTTP read it. Unlogged,
-- since the result has all of it in the end, and without a foreign key, since the job's row is hot: workers remove what was theirs,
-- and sweep what others have left.
create unlogged table live_output (
    job_id     uuid     not null,
    epoch      bigint   not null,
    stream     int      not null check (stream in (1, 2)),
    first_byte bigint   not null check (first_byte >= 0),
    bytes      bytea    not null,
    primary key (job_id, epoch, stream, first_byte)
);
