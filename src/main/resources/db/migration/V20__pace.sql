-- When results came: how many jobs ended in each minute, for the dashboard. Results come in the order of this index, so that each is
-- written at its right end.
create index execution_result_created on execution_result (created_at);
