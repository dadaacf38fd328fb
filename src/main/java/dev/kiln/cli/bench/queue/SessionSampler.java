package dev.kiln.cli.bench.queue;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;

/** Looks ten times a second at what the sessions of the database do, and how many jobs run. */
final class SessionSampler implements AutoCloseable {
    private static final long EVERY_MS = 100;

    private static final String SESSIONS =
            """
            select coalesce(wait_event_type, 'CPU'), count(*) filter (where state = 'active'), count(*)
              from pg_stat_activity where datname = 'kiln' and pid <> pg_backend_pid() group by 1""";

    private static final String RUNNING = "select count(*) from job where state = 'RUNNING'";

    private final Connection connection;
    private final Thread thread;
    private volatile boolean closed;
    private int looks;
    private long running;
    private int mostSessions;
    private int mostAtLocks;
    private final Map<String, Long> active = new TreeMap<>();

    SessionSampler(QueueMachine machine) throws SQLException {
        this.connection = machine.superuser().database("kiln").dataSource().getConnection();
        this.thread = Thread.ofPlatform().name("session-sampler").start(this::sample);
    }

    /**
     * What was seen.
     *
     * @param running jobs in the state RUNNING, on average
     * @param mostSessions connections to the database at most
     * @param mostAtLocks sessions that waited for a row, a table or another transaction, at most
     * @param active sessions with a statement under way, on average, by what they waited for:
     *     {@code CPU} where for nothing
     */
    record Seen(double running, int mostSessions, int mostAtLocks, Map<String, Double> active) {}

    private void sample() {
        try {
            while (!closed) {
                look();
                Thread.sleep(EVERY_MS);
            }
        } catch (SQLException e) {
            // What was seen until now stands; with no look at all the division says so.
            closed = true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() throws SQLException {
        try (var statement = connection.createStatement()) {
            int sessions = 0;
            try (var row = statement.executeQuery(SESSIONS)) {
                while (row.next()) {
                    active.merge(row.getString(1), row.getLong(2), Long::sum);
                    sessions += row.getInt(3);
                    if (row.getString(1).equals("Lock")) {
                        mostAtLocks = Math.max(mostAtLocks, row.getInt(2));
                    }
                }
            }
            mostSessions = Math.max(mostSessions, sessions);
            try (var row = statement.executeQuery(RUNNING)) {
                row.next();
                running += row.getLong(1);
            }
        }
        looks++;
    }

    /** Ends the looking. */
    Seen stop() throws InterruptedException {
        closed = true;
        thread.join();
        double all = looks;
        Map<String, Double> mean = new TreeMap<>();
        active.forEach((wait, count) -> mean.put(wait, count / all));
        return new Seen(running / all, mostSessions, mostAtLocks, mean);
    }

    @Override
    public void close() throws SQLException {
        closed = true;
        connection.close();
    }
}
