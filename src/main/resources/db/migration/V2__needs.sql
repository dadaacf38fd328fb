-- What a job needs of a worker besides its language.
alter table job
    add column image   text,
    add column network boolean not null default false;
