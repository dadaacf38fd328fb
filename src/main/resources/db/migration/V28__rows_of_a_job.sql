-- What is written of a job is written by statements that have locked its row, and is looked up by nothing but its id: so the check
-- of each such row against the job table, a query and a lock of its own, could find nothing, and was a tenth of what a job costs the
-- database. That they go with their job is what the triggers below do now, a statement at a time.
alter table job_payload drop constraint job_payload_job_id_fkey;
alter table execution_result drop constraint execution_result_job_id_fkey;
alter table outbox drop constraint outbox_job_id_fkey;

-- Planned once a connection, perhaps when the tables were empty: by their indexes in any case.
create function remove_rows_of_jobs() returns trigger language plpgsql set enable_seqscan = off as $$
declare
    jobs uuid[] := array(select id from gone);
begin
    delete from job_payload where job_id = any (jobs);
    delete from execution_result where job_id = any (jobs);
    delete from outbox where job_id = any (jobs);
    return null;
end
$$;
create trigger job_removed after delete on job referencing old table as gone
    for each statement execute function remove_rows_of_jobs();

create function remove_rows_of_all_jobs() returns trigger language plpgsql as $$
begin
    truncate job_payload, execution_result, outbox;
    return null;
end
$$;
create trigger jobs_removed after truncate on job for each statement execute function remove_rows_of_all_jobs();
