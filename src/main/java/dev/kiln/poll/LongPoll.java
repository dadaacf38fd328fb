package dev.kiln.poll;

import dev.kiln.job.Job;
import dev.kiln.job.JobId;
import dev.kiln.lifecycle.Stopping;
import dev.kiln.store.Endings;
import dev.kiln.store.JobReader;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * Lets requests wait for a job's end. A request that waits is a virtual thread and an entry in
 * {@link Endings}; it holds no connection to the database and asks nothing until it is woken, its
 * time is up, its client has gone, or the process stops.
 */
@ApplicationScoped
public class LongPoll {
    private static final Logger LOG = Logger.getLogger(LongPoll.class);
    private static final long STOP_SECONDS = 5;

    /**
     * A job that was queued a moment ago runs at least so long, or whoever waits for it is woken.
     */
    private static final Duration FIRST_LOOK = Duration.ofMillis(250);

    /**
     * Requests that look at their job at the same time. Thousands that wait for one job wake
     * together: they wait for each other here, and not at the pool of connections, which workers
     * and submissions need too and where waiting is an error after some seconds.
     */
    private static final int LOOKING = 8;

    /** The request that is being answered on this thread. */
    public interface Exchange {
        /** Has this called when its answer was sent or its client has gone, once at least. */
        void onEnd(Runnable action);
    }

    private final Endings endings;
    private final Function<JobId, Optional<Job>> jobs;
    private final Exchange exchange;
    private final Semaphore looking = new Semaphore(LOOKING, true);
    private final Set<CompletableFuture<?>> unanswered = ConcurrentHashMap.newKeySet();

    @Inject
    LongPoll(Endings endings, JobReader reader, CurrentVertxRequest request) {
        this(endings, reader::find, new HttpExchange(request));
    }

    /** One that looks at jobs in its own way. */
    public LongPoll(Endings endings, Function<JobId, Optional<Job>> jobs, Exchange exchange) {
        this.endings = endings;
        this.jobs = jobs;
        this.exchange = exchange;
    }

    /**
     * The job as it stands.
     *
     * @throws dev.kiln.store.StoreUnavailable when the same call may succeed later
     */
    public Optional<Job> find(JobId id) {
        return jobs.apply(id);
    }

    /**
     * The job when it has ended, or as it stands when that did not happen in time; nothing, at
     * once, when there is no such job.
     *
     * @param atMost how long to wait; zero for not at all
     * @throws dev.kiln.store.StoreUnavailable when the same call may succeed later
     */
    public Optional<Job> find(JobId id, Duration atMost) throws InterruptedException {
        return find(id, Duration.ZERO, atMost);
    }

    /**
     * As {@link #find(JobId, Duration)}, for a job that was queued just now: a look at it before it
     * has ended would only take time from its own start.
     */
    public Optional<Job> findNew(JobId id, Duration atMost) throws InterruptedException {
        return find(id, atMost.compareTo(FIRST_LOOK) < 0 ? atMost : FIRST_LOOK, atMost);
    }

    private Optional<Job> find(JobId id, Duration before, Duration atMost)
            throws InterruptedException {
        if (atMost.isZero()) {
            return find(id);
        }
        long start = System.nanoTime();
        try (var waiter = endings.waiter(id)) {
            followExchange(waiter);
            if (before.isPositive()) {
                waiter.await(before);
            }
            while (true) {
                var job = look(id);
                var left = atMost.minusNanos(System.nanoTime() - start);
                if (job.isEmpty()
                        || job.get().state().terminal()
                        || waiter.over()
                        || !left.isPositive()) {
                    return job;
                }
                waiter.await(left);
            }
        }
    }

    /** The waiting is over when the client has gone; a stop of the process waits for the answer. */
    private void followExchange(Endings.Waiter waiter) {
        var answered = new CompletableFuture<Void>();
        unanswered.add(answered);
        exchange.onEnd(
                () -> {
                    waiter.giveUp();
                    unanswered.remove(answered);
                    answered.complete(null);
                });
    }

    private Optional<Job> look(JobId id) throws InterruptedException {
        looking.acquire();
        try {
            return jobs.apply(id);
        } finally {
            looking.release();
        }
    }

    /** After the drain, in which jobs that are waited for may end. */
    void stop(@Observes @Priority(2700) Stopping event) throws InterruptedException {
        endings.close();
        try {
            CompletableFuture.allOf(unanswered.toArray(CompletableFuture[]::new))
                    .get(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            LOG.debug("clients that were waiting get no answer", e);
        }
    }
}
