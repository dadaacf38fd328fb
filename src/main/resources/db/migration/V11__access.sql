-- Keys of the HTTP API. The secret is 256 random bits, which nobody finds by trying: a plain SHA-256 keeps it as safe as a slow
-- hash would, and costs a request nothing. Revoked keys stay, for the audit.
create table api_key (
    id            text        primary key, -- begins with when it was made, so that its order is that of time
    tenant        text,                    -- null: all
    role          text        not null check (role in ('read', 'submit', 'admin')),
    name          text        not null,
    secret_sha256 bytea       not null check (octet_length(secret_sha256) = 32),
    created_at    timestamptz not null default now(),
    revoked_at    timestamptz
);

-- Who asked for what. Rows are added, and deleted when they are old; never changed.
create table audit (
    seq     bigint      generated always as identity primary key,
    at      timestamptz not null default now(),
    key     text        not null,
    tenant  text,        -- null: of no tenant in particular
    action  text        not null,
    subject text        not null
);
create index audit_tenant on audit (tenant, seq);

create function audit_stays() returns trigger language plpgsql as $$
begin
    raise exception 'rows of audit are never changed';
end
$$;
create trigger audit_stays before update on audit for each row execute function audit_stays();

-- Whose submission it was that was refused: only that tenant's keys see it. Null: not known.
alter table rejected add column tenant text;
