package dev.kiln.store;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.kiln.job.JobId;
import dev.kiln.lifecycle.Loop;
import io.agroal.api.AgroalDataSource;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Says to other processes what has happened in this one. On a thread and in transactions of its
 * own, since commits that notify wait for each other. It sends at once unless it did a moment ago;
 * what comes meanwhile goes together in the next statement, since each is a commit and a wake-up of
 * every process that listens.
 */
@ApplicationScoped
class HintSender {
    private static final Logger LOG = Logger.getLogger(HintSender.class);
    private static final String NOTIFY =
            "select pg_notify(channel, text) from unnest(?::text[], ?::text[]) as hint (channel, text)";

    /** PostgreSQL takes less than 8000 bytes in one; an id and its comma are 37. */
    private static final int IDS = 200;

    private static final Duration FOREVER = Duration.ofDays(1);

    /** From the beginning of one statement to that of the next, at least. */
    private static final Duration PACE = Duration.ofMillis(5);

    private final AgroalDataSource dataSource;
    private final String process = UUID.randomUUID().toString();
    private final Doorbell something = new Doorbell();
    private final Set<Hint> pending = new LinkedHashSet<>();
    private final Set<JobId> ended = new LinkedHashSet<>();
    private @Nullable Loop loop;
    private long last = System.nanoTime() - PACE.toNanos();

    /** One notification. */
    record Hint(HintChannel channel, String text) {}

    HintSender(AgroalDataSource dataSource) {
        this.dataSource = dataSource;
    }

    void start(@Observes StartupEvent event) {
        loop = Loop.start("hint-sender", this::awaitTurn, this::send);
    }

    private void awaitTurn() throws InterruptedException {
        something.await(FOREVER);
        NANOSECONDS.sleep(last + PACE.toNanos() - System.nanoTime());
        last = System.nanoTime();
    }

    /** What this process calls itself in hints. */
    String process() {
        return process;
    }

    /** These workers have jobs to cancel. */
    void cancel(Collection<String> workers) {
        add(workers.stream().map(worker -> new Hint(HintChannel.CANCEL, worker)).toList());
    }

    /** Jobs were queued. */
    void queued() {
        add(List.of(new Hint(HintChannel.QUEUED, process)));
    }

    /** These jobs have ended. */
    void ended(Collection<JobId> jobs) {
        synchronized (pending) {
            ended.addAll(jobs);
        }
        something.ring();
    }

    /** Somebody follows these jobs. */
    void follow(Collection<JobId> jobs) {
        add(hints(HintChannel.FOLLOW, List.copyOf(jobs)));
    }

    /** There is news of these jobs. */
    void live(Collection<JobId> jobs) {
        add(hints(HintChannel.LIVE, List.copyOf(jobs)));
    }

    private void add(List<Hint> hints) {
        if (hints.isEmpty()) {
            return;
        }
        synchronized (pending) {
            pending.addAll(hints);
        }
        something.ring();
    }

    private void send() {
        var hints = take();
        if (hints.isEmpty()) {
            return;
        }
        try (var connection = dataSource.getConnection();
                var statement = connection.prepareStatement(NOTIFY)) {
            statement.setArray(
                    1,
                    connection.createArrayOf(
                            "text", hints.stream().map(h -> h.channel().sqlName()).toArray()));
            statement.setArray(
                    2, connection.createArrayOf("text", hints.stream().map(Hint::text).toArray()));
            statement.execute();
        } catch (SQLException e) {
            LOG.debug("hints were lost: others will find out by asking", e);
        }
    }

    private List<Hint> take() {
        synchronized (pending) {
            var hints = new ArrayList<>(pending);
            hints.addAll(hints(HintChannel.ENDED, List.copyOf(ended)));
            pending.clear();
            ended.clear();
            return hints;
        }
    }

    static List<Hint> hints(HintChannel channel, List<JobId> jobs) {
        List<Hint> hints = new ArrayList<>();
        for (int from = 0; from < jobs.size(); from += IDS) {
            hints.add(
                    new Hint(
                            channel,
                            jobs.subList(from, Math.min(from + IDS, jobs.size())).stream()
                                    .map(JobId::toString)
                                    .collect(Collectors.joining(","))));
        }
        return hints;
    }

    /** After the drain, whose last ends others wait for. */
    void stop(@Observes @Priority(2900) ShutdownEvent event) {
        if (loop != null) {
            loop.close();
        }
        send();
    }
}
