-- The place of a queued job in the line: see Turns.java. A job without one is not in the line: its time has not come, or its tenant
-- may not run more at once.
alter table job
    add column turn   bigint,
    add column capped boolean not null default false;

-- How many jobs of a tenant may be in the line or running; a tenant without a row is not limited.
create table tenant_cap (
    tenant      text        primary key,
    max_running int         not null check (max_running > 0),
    lifted      boolean     not null default false, -- the row stays, for jobs that were inserted while it held
    changed_at  timestamptz not null default now()
);

drop index job_ready;
drop index job_runnable;

-- The order in which queued jobs are claimed, for each demand.
create index job_ready on job (demand, priority desc, turn, id) where state = 'QUEUED' and turn is not null;

-- Each tenant's last turn, and how many jobs it has in the line. The condition on the tenant is for the reason that V8__hot_path.sql
-- gives: no claim can be planned on this index.
create index job_tenant_turn on job (tenant, priority, turn) where state = 'QUEUED' and turn is not null and tenant <> '';

-- Jobs that come into the line when their time has come.
create index job_due on job (run_at) where state = 'QUEUED' and turn is null and not capped;

-- How many of a tenant's are put off.
create index job_put_off on job (tenant) where state = 'QUEUED' and turn is null and not capped and tenant <> '';

-- Jobs that come into the line when others of their tenant have left it.
create index job_capped on job (tenant, priority desc, run_at, id) where state = 'QUEUED' and turn is null and capped;

-- What of a capped tenant counts.
create index job_capped_running on job (tenant) where state = 'RUNNING' and capped;

-- Start-time fair queuing (Goyal, Vin, Cheng 1996), in whole jobs: a tenant's next job comes one turn after its last one that waits, but
-- not before the line's head. So a tenant that has had nothing waiting is up at once, and of all that wait each has one job a turn,
-- whatever another has queued before. The head is that of the same demand if any waits, since other workers may serve the others.
create function next_turn(of_tenant text, of_priority int, of_demand text) returns bigint
    language sql stable
return greatest(
    coalesce((select turn from job
               where state = 'QUEUED' and turn is not null and tenant <> '' and tenant = of_tenant and priority = of_priority
               order by turn desc limit 1), 0) + 1,
    coalesce((select turn from job
               where state = 'QUEUED' and turn is not null and demand = of_demand and priority = of_priority
               order by turn limit 1),
             (with recursive d as (
                  (select demand from job where state = 'QUEUED' and turn is not null order by demand limit 1)
                  union all
                  select next.demand from d cross join lateral (
                      select demand from job where state = 'QUEUED' and turn is not null and job.demand > d.demand
                       order by job.demand limit 1) next
              )
              select min(head.turn) from d cross join lateral (
                  select turn from job where state = 'QUEUED' and turn is not null and job.demand = d.demand and priority = of_priority
                   order by turn limit 1) head),
             1));

update job set turn = 1 where state = 'QUEUED' and run_at <= now();
