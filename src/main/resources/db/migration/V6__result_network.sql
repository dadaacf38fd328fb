-- Whether the program could reach outside its sandbox: part of what was in force when it ran.
alter table execution_result add column network boolean not null default false;
