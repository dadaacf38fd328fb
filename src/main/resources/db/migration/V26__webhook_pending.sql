-- How many events wait for their webhooks, and which has been due longest. The condition on the host is for the reason that
-- V8__hot_path.sql gives: nothing that is claimed can be planned on this index.
create index webhook_pending on webhook_delivery (next_at) where state = 'PENDING' and host <> '';
