package dev.kiln.cli.client;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Waits for jobs to end: by requests that the server answers when that happens, or, where a server
 * knows nothing of that, by asking now and then.
 */
public final class Waiting {

    private static final Duration LONGEST = Duration.ofSeconds(30);

    private final KilnClient client;

    /** On this server. */
    public Waiting(KilnClient client) {
        this.client = client;
    }

    /**
     * Until this job has ended.
     *
     * @throws CliException when the server does not know it
     */
    public PolledJob forOne(String id) throws InterruptedException {
        var interval = new PollInterval();
        while (true) {
            long asked = System.nanoTime();
            var job = client.job(id, LONGEST).orElseThrow(() -> unknown(id));
            if (job.ended()) {
                return job;
            }
            // Nothing is left of a pause unless the server answered at once.
            interval.awaitSince(asked);
        }
    }

    /** The sentence for an id that the server does not know. */
    public static CliException unknown(String id) {
        return new CliException(
                "Kiln knows no job %s: check the id and the server (--server, KILN_URL)"
                        .formatted(id));
    }

    /**
     * Until all have ended, or until the limit has passed. A job that the server does not know yet
     * may still be on its way to it.
     *
     * @param seen called after each round with every job as last seen
     * @return each id's job as last seen, in the order of the ids
     */
    public Map<String, PolledJob> forAll(
            Collection<String> ids, Duration limit, Consumer<Collection<PolledJob>> seen)
            throws InterruptedException {
        var giveUp = Instant.now().plus(limit);
        var jobs = new LinkedHashMap<String, PolledJob>();
        var left = new ArrayList<>(ids);
        var interval = new PollInterval();
        while (true) {
            if (look(left, jobs)) {
                interval.reset();
            }
            seen.accept(jobs.values());
            if (left.isEmpty() || Instant.now().isAfter(giveUp)) {
                return inOrder(ids, jobs);
            }
            awaitFirst(left.getFirst(), interval);
        }
    }

    /** A pause that is over when this job has ended, which is the first of those that are left. */
    private void awaitFirst(String id, PollInterval interval) throws InterruptedException {
        long asked = System.nanoTime();
        var job = client.job(id, interval.peek());
        if (job.isEmpty() || !job.get().ended()) {
            interval.awaitSince(asked);
        }
    }

    /**
     * Looks at every job that is left, and takes those away that have ended; tells whether there
     * were any.
     */
    private boolean look(Collection<String> left, Map<String, PolledJob> jobs)
            throws InterruptedException {
        boolean some = false;
        for (var ids = left.iterator(); ids.hasNext(); ) {
            var job = client.job(ids.next());
            job.ifPresent(found -> jobs.put(found.id(), found));
            if (job.isPresent() && job.get().ended()) {
                ids.remove();
                some = true;
            }
        }
        return some;
    }

    private static Map<String, PolledJob> inOrder(
            Collection<String> ids, Map<String, PolledJob> jobs) {
        var ordered = new LinkedHashMap<String, PolledJob>();
        for (String id : ids) {
            PolledJob job = jobs.get(id);
            if (job != null) {
                ordered.put(id, job);
            }
        }
        return ordered;
    }
}
