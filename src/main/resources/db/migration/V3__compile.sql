-- What came of the compile step of languages that have one; all null for the others.
alter table execution_result
    add column compile_exit_code    int,
    add column compile_ms           bigint,
    add column compile_cpu_ms       bigint,
    add column compile_output       bytea,
    add column compile_output_bytes bigint,
    add constraint execution_result_compile_whole check (
        (compile_ms is null) = (compile_output is null)
        and (compile_ms is null) = (compile_output_bytes is null)
        and (compile_ms is not null or (compile_exit_code is null and compile_cpu_ms is null))
    );
