-- For listing jobs by when they came, newest first.
create index job_submitted on job (submitted_at, id);
