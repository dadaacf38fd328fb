-- What a next release may do to tables that this one writes to: only add, and nothing that an older statement would have to fill.
alter table job add column next_note text, add column next_count int not null default 0;
alter table job_payload add column next_flag boolean not null default false;
alter table execution_result add column next_figure bigint;
alter table job_attempt add column next_note text;
alter table outbox add column next_note text;
alter table worker add column next_count int not null default 0;
create table next_thing (job_id uuid primary key references job on delete cascade, note text);
create index job_next on job (next_count, id) where state = 'QUEUED';
