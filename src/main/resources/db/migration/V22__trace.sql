-- The trace that a job belongs to: a W3C traceparent of 55 characters, of whoever submitted it or of its intake. Beside the code, which
-- is written once and read with the claim, and not in job, whose rows are written anew with each change.
alter table job_payload add column traceparent text;
