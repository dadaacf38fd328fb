package dev.kiln.chaos;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A job as the tables have it.
 *
 * @param failed attempts that came to nothing
 * @param counted those of them that were held against it
 */
record JobFacts(
        String id,
        String state,
        long epoch,
        int attempt,
        @Nullable String owner,
        int failed,
        int counted,
        @Nullable Result result) {

    /** Its result row. */
    record Result(long epoch, String termination, @Nullable Integer exitCode, String stdout) {}

    private static final String ALL =
            """
            select j.id, j.state, j.epoch, j.attempt, j.owner, r.epoch, r.termination, r.exit_code, r.stdout,
                   (select count(*) from job_attempt a where a.job_id = j.id),
                   (select count(*) from job_attempt a where a.job_id = j.id and a.counted)
              from job j left join execution_result r on r.job_id = j.id
            """;

    static List<JobFacts> all(Connection connection) throws SQLException {
        List<JobFacts> jobs = new ArrayList<>();
        try (var statement = connection.createStatement();
                var row = statement.executeQuery(ALL)) {
            while (row.next()) {
                jobs.add(
                        new JobFacts(
                                row.getString(1),
                                row.getString(2),
                                row.getLong(3),
                                row.getInt(4),
                                row.getString(5),
                                row.getInt(10),
                                row.getInt(11),
                                result(row)));
            }
        }
        return jobs;
    }

    private static @Nullable Result result(ResultSet row) throws SQLException {
        long epoch = row.getLong(6);
        return row.wasNull()
                ? null
                : new Result(
                        epoch,
                        row.getString(7),
                        row.getObject(8, Integer.class),
                        new String(row.getBytes(9), StandardCharsets.UTF_8));
    }

    boolean ended() {
        return !state.equals("QUEUED") && !state.equals("RUNNING");
    }

    /** Whether a claim came to its end with the job: those that did not are failed attempts. */
    boolean endedByAClaim() {
        return state.equals("FINISHED") || result != null;
    }

    /** In short, for those who look for what went wrong. */
    String inShort() {
        return "%s: %s in epoch %d, attempt %d, %s"
                .formatted(id, state, epoch, attempt, result == null ? "no result" : result);
    }
}
