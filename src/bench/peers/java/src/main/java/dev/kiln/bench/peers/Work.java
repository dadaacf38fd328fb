package dev.kiln.bench.peers;

import java.sql.SQLException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;

/**
 * What a job does: nothing, or the insert of one result row in a transaction of its own. And the clock of a window: when the first
 * job began, and whether all have been handled.
 */
public final class Work {

    private final DataSource database;
    private final String insert;
    private final AtomicLong firstNanos = new AtomicLong();
    private final AtomicLong handled = new AtomicLong();
    private volatile CountDownLatch left = new CountDownLatch(0);

    /**
     * @param insert the statement with one placeholder for the job's id; empty for handlers that do nothing
     */
    Work(DataSource database, String insert) {
        this.database = database;
        this.insert = insert.replace(":job", "?");
    }

    /** Before the workers may begin. */
    void expect(int jobs) {
        firstNanos.set(0);
        handled.set(0);
        left = new CountDownLatch(jobs);
    }

    /** One job, on a thread of the peer's. */
    void handle(String id) {
        if (firstNanos.get() == 0) {
            firstNanos.compareAndSet(0, System.nanoTime());
        }
        if (!insert.isEmpty()) {
            insert(id);
        }
        handled.incrementAndGet();
        left.countDown();
    }

    private void insert(String id) {
        try (var connection = database.getConnection();
                var statement = connection.prepareStatement(insert)) {
            statement.setString(1, id);
            statement.executeUpdate();
        } catch (SQLException e) {
            // A peer would try again much later: a measurement that must not happen, and not go on.
            e.printStackTrace();
            Runtime.getRuntime().halt(1);
        }
    }

    /** Waits until all are handled, or none has been for so long. Returns whether all are. */
    boolean awaitAll(long seconds) throws InterruptedException {
        long before = -1;
        while (handled.get() != before) {
            before = handled.get();
            if (left.await(seconds, TimeUnit.SECONDS)) {
                return true;
            }
        }
        return false;
    }

    long handled() {
        return handled.get();
    }

    long nanosSinceFirst() {
        return System.nanoTime() - firstNanos.get();
    }
}
