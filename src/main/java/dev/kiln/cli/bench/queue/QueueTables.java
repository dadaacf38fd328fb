package dev.kiln.cli.bench.queue;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.OffsetDateTime;

/** The tables of the queue, past Kiln: to fill them fast, and to time by the database's clock. */
final class QueueTables implements AutoCloseable {
    /** Ids as Kiln gives them, UUIDs of version 7; the programs are one line that does nothing. */
    private static final String FILL =
            """
            with ids as materialized (
                select n, (lpad(to_hex((extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0')
                           || '7' || substr(md5(random()::text), 1, 3) || '8' || substr(md5(random()::text), 1, 15))::uuid as id
                  from generate_series(1, %d) as n
            ), jobs as (
                insert into job (id, tenant, language, priority, run_at, memory_bytes, turn)
                select id, 'bench', 'scripted', 0, now() - interval '1 minute', 67108864, n from ids
            )
            insert into job_payload (job_id, code, stdin, inputs, body_hash, timeout_ms, memory_limit, cpu_limit,
                                     pids_limit, output_limit, disk_limit)
            select id, 'exit 0', '', '{"args":[],"env":{},"files":[]}', sha256(id::text::bytea), 30000, 67108864, 1,
                   50, 1048576, 67108864 from ids
            """;

    /** Times on the database's clock; a transaction's {@code now()} is when it began. */
    private static final String FINISHED =
            "select count(*), extract(epoch from max(finished_at) - min(started_at)) from job where state = 'FINISHED' and finished_at > '%s'";

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
            statement.execute(FILL.formatted(jobs));
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

    /** How many jobs have ended ever: each drew a number for its event. */
    long ended() throws SQLException {
        return one(
                "select case when is_called then last_value else 0 end from outbox_seq_seq",
                row -> row.getLong(1));
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
