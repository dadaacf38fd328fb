-- So that those begun last are found without a look at any job. Batches that are there already are as old as this migration.
alter table batch add column created_at timestamptz not null default now();
create index batch_created on batch (created_at);
create index batch_tenant_created on batch (tenant, created_at);
