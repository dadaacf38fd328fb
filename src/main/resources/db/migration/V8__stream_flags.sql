-- Whether what was kept of a stream is UTF-8, which every event tells: found out when the result is written, so that no event
-- reads the output again. Null in rows of older processes, and for a compile step that there was not.
alter table execution_result
    add column stdout_utf8         boolean,
    add column stderr_utf8         boolean,
    add column compile_output_utf8 boolean;
