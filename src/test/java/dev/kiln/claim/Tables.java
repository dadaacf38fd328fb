package dev.kiln.claim;

import dev.kiln.job.JobId;
import io.agroal.api.AgroalDataSource;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** The tables of the real Postgres in the model's terms, and the clock that tests turn by hand. */
record Tables(AgroalDataSource dataSource) {
    private static final String ALL =
            """
            select id, state, job.epoch, attempt, state = 'QUEUED' and run_at <= now(),
                   coalesce(lease_until < now(), false), coalesce(deadline <= now(), false), cancel_requested, r.epoch,
                   array(select a.epoch || ':' || a.counted from job_attempt a where a.job_id = job.id order by a.epoch),
                   array(select o.epoch from outbox o where o.job_id = job.id order by o.epoch)
              from job left join execution_result r on r.job_id = job.id
            """;

    Map<JobId, ModelJob> read() throws SQLException {
        try (var connection = dataSource.getConnection();
                var statement = connection.createStatement();
                var row = statement.executeQuery(ALL)) {
            Map<JobId, ModelJob> jobs = new TreeMap<>();
            while (row.next()) {
                jobs.put(new JobId(row.getObject(1, UUID.class)), job(row));
            }
            return jobs;
        }
    }

    private static ModelJob job(ResultSet row) throws SQLException {
        return new ModelJob(
                row.getString(2),
                row.getLong(3),
                row.getInt(4),
                row.getBoolean(5),
                row.getBoolean(6),
                row.getBoolean(7),
                row.getBoolean(8),
                row.getObject(9, Long.class),
                list(row.getArray(10), String.class),
                list(row.getArray(11), Long.class));
    }

    private static <T> List<T> list(Array array, Class<T> type) throws SQLException {
        return Arrays.stream((Object[]) array.getArray()).map(type::cast).toList();
    }

    void empty() throws SQLException {
        sql("truncate job cascade");
    }

    /** A lease's time is over. */
    void lapse(JobId id) throws SQLException {
        sql(
                "update job set lease_until = now() - interval '1 second' where state = 'RUNNING' and id = '%s'"
                        .formatted(id));
    }

    /** The delays of all that wait are over. */
    void passDelays() throws SQLException {
        sql("update job set run_at = now() where state = 'QUEUED'");
    }

    /** A deadline passes. */
    void passDeadline(JobId id) throws SQLException {
        sql("update job set deadline = now() - interval '1 second' where id = '%s'".formatted(id));
    }

    private void sql(String statement) throws SQLException {
        try (var connection = dataSource.getConnection();
                var s = connection.createStatement()) {
            s.execute(statement);
        }
    }
}
