package dev.kiln.store;

import dev.kiln.job.JobId;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;

/** Answers what attempts at a job came to nothing. */
@ApplicationScoped
public class HistoryReader {
    private static final String NEWEST =
            """
            select epoch, worker, started_at, ended_at, counted, fault from job_attempt
             where job_id = ?
             order by epoch desc
             limit ?
            """;

    private final Database database;

    HistoryReader(Database database) {
        this.database = database;
    }

    /**
     * The newest of them, newest first; empty also for a job that does not exist.
     *
     * @param most how many at most: a host's faults are not counted, and so not bounded
     * @throws StoreUnavailable when the same call may succeed later
     */
    public List<Attempt> newest(JobId job, int most) {
        return database.sql(
                connection -> {
                    try (var statement = connection.prepareStatement(NEWEST)) {
                        statement.setObject(1, job.value());
                        statement.setInt(2, most);
                        List<Attempt> attempts = new ArrayList<>();
                        try (var row = statement.executeQuery()) {
                            while (row.next()) {
                                attempts.add(attempt(row));
                            }
                        }
                        return attempts;
                    }
                });
    }

    private static Attempt attempt(ResultSet row) throws SQLException {
        return new Attempt(
                row.getLong("epoch"),
                row.getString("worker"),
                time(row, "started_at"),
                time(row, "ended_at"),
                row.getBoolean("counted"),
                row.getString("fault"));
    }

    private static Instant time(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }
}
