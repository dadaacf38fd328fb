-- The shape of Kiln's execution_result with all its migrations (PeersIT holds the two together). Without the reference to the
-- job: the peers delete theirs.
create table bench_result (
    job_id               uuid        primary key,
    epoch                bigint      not null,
    termination          text        not null,
    exit_code            int,
    timed_out            boolean     not null,
    oom_killed           boolean     not null,
    success              boolean     not null,
    signal               int,
    stdout               bytea       not null,
    stderr               bytea       not null,
    stdout_bytes         bigint      not null,
    stderr_bytes         bigint      not null,
    duration_ms          bigint      not null,
    cpu_ms               bigint,
    peak_memory_bytes    bigint,
    limit_name           text,
    limit_value          bigint,
    limit_reached        bigint,
    killed_by            text,
    evidence_source      text,
    timeout_ms           bigint      not null,
    memory_limit         bigint      not null,
    cpu_limit            float8      not null,
    pids_limit           int         not null,
    output_limit         bigint      not null,
    disk_limit           bigint      not null,
    runtime              text        not null,
    runtime_version      text        not null,
    image                text        not null,
    worker               text        not null,
    created_at           timestamptz not null default now(),
    compile_exit_code    int,
    compile_ms           bigint,
    compile_cpu_ms       bigint,
    compile_output       bytea,
    compile_output_bytes bigint,
    network              boolean     not null default false,
    artifacts            bytea,
    stdout_utf8          boolean,
    stderr_utf8          boolean,
    compile_output_utf8  boolean,
    objects              bytea,
    start_ms             bigint,
    constraint bench_result_compile_whole check (
        (compile_ms is null) = (compile_output is null)
        and (compile_ms is null) = (compile_output_bytes is null)
        and (compile_ms is not null or (compile_exit_code is null and compile_cpu_ms is null))
    )
);
-- Statistics as there, too.
do $$
declare
    unread text;
begin
    for unread in
        select attname from pg_attribute
         where attrelid = 'bench_result'::regclass and attnum > 0 and not attisdropped
           and attname not in ('job_id', 'created_at')
    loop
        execute format('alter table bench_result alter column %I set statistics 0', unread);
    end loop;
end
$$
