package dev.kiln.store;

import dev.kiln.job.JobId;
import dev.kiln.job.Lease;
import dev.kiln.metrics.JobMeters;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

/** Takes back claims of which nothing came: many in one statement, as if none had been made. */
@ApplicationScoped
public class ReturnStore {
    /**
     * The rows are locked in the order of their ids, and taken as an array, as {@link Finish} does
     * and for the same reasons. A job keeps its turn and the moment since when it could be run; the
     * epoch stays raised, and that its claim came to nothing is in its history.
     */
    private static final String GIVE_BACK =
            """
            with held as materialized (
                select mine.id from unnest(?::uuid[], ?::bigint[]) as given (id, epoch) cross join lateral (
                    select id from job where job.id = given.id and job.epoch = given.epoch and job.owner is not null
                       for no key update) mine
            ), returned as (
                update job set state = case when cancel_requested then 'CANCELLED' else 'QUEUED' end,
                               finished_at = case when cancel_requested then now() end,
                               reason = case when cancel_requested then null else ? end,
                               owner = null, lease_until = null, attempt = attempt - 1
                 where id = any (array(select id from held))
                returning id, epoch, started_at, state, tenant, language
            ), event as (
                insert into outbox (job_id, epoch) select id, epoch from returned where state = 'CANCELLED'
            ), history as (
                insert into job_attempt (job_id, epoch, worker, started_at, counted, fault)
                select id, epoch, ?, started_at, false, ? from returned
            )
            select id, state, tenant, language from returned
            """;

    private final Database database;
    private final Signals signals;
    private final JobMeters meters;

    ReturnStore(Database database, Signals signals, JobMeters meters) {
        this.database = database;
        this.signals = signals;
        this.meters = meters;
    }

    /**
     * Puts jobs back into the queue, uncounted and without delay; those that are to be cancelled
     * end instead, each with its completion event.
     *
     * @param leases of one worker, at least one
     * @param why for their history
     * @return what became of each; nothing of those whose lease was lost
     * @throws StoreUnavailable when the same call may succeed later
     */
    public Map<JobId, LeaseStore.Leaving> giveBack(List<Lease> leases, String why) {
        var sorted = leases.stream().sorted(Comparator.comparing(Lease::job)).toList();
        var left = database.sql(connection -> giveBack(connection, sorted, why));
        tell(left);
        return left;
    }

    private static Map<JobId, LeaseStore.Leaving> giveBack(
            Connection connection, List<Lease> sorted, String why) throws SQLException {
        try (var statement = connection.prepareStatement(GIVE_BACK)) {
            var columns = new ArrayColumns<>(statement, sorted);
            columns.uuids(lease -> lease.job().value());
            columns.longs(Lease::epoch);
            statement.setString(3, why);
            statement.setString(4, sorted.getFirst().owner());
            statement.setString(5, why);
            Map<JobId, LeaseStore.Leaving> left = new HashMap<>();
            try (var row = statement.executeQuery()) {
                while (row.next()) {
                    left.put(
                            new JobId(row.getObject("id", UUID.class)), LeaseStore.Leaving.of(row));
                }
            }
            return left;
        }
    }

    private void tell(Map<JobId, LeaseStore.Leaving> left) {
        Map<JobId, LeaseStore.Leaving> cancelled = new HashMap<>(left);
        cancelled.values().removeIf(job -> job.now() != LeaseStore.Left.CANCELLED);
        int queued = left.size() - cancelled.size();
        if (queued > 0) {
            signals.queued(queued);
        }
        signals.ended(cancelled.keySet());
        for (var job : cancelled.values()) {
            meters.ended(Objects.requireNonNull(job.language()), job.now().name());
        }
    }
}
