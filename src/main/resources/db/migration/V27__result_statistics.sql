-- Results are found by their job and counted by their time: no plan reads statistics of the other columns, and to gather them the
-- autovacuum read outputs and sorted values of forty columns each time that a tenth of the table had changed.
do $$
declare
    unread text;
begin
    for unread in
        select attname from pg_attribute
         where attrelid = 'execution_result'::regclass and attnum > 0 and not attisdropped
           and attname not in ('job_id', 'created_at')
    loop
        execute format('alter table execution_result alter column %I set statistics 0', unread);
    end loop;
end
$$;
