package dev.kiln.store;

import dev.kiln.job.Job;
import dev.kiln.job.JobState;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The completion events that the broker has not acknowledged yet. */
@ApplicationScoped
public class OutboxStore {
    /**
     * Taken by lock, never by "greater than the last seen": transactions commit out of the order of
     * their numbers. An event waits until the earlier one of its job is gone, also when another
     * relay has that in hand: a retried job may have two, and their order must hold. The ids are
     * chosen in a materialized CTE, see {@link ClaimStore}.
     */
    private static final String TAKE =
            """
            with oldest as materialized (
                select seq from outbox o
                 where not exists (select 1 from outbox e where e.job_id = o.job_id and e.seq < o.seq)
                 order by seq
                 limit ?
                   for update skip locked
            )
            delete from outbox using oldest where outbox.seq = oldest.seq
            returning outbox.job_id, outbox.epoch, outbox.seq, abandoned_reason, abandoned_attempt, abandoned_at
            """;

    private final Database database;

    OutboxStore(Database database) {
        this.database = database;
    }

    /**
     * An event to be published.
     *
     * @param job the job in the terminal state that the event tells of, which it may have left
     *     meanwhile by a retry
     * @param epoch the claim that ended it; zero when it was never claimed
     */
    public record Unsent(Job job, long epoch) {}

    /** Publishes events. */
    public interface Publisher {
        /**
         * Starts to publish one event. Called with one job after the other, so that only one is in
         * memory at once.
         */
        void send(Unsent event) throws Exception;

        /** Returns when the broker has acknowledged all that was sent; throws when it did not. */
        void awaitAcknowledged() throws Exception;
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
        return database.transaction(
                () -> {
                    var taken = database.inTransaction(c -> take(c, most));
                    for (Taken event : taken) {
                        publisher.send(new Unsent(event.job(), event.epoch()));
                        JobRow.getEntityManager().clear();
                    }
                    if (!taken.isEmpty()) {
                        publisher.awaitAcknowledged();
                    }
                    return taken.size();
                });
    }

    private record Taken(UUID jobId, long epoch, long seq, @Nullable Ended abandoned) {
        Job job() {
            JobRow row = JobRow.findById(jobId);
            return abandoned == null
                    ? JobReader.withResult(row)
                    : row.toJob(abandoned.attempt(), abandoned.state());
        }
    }

    /** The one terminal state that a job may leave again, as it was. */
    private record Ended(int attempt, JobState.Abandoned state) {}

    private static List<Taken> take(Connection connection, int most) throws SQLException {
        List<Taken> taken = new ArrayList<>();
        try (var statement = connection.prepareStatement(TAKE)) {
            statement.setInt(1, most);
            try (var row = statement.executeQuery()) {
                while (row.next()) {
                    taken.add(
                            new Taken(
                                    row.getObject(1, UUID.class),
                                    row.getLong(2),
                                    row.getLong(3),
                                    abandoned(row)));
                }
            }
        }
        taken.sort(Comparator.comparingLong(Taken::seq));
        return taken;
    }

    private static @Nullable Ended abandoned(ResultSet row) throws SQLException {
        String reason = row.getString("abandoned_reason");
        if (reason == null) {
            return null;
        }
        var at = row.getObject("abandoned_at", OffsetDateTime.class).toInstant();
        return new Ended(row.getInt("abandoned_attempt"), new JobState.Abandoned(reason, at));
    }
}
