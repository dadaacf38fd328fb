package dev.kiln.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Closes batches, sees when they are complete, and hands out that event once. Nothing is counted in
 * memory: a batch is complete when no row of its jobs is live, and the row that says so is written
 * once, under its lock.
 */
@ApplicationScoped
public class BatchStore {
    private static final String CLOSE =
            """
            update batch set closed_at = coalesce(closed_at, now()) where tenant = ? and name = ?
            returning size, closed_at, completed_at
            """;

    private static final String FIND =
            "select size, closed_at, completed_at from batch where tenant = ? and name = ?";

    /**
     * Whoever sees a batch closed sees all its jobs, see {@link BatchGate}; so the look at them
     * needs no lock but that of the batch, which keeps the others away who look. It is made for
     * each batch by itself ({@code offset 0}): joined, it would read all live jobs.
     */
    static final String TAKE_ENDED =
            """
            select tenant, name
              from batch b
             where closed_at is not null and completed_at is null
               and not exists (select 1 from job j
                                where j.tenant = b.tenant and j.batch = b.name and j.finished_at is null
                               offset 0)
             order by closed_at
             limit ?
               for no key update of b skip locked
            """;

    private static final String COMPLETE =
            "update batch set completed_at = now(), facts = ?::jsonb where tenant = ? and name = ?";

    static final String TAKE_UNANNOUNCED =
            """
            select tenant, name, size, facts, closed_at, completed_at
              from batch
             where completed_at is not null and announced_at is null
             order by completed_at
             limit ?
               for no key update skip locked
            """;

    private static final String ANNOUNCED =
            "update batch set announced_at = now() where tenant = ? and name = ?";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Database database;

    BatchStore(Database database) {
        this.database = database;
    }

    /**
     * What is known of a batch besides its jobs.
     *
     * @param size how many jobs it is to have, where a document said so
     * @param closedAt since when it takes no more jobs; null while it does
     * @param completedAt when all its jobs were seen to have ended; null before
     */
    public record Standing(
            @Nullable Integer size, @Nullable Instant closedAt, @Nullable Instant completedAt) {
        /** Of a batch of which nothing is known. */
        public static final Standing OPEN = new Standing(null, null, null);
    }

    /**
     * Closes a batch: no job joins it from the return on. One that is closed stays as it is.
     *
     * @return how it stands now; empty when no job was ever in it
     * @throws StoreUnavailable when the same call may succeed later
     */
    public Optional<Standing> close(String tenant, String name) {
        return standing(CLOSE, tenant, name);
    }

    /**
     * How a batch stands.
     *
     * @throws StoreUnavailable when the same call may succeed later
     */
    public Optional<Standing> find(String tenant, String name) {
        return standing(FIND, tenant, name);
    }

    private Optional<Standing> standing(String sql, String tenant, String name) {
        return database.sql(
                connection -> {
                    try (var statement = connection.prepareStatement(sql)) {
                        statement.setString(1, tenant);
                        statement.setString(2, name);
                        try (var row = statement.executeQuery()) {
                            return row.next() ? Optional.of(standing(row)) : Optional.empty();
                        }
                    }
                });
    }

    private static Standing standing(ResultSet row) throws SQLException {
        return new Standing(
                row.getObject("size", Integer.class),
                moment(row, "closed_at"),
                moment(row, "completed_at"));
    }

    /**
     * Writes down which closed batches are complete: each once, whoever else looks at the same
     * time.
     *
     * @param most how many at once
     * @return how many there were
     * @throws StoreUnavailable when the same call may succeed later
     */
    public int complete(int most) {
        return database.sql(
                connection -> {
                    int complete = 0;
                    for (Name batch : takeEnded(connection, most)) {
                        if (complete(connection, batch)) {
                            complete++;
                        }
                    }
                    return complete;
                });
    }

    private record Name(String tenant, String batch) {
        void set(PreparedStatement statement, int first) throws SQLException {
            statement.setString(first, tenant);
            statement.setString(first + 1, batch);
        }
    }

    private static List<Name> takeEnded(Connection connection, int most) throws SQLException {
        List<Name> ended = new ArrayList<>();
        try (var statement = connection.prepareStatement(TAKE_ENDED)) {
            statement.setInt(1, most);
            try (var row = statement.executeQuery()) {
                while (row.next()) {
                    ended.add(new Name(row.getString("tenant"), row.getString("name")));
                }
            }
        }
        return ended;
    }

    private static boolean complete(Connection connection, Name batch) throws SQLException {
        var jobs =
                BatchReader.count(connection, batch.tenant(), batch.batch())
                        .orElse(new Batch(Map.of(), Map.of(), 0, null, null));
        if (jobs.ended() < jobs.jobs()) {
            // A job that was given up is tried again since the look: the batch waits for it.
            return false;
        }
        try (var statement = connection.prepareStatement(COMPLETE)) {
            statement.setString(1, facts(jobs));
            batch.set(statement, 2);
            statement.executeUpdate();
        }
        return true;
    }

    /** Publishes events. */
    public interface Publisher {
        /**
         * Publishes all of them. Returns when the broker has acknowledged them; throws when it did
         * not.
         */
        void publish(List<BatchEnd> events) throws Exception;
    }

    /**
     * Has the events of complete batches published that were not yet, oldest first. They count as
     * published only when the publisher returned and the transaction committed; a crash in between
     * publishes them again, word for word.
     *
     * @param most how many at once
     * @return how many there were
     * @throws StoreUnavailable when the same call may succeed later
     */
    public int announce(int most, Publisher publisher) {
        return database.transaction(
                () -> {
                    var due = database.inTransaction(connection -> takeDue(connection, most));
                    if (!due.isEmpty()) {
                        publisher.publish(due);
                        database.inTransaction(connection -> announced(connection, due));
                    }
                    return due.size();
                });
    }

    private static List<BatchEnd> takeDue(Connection connection, int most) throws SQLException {
        List<BatchEnd> due = new ArrayList<>();
        try (var statement = connection.prepareStatement(TAKE_UNANNOUNCED)) {
            statement.setInt(1, most);
            try (var row = statement.executeQuery()) {
                while (row.next()) {
                    due.add(
                            new BatchEnd(
                                    row.getString("tenant"),
                                    row.getString("name"),
                                    row.getObject("size", Integer.class),
                                    jobs(row.getString("facts")),
                                    Objects.requireNonNull(moment(row, "closed_at")),
                                    Objects.requireNonNull(moment(row, "completed_at"))));
                }
            }
        }
        return due;
    }

    private static int announced(Connection connection, List<BatchEnd> events) throws SQLException {
        try (var statement = connection.prepareStatement(ANNOUNCED)) {
            for (BatchEnd event : events) {
                new Name(event.tenant(), event.name()).set(statement, 1);
                statement.executeUpdate();
            }
        }
        return events.size();
    }

    private static String facts(Batch jobs) {
        ObjectNode json = JSON.createObjectNode().put("succeeded", jobs.succeeded());
        jobs.states().forEach(json.putObject("states")::put);
        jobs.causes().forEach(json.putObject("causes")::put);
        put(json, "submitted_at", jobs.firstSubmittedAt());
        put(json, "finished_at", jobs.lastFinishedAt());
        return json.toString();
    }

    private static void put(ObjectNode json, String field, @Nullable Instant moment) {
        json.put(field, moment == null ? null : moment.toString());
    }

    private static Batch jobs(String facts) {
        try {
            var json = JSON.readTree(facts);
            Map<String, Long> states = new HashMap<>();
            json.path("states")
                    .properties()
                    .forEach(e -> states.put(e.getKey(), e.getValue().asLong()));
            Map<String, Long> causes = new HashMap<>();
            json.path("causes")
                    .properties()
                    .forEach(e -> causes.put(e.getKey(), e.getValue().asLong()));
            return new Batch(
                    states,
                    causes,
                    json.path("succeeded").asLong(),
                    instant(json.path("submitted_at").textValue()),
                    instant(json.path("finished_at").textValue()));
        } catch (JsonProcessingException ours) {
            throw new UncheckedIOException(ours);
        }
    }

    private static @Nullable Instant instant(@Nullable String text) {
        return text == null ? null : Instant.parse(text);
    }

    private static @Nullable Instant moment(ResultSet row, String column) throws SQLException {
        var moment = row.getObject(column, OffsetDateTime.class);
        return moment == null ? null : moment.toInstant();
    }
}
