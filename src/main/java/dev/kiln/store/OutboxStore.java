package dev.kiln.store;

import dev.kiln.job.Completion;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** The completion events that the broker has not acknowledged yet. */
@ApplicationScoped
public class OutboxStore {
    /**
     * Taken by lock, never by "greater than the last seen": transactions commit out of the order of
     * their numbers. An event waits until the earlier one of its job is gone, also when another
     * relay has that in hand: a retried job may have two, and their order must hold. The ids are
     * chosen in a materialized CTE and handed on as an array, see {@link ClaimStore}. What each
     * event tells comes along, without a byte of output; each job is looked up by its id, whatever
     * the planner thinks of the number of events.
     */
    private static final String TAKE =
            """
            with oldest as materialized (
                select seq from outbox o
                 where seq = (select seq from outbox e where e.job_id = o.job_id order by seq limit 1)
                 order by seq
                 limit ?
                   for update skip locked
            ), taken as (
                delete from outbox where seq = any (array(select seq from oldest))
                returning seq, job_id, epoch, abandoned_reason, abandoned_attempt, abandoned_at
            )
            select t.job_id, t.epoch, t.abandoned_reason, t.abandoned_attempt, t.abandoned_at, %%s as traceparent, %s
              from taken t cross join lateral (select * from job where id = t.job_id offset 0) job
              left join lateral (select * from execution_result where job_id = t.job_id offset 0) r on true
              %%s
             order by t.seq
            """
                    .formatted(CompletionRow.COLUMNS);

    private static final String TAKE_UNTRACED = TAKE.formatted("null", "");

    /** Where nobody makes spans the look at the payload is spared. */
    private static final String TAKE_TRACED =
            TAKE.formatted(
                    "p.traceparent",
                    "left join lateral (select traceparent from job_payload where job_id = t.job_id offset 0) p on true");

    private final Database database;

    OutboxStore(Database database) {
        this.database = database;
    }

    /** Publishes events. */
    public interface Publisher {
        /**
         * Publishes all of them, each job's in their order. Returns when the broker has
         * acknowledged them; throws when it did not.
         */
        void publish(List<Completion> events) throws Exception;
    }

    /**
     * Takes the oldest unsent events and has them published. They are gone only when the publisher
     * returned and the transaction committed; a crash in between publishes them again, with the
     * same event ids.
     *
     * @param most how many at once
     * @return how many there were
     * @throws StoreUnavailable when the same call may succeed later
     */
    public int relay(int most, Publisher publisher) {
        return relay(most, false, publisher);
    }

    /**
     * As {@link #relay(int, Publisher)}.
     *
     * @param traced whether to tell the trace of each job too
     */
    public int relay(int most, boolean traced, Publisher publisher) {
        return database.transaction(
                () -> {
                    var step = QueueStep.begin("relay");
                    var taken =
                            database.inTransaction(connection -> take(connection, most, traced));
                    if (!taken.isEmpty()) {
                        publisher.publish(taken);
                        database.inTransaction(
                                connection -> Publications.insert(connection, taken));
                        step.end(taken.size());
                    }
                    return taken.size();
                });
    }

    private static List<Completion> take(Connection connection, int most, boolean traced)
            throws SQLException {
        List<Completion> taken = new ArrayList<>();
        try (var statement = connection.prepareStatement(traced ? TAKE_TRACED : TAKE_UNTRACED)) {
            statement.setInt(1, most);
            try (var row = statement.executeQuery()) {
                while (row.next()) {
                    taken.add(CompletionRow.read(row));
                }
            }
        }
        return taken;
    }
}
