-- From a job's claim until its worker heard that its program, or its compiler, had started. Null in rows of older processes, and where
-- nothing was started.
alter table execution_result add column start_ms bigint;
