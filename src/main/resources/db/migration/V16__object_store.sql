-- JSON: key, size, SHA-256 and encoding of each stream whose bytes are in an object store; null where all are in the row.
alter table execution_result
    add column objects bytea;

-- One of both has the bytes.
alter table artifact
    alter column content drop not null,
    add column object_key text,
    add check ((content is null) = (object_key is not null));

-- Every object that may be in the store: written before the object is put, deleted after it was removed. No foreign key: it
-- outlives its job until the object is gone.
create table stored_object (
    key       text        primary key,
    job_id    uuid        not null,
    remove_at timestamptz,                        -- from then on the object is left over; null while a result refers to it
    doomed    boolean     not null default false, -- it is being removed: no result can refer to it any more
    check (not doomed or remove_at is not null)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 1000);
create index stored_object_job on stored_object (job_id);
create index stored_object_remove on stored_object (remove_at) where remove_at is not null;
