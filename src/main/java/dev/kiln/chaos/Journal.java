package dev.kiln.chaos;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** What was done to whom, against which the outcome is judged. */
final class Journal {
    private static final int SHORT_ID = 12;

    private final Map<String, Instant> silencedWorkers = new ConcurrentHashMap<>();
    private final Map<String, Integer> cancels = new ConcurrentHashMap<>();
    private int troubles;
    private Instant lastTrouble = Instant.MIN;
    private final Set<String> struckJobs = ConcurrentHashMap.newKeySet();
    private final Set<String> struckContainers = ConcurrentHashMap.newKeySet();
    private final List<String> struck = new CopyOnWriteArrayList<>();
    private final List<String> surprises = new CopyOnWriteArrayList<>();

    /** From now on it is no wonder when this worker's leases lapse. */
    void silenced(String worker) {
        silencedWorkers.putIfAbsent(worker, Instant.now());
    }

    /**
     * Whether that was so.
     *
     * @param at by the clock of the database, which is this machine's
     */
    boolean wasSilenced(String worker, Instant at) {
        Instant since = silencedWorkers.get(worker);
        return since != null && !at.isBefore(since);
    }

    /** Somebody is kept from Postgres from now on. */
    synchronized void troubleBegins() {
        troubles++;
    }

    /** The same is over. */
    synchronized void troubleEnds() {
        troubles--;
        lastTrouble = Instant.now();
    }

    /** Whether anybody was kept from Postgres since then. */
    synchronized boolean hadTroubleSince(Instant then) {
        return troubles > 0 || lastTrouble.isAfter(then);
    }

    /**
     * This container was done away with from outside.
     *
     * @param container at least the first twelve characters of its id
     * @param job the one it was made for; empty for one that waited for jobs
     */
    void struckContainer(String container, String job) {
        struckContainers.add(container.substring(0, SHORT_ID));
        struckJobs.add(job);
    }

    /** Whether that was done to the container that was made for this job. */
    boolean wasStruck(String job) {
        return struckJobs.contains(job);
    }

    /** Whether that was done to the container with these first twelve characters of its id. */
    boolean wasContainerStruck(String container) {
        return struckContainers.contains(container);
    }

    /** A wish to cancel this job was answered with this status. */
    void answeredCancel(String job, int status) {
        cancels.put(job, status);
    }

    /** The answers to cancels over HTTP, by the id of the job. */
    Map<String, Integer> cancels() {
        return Map.copyOf(cancels);
    }

    /** A fault took effect. */
    void struck(String fault) {
        struck.add(fault);
    }

    /** All faults that took effect, in order. */
    List<String> faults() {
        return List.copyOf(struck);
    }

    /** Something that no fault explains, in one sentence. */
    void surprise(String sentence) {
        surprises.add(sentence);
    }

    List<String> surprises() {
        return List.copyOf(surprises);
    }
}
