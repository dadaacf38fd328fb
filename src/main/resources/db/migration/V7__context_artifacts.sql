-- What jobs read beside their payload, and what they leave behind.

-- Uploaded once, read by many jobs of its tenant.
create table context (
    tenant  text        not null,
    sha256  bytea       not null,
    bytes   bigint      not null,
    used_at timestamptz not null default now(), -- last upload or submission, to the minute
    primary key (tenant, sha256)
);
create index context_used on context (used_at);

-- In pieces, so that neither side ever holds all of it.
create table context_chunk (
    tenant  text  not null,
    sha256  bytea not null,
    seq     int   not null,
    content bytea not null,
    primary key (tenant, sha256, seq),
    foreign key (tenant, sha256) references context on delete cascade
);
alter table context_chunk alter column content set storage external;

-- The jobs that may yet read a context: as long as there is one, the foreign key keeps the context. Rows of ended jobs go
-- when the context's time is over.
create table context_use (
    job_id uuid  primary key references job on delete cascade,
    tenant text  not null,
    sha256 bytea not null,
    foreign key (tenant, sha256) references context
);
create index context_use_context on context_use (tenant, sha256);

-- Null in both: none. At most one of them is not.
alter table job_payload
    add column context        bytea,
    add column context_sha256 bytea,
    add check (context is null or context_sha256 is null);

-- Written with the result, so as exactly once as that.
create table artifact (
    job_id  uuid   not null references job on delete cascade,
    path    text   not null collate "C", -- UTF-8 without control characters, or it would not be here
    bytes   bigint not null,
    sha256  bytea  not null,
    content bytea  not null,
    primary key (job_id, path)
);

-- JSON: what was kept and what was not; null where nothing was asked for.
alter table execution_result
    add column artifacts bytea;
