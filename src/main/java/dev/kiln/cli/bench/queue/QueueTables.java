package dev.kiln.cli.bench.queue;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.OffsetDateTime;

/** The tables of the queue, past Kiln: to fill them fast, and to time by the database's clock. */
final class QueueTables implements AutoCloseable {
    /** Times on the database's clock; a transaction's {@code now()} is when it began. */
    private static final String FINISHED =
            "select count(*), extract(epoch from max(finished_at) - min(started_at)) from job where state = 'FINISHED' and finished_at > '%s'";

    /** How many jobs have ended ever: each drew a number for its event. */
    static final String ENDED =
            "select case when is_called then last_value else 0 end from outbox_seq_seq";

    private final Connection connection;
    private final Statement statement;
    private final QueueMachine machine;

    QueueTables(QueueMachine machine) throws SQLException {
        this.machine = machine;
        this.connection = machine.access().dataSource().getConnection();
        this.statement = connection.createStatement();
    }

    /** Jobs that were finished. */
    record Finished(int jobs, Duration took) {}

    private interface Read<T> {
        T read(ResultSet row) throws SQLException;
    }

    private <T> T one(String query, Read<T> read) throws SQLException {
        try (var row = statement.executeQuery(query)) {
            row.next();
            return read.read(row);
        }
    }

    void clear() throws SQLException {
        statement.execute("truncate job cascade");
    }

    void fill(int jobs) throws SQLException {
        if (jobs > 0) {
            QueueFill.inLine(jobs, 1).into(connection);
        }
    }

    /** As the tables of a site are that has been running for a while. */
    void settle() throws SQLException {
        statement.execute("vacuum analyze job, job_payload, execution_result, outbox");
        try (var superuser = machine.superuser().dataSource().getConnection();
                var checkpoint = superuser.createStatement()) {
            checkpoint.execute("checkpoint");
        }
    }

    int queued() throws SQLException {
        return one("select count(*) from job where state = 'QUEUED'", row -> row.getInt(1));
    }

    int running() throws SQLException {
        return one("select count(*) from job where state = 'RUNNING'", row -> row.getInt(1));
    }

    long ended() throws SQLException {
        return one(ENDED, row -> row.getLong(1));
    }

    OffsetDateTime now() throws SQLException {
        return one("select clock_timestamp()", row -> row.getObject(1, OffsetDateTime.class));
    }

    Finished finishedSince(OffsetDateTime mark) throws SQLException {
        return one(
                FINISHED.formatted(mark),
                row ->
                        new Finished(
                                row.getInt(1), Duration.ofNanos((long) (row.getDouble(2) * 1e9))));
    }

    /** How many have a result that came since then, and how long their programs took together. */
    ScaleStage.Jobs resultsSince(OffsetDateTime mark) throws SQLException {
        return one(
                "select count(*), coalesce(sum(duration_ms), 0) from execution_result where created_at > '%s'"
                        .formatted(mark),
                row -> new ScaleStage.Jobs(row.getInt(1), Duration.ofMillis(row.getLong(2))));
    }

    /** The process that all of Postgres are children of. */
    long postmaster() throws SQLException {
        long backend = one("select pg_backend_pid()", row -> row.getLong(1));
        return ProcessHandle.of(backend).flatMap(ProcessHandle::parent).orElseThrow().pid();
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
