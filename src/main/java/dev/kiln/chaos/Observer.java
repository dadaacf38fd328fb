package dev.kiln.chaos;

import dev.kiln.embedded.DatabaseAccess;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Looks at all jobs a few times a second, past all links, for what must never be seen: an epoch
 * that goes back, a job that comes back from its end or is gone.
 */
final class Observer {
    private static final Duration EVERY = Duration.ofMillis(400);
    private static final Set<String> LIVE = Set.of("QUEUED", "RUNNING");

    private final DatabaseAccess access;
    private final Map<String, Seen> last = new HashMap<>();
    private final List<String> violations = new CopyOnWriteArrayList<>();
    private final AtomicInteger looks = new AtomicInteger();
    private final Thread thread;
    private volatile boolean closed;

    private record Seen(String state, long epoch) {}

    /** Begins to look. */
    Observer(DatabaseAccess access) {
        this.access = access;
        this.thread = Thread.ofVirtual().name("observer").start(this::run);
    }

    private void run() {
        try {
            while (!closed) {
                look();
                Thread.sleep(EVERY);
            }
        } catch (InterruptedException closing) {
            // That is how it ends.
        }
    }

    private void look() throws InterruptedException {
        try (var connection = access.dataSource().getConnection()) {
            while (!closed) {
                compare(read(connection));
                looks.incrementAndGet();
                Thread.sleep(EVERY);
            }
        } catch (SQLException databaseAway) {
            // Part of the plan; the next look has a connection of its own.
        }
    }

    private static Map<String, Seen> read(Connection connection) throws SQLException {
        Map<String, Seen> now = new HashMap<>();
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("select id, state, epoch from job")) {
            while (row.next()) {
                now.put(row.getString(1), new Seen(row.getString(2), row.getLong(3)));
            }
        }
        return now;
    }

    private void compare(Map<String, Seen> now) {
        var gone = new HashSet<>(last.keySet());
        gone.removeAll(now.keySet());
        gone.forEach(id -> violations.add(id + " is gone"));
        now.forEach((id, seen) -> compare(id, last.get(id), seen));
        last.clear();
        last.putAll(now);
    }

    private void compare(String id, @Nullable Seen before, Seen now) {
        if (before == null) {
            return;
        }
        if (now.epoch() < before.epoch()) {
            violations.add("%s: epoch %d after %d".formatted(id, now.epoch(), before.epoch()));
        }
        if (!LIVE.contains(before.state()) && !now.equals(before)) {
            violations.add(
                    "%s: %s in epoch %d after %s in epoch %d"
                            .formatted(
                                    id, now.state(), now.epoch(), before.state(), before.epoch()));
        }
    }

    /** Looks no more; what it saw. */
    Evidence.Looks stop() throws InterruptedException {
        closed = true;
        thread.interrupt();
        thread.join();
        return new Evidence.Looks(looks.get(), List.copyOf(violations));
    }
}
