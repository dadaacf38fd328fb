-- Whether what was kept of a stream is UTF-8, which every event tells: found out when the result is written, so that no event
-- reads the output again. Null in rows of older processes, and for a compile step that there was not.
alter table execution_result
    add column stdout_utf8         boolean,
    add column stderr_utf8         boolean,
    add column compile_output_utf8 boolean;

-- The index for counting what waits, which no claim must be planned on: while the table is small it looks as good as the one that
-- claims are made for, and a plan is kept. No claim says anything of the tenant, so that none can use it.
drop index job_runnable;
create index job_runnable on job (run_at) where state = 'QUEUED' and tenant <> '';
