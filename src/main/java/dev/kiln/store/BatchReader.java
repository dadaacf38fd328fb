package dev.kiln.store;

import dev.kiln.job.JobId;
import jakarta.enterprise.context.ApplicationScoped;
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
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Answers how far a batch has come, and which of its jobs have ended. */
@ApplicationScoped
public class BatchReader {
    /** Results are looked up one by one, by their keys: never a walk through those of others. */
    private static final String COUNT =
            """
            select job.state, r.termination, count(*) as jobs, count(*) filter (where r.success) as succeeded,
                   min(job.submitted_at) as submitted_at, max(job.finished_at) as finished_at
              from job left join lateral (select termination, success from execution_result
                                           where job_id = job.id offset 0) r on true
             where job.tenant = ? and job.batch = ?
             group by job.state, r.termination
            """;

    private static final String PAGE =
            """
            select id, finished_at is not null as ended
              from job
             where tenant = ? and batch = ? and id > ?
             order by id
             limit ?
            """;

    /** The id before all others. */
    private static final UUID FIRST = new UUID(0, 0);

    private final Database database;

    BatchReader(Database database) {
        this.database = database;
    }

    /**
     * How far the batch has come; empty when no job is in it.
     *
     * @throws StoreUnavailable when the same call may succeed later
     */
    public Optional<Batch> find(String tenant, String batch) {
        return database.sql(connection -> count(connection, tenant, batch));
    }

    /** As {@link #find}, in a transaction that is under way. */
    static Optional<Batch> count(Connection connection, String tenant, String batch)
            throws SQLException {
        try (var statement = prepare(connection, COUNT, tenant, batch);
                var row = statement.executeQuery()) {
            return read(row);
        }
    }

    private static Optional<Batch> read(ResultSet row) throws SQLException {
        Map<String, Long> states = new HashMap<>();
        Map<String, Long> causes = new HashMap<>();
        long succeeded = 0;
        Instant first = Instant.MAX;
        Instant last = null;
        while (row.next()) {
            long jobs = row.getLong("jobs");
            String cause = row.getString("termination");
            states.merge(row.getString("state"), jobs, Long::sum);
            if (cause != null) {
                causes.merge(cause, jobs, Long::sum);
            }
            succeeded += row.getLong("succeeded");
            var submitted = row.getObject("submitted_at", OffsetDateTime.class).toInstant();
            first = submitted.isBefore(first) ? submitted : first;
            last = later(last, row.getObject("finished_at", OffsetDateTime.class));
        }
        return states.isEmpty()
                ? Optional.empty()
                : Optional.of(new Batch(states, causes, succeeded, first, last));
    }

    private static @Nullable Instant later(
            @Nullable Instant known, @Nullable OffsetDateTime other) {
        if (other == null) {
            return known;
        }
        var moment = other.toInstant();
        return known == null || moment.isAfter(known) ? moment : known;
    }

    /**
     * Some of a batch's jobs, in the order of their ids.
     *
     * @param ended those of them that have come to their end
     * @param last the last that was looked at, behind which the next page begins; null when there
     *     are no more
     */
    public record Page(List<JobId> ended, @Nullable JobId last) {
        public Page {
            ended = List.copyOf(ended);
        }
    }

    /**
     * The next page of a batch's jobs.
     *
     * @param after the job behind which it begins; null for the first page
     * @param most how many jobs to look at
     * @throws StoreUnavailable when the same call may succeed later
     */
    public Page page(String tenant, String batch, @Nullable JobId after, int most) {
        return database.sql(
                connection -> {
                    try (var statement = prepare(connection, PAGE, tenant, batch)) {
                        statement.setObject(3, after == null ? FIRST : after.value());
                        statement.setInt(4, most);
                        return page(statement);
                    }
                });
    }

    private static Page page(PreparedStatement statement) throws SQLException {
        List<JobId> ended = new ArrayList<>();
        JobId last = null;
        try (var row = statement.executeQuery()) {
            while (row.next()) {
                last = new JobId(row.getObject("id", UUID.class));
                if (row.getBoolean("ended")) {
                    ended.add(last);
                }
            }
        }
        return new Page(ended, last);
    }

    private static PreparedStatement prepare(
            Connection connection, String sql, String tenant, String batch) throws SQLException {
        var statement = connection.prepareStatement(sql);
        statement.setString(1, tenant);
        statement.setString(2, batch);
        return statement;
    }
}
