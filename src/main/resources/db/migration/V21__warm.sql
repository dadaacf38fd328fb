-- How many containers waited for jobs on this worker at its last heartbeat.
alter table worker add column warm int not null default 0;
