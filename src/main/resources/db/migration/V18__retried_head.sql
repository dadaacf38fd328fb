-- Jobs that came back after a fault keep their turn and so stand at the head of the line, while they wait for their next attempt.
-- With run_at in the index a claim passes over them there, and does not read a page of the table for each.
drop index job_ready;
create index job_ready on job (demand, priority desc, turn, id, run_at) where state = 'QUEUED' and turn is not null;
