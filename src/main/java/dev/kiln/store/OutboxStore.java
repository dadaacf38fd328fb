package dev.kiln.store;

import dev.kiln.job.Job;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;

/** The completion events that the broker has not acknowledged yet. */
@ApplicationScoped
public class OutboxStore {
    /**
     * Taken by lock, never by "greater than the last seen": transactions commit out of the order of
     * their numbers.
     */
    private static final String TAKE =
            """
            delete from outbox
             where seq in (select seq from outbox order by seq limit ? for update skip locked)
            returning job_id, epoch, seq
            """;

    private final Database database;

    OutboxStore(Database database) {
        this.database = database;
    }

    /**
     * An event to be published.
     *
     * @param job the job in its terminal state
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
                        JobRow row = JobRow.findById(event.jobId());
                        publisher.send(new Unsent(JobReader.withResult(row), event.epoch()));
                        JobRow.getEntityManager().clear();
                    }
                    if (!taken.isEmpty()) {
                        publisher.awaitAcknowledged();
                    }
                    return taken.size();
                });
    }

    private record Taken(UUID jobId, long epoch, long seq) {}

    private static List<Taken> take(Connection connection, int most) throws SQLException {
        List<Taken> taken = new ArrayList<>();
        try (var statement = connection.prepareStatement(TAKE)) {
            statement.setInt(1, most);
            try (var row = statement.executeQuery()) {
                while (row.next()) {
                    taken.add(
                            new Taken(
                                    row.getObject(1, UUID.class), row.getLong(2), row.getLong(3)));
                }
            }
        }
        taken.sort(Comparator.comparingLong(Taken::seq));
        return taken;
    }
}
