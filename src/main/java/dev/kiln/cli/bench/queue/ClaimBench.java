package dev.kiln.cli.bench.queue;

import dev.kiln.cli.bench.queue.ClaimCost.Situation;
import dev.kiln.cli.client.CliException;
import dev.kiln.embedded.DatabaseAccess;
import dev.kiln.store.ClaimProbe;
import java.lang.management.ManagementFactory;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** A queue of one size, and claims from it: what each takes is filled up before the next. */
final class ClaimBench implements AutoCloseable {
    private static final String WORKER = "bench";
    private static final Duration LEASE = Duration.ofSeconds(20);

    /** A JVM's first claims are slow, and a driver's first ones are planned each time. */
    private static final int UNMEASURED = 20;

    private static final String REGISTER =
            """
            insert into worker (id, roles, slots, languages, lacking, images, network, cpus, memory_bytes,
                                runtime, runtime_version, platform, live_until)
            values ('%s', '{worker}', %d, '{scripted}', '{}', '{}', false, 64, %d, 'none', '0', 'none', now() + interval '1 day')
            on conflict (id) do nothing
            """;

    /** What a claim and the end of an attempt by a fault leave behind. */
    private static final String RETRY_HEAD =
            """
            update job set epoch = 1, attempt = 1, reason = 'the engine is gone', run_at = now() + interval '1 hour'
             where id = any (array(select id from job where state = 'QUEUED' and turn is not null
                                    order by priority desc, turn, id limit %d))
            """;

    private final DatabaseAccess access;
    private final Connection connection;
    private final Statement statement;
    private final int rows;
    private final int tenants;
    private final int size;

    /**
     * A queue of that size, in place of whatever there is.
     *
     * @param access to a database that has Kiln's tables
     * @param rows jobs in the line
     * @param tenants whose they are
     * @param size jobs in a claim
     */
    ClaimBench(DatabaseAccess access, int rows, int tenants, int size) throws SQLException {
        this.access = access;
        this.connection = access.dataSource().getConnection();
        this.statement = connection.createStatement();
        this.rows = rows;
        this.tenants = tenants;
        this.size = size;
    }

    /** Empties the tables and fills the line. */
    void fill() throws SQLException {
        statement.execute("truncate job cascade");
        statement.execute(REGISTER.formatted(WORKER, size, size * 2 * QueueFill.MEMORY));
        QueueFill.inLine(rows, tenants).into(connection);
        settle();
    }

    /**
     * Adds jobs that are not in the line.
     *
     * @param jobs of each kind
     */
    void addBeside(int jobs) throws SQLException {
        for (var where : List.of(QueueFill.Where.PUT_OFF, QueueFill.Where.BEYOND_A_CAP)) {
            new QueueFill(jobs, tenants, 0, where).into(connection);
        }
        settle();
    }

    /** Makes so many jobs at the head wait for another attempt. */
    void retryHead(int jobs) throws SQLException {
        statement.execute(RETRY_HEAD.formatted(jobs));
        settle();
    }

    /** As the tables of a site are that has been running for a while. */
    private void settle() throws SQLException {
        statement.execute("vacuum analyze job, job_payload, worker");
    }

    /** Makes so many claims, one after another and each committed. */
    ClaimCost measure(Situation situation, int claims) throws Exception {
        try (var mine = access.dataSource().getConnection()) {
            var probe = new ClaimProbe(mine, WORKER, size, 2 * size * QueueFill.MEMORY, LEASE);
            var first = ClaimPlan.of(probe.explain(ClaimProbe.Format.JSON));
            for (int i = 0; i < UNMEASURED; i++) {
                claim(mine, probe);
            }
            List<Duration> took = new ArrayList<>();
            for (int i = 0; i < claims; i++) {
                took.add(claim(mine, probe));
            }
            double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
            var last = ClaimPlan.of(probe.explain(ClaimProbe.Format.JSON));
            String text = probe.explain(ClaimProbe.Format.TEXT);
            return new ClaimCost(rows, tenants, situation, size, took, first, last, load, text);
        }
    }

    private Duration claim(Connection mine, ClaimProbe probe) throws SQLException {
        long start = System.nanoTime();
        int jobs = probe.claim();
        var took = Duration.ofNanos(System.nanoTime() - start);
        mine.commit();
        if (jobs != size) {
            throw new CliException(
                    "a claim got %d jobs where %d wait: the queue is not as it was filled"
                            .formatted(jobs, rows));
        }
        int tenant = ThreadLocalRandom.current().nextInt(tenants);
        new QueueFill(size, tenants, tenant, QueueFill.Where.IN_LINE).into(connection);
        return took;
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
