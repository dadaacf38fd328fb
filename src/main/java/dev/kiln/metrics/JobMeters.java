package dev.kiln.metrics;

import dev.kiln.job.ExecutionResult;
import dev.kiln.job.Termination;
import dev.kiln.sandbox.RuntimesConfig;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Counts what this process does to jobs, each thing once and after it is durable. Over all
 * processes the sums are the site's. Whatever has a label is there from the start with 0, and no
 * label has a value that came from a submission.
 */
@Singleton
public class JobMeters {
    /** What languages count as that were configured once and are not any more. */
    static final String OTHER = "other";

    /** What became of a submission. */
    public enum Submitted {
        /** It is a new job. */
        ACCEPTED,
        /** It was there already. */
        REPEATED,
        /** It was read without error, and not taken. */
        REFUSED
    }

    /** What became of a job after an attempt that came to nothing. */
    public enum Failed {
        /** It waits for its next attempt; the failed one is held against it. */
        RETRY,
        /** It waits for its next attempt; nothing is held against it. */
        GIVEN_BACK,
        /** It was given up. */
        ABANDONED,
        /** A cancel was pending. */
        CANCELLED
    }

    private final Map<String, LanguageMeters> languages = new HashMap<>();
    private final LanguageMeters others;
    private final Map<Submitted, Counter> submitted = new EnumMap<>(Submitted.class);
    private final Map<Failed, Counter> failed = new EnumMap<>(Failed.class);
    private final Counter leasesLost;
    private final Counter leasesLapsed;
    private final Counter refusedRecords;

    /** For the languages that are configured. */
    @Inject
    JobMeters(MeterRegistry registry, RuntimesConfig runtimes) {
        this(registry, runtimes.runtimes().keySet());
    }

    /** For these languages. */
    public JobMeters(MeterRegistry registry, Set<String> names) {
        names.forEach(name -> languages.put(name, new LanguageMeters(registry, name)));
        others = new LanguageMeters(registry, OTHER);
        for (Submitted outcome : Submitted.values()) {
            submitted.put(
                    outcome,
                    counter(
                            registry,
                            "kiln.jobs.submitted",
                            "Submissions without error, by what became of them",
                            outcome));
        }
        for (Failed outcome : Failed.values()) {
            failed.put(
                    outcome,
                    counter(
                            registry,
                            "kiln.attempts.failed",
                            "Attempts that came to nothing, by what became of their jobs",
                            outcome));
        }
        leasesLost =
                Counter.builder("kiln.leases.lost")
                        .description(
                                "Runs of this worker that had lost their lease when they ended")
                        .register(registry);
        leasesLapsed =
                Counter.builder("kiln.leases.lapsed")
                        .description("Leases of silent workers that this process took back")
                        .register(registry);
        refusedRecords =
                Counter.builder("kiln.intake.records.refused")
                        .description("Records of the topic that were refused")
                        .register(registry);
    }

    /** Counts for nobody. */
    public static JobMeters unread() {
        return new JobMeters(new CompositeMeterRegistry(), Set.of());
    }

    private static Counter counter(
            MeterRegistry registry, String name, String description, Enum<?> outcome) {
        return Counter.builder(name)
                .tag("outcome", LanguageMeters.label(outcome))
                .description(description)
                .register(registry);
    }

    private LanguageMeters of(String language) {
        return languages.getOrDefault(language, others);
    }

    /** So many submissions came to this. */
    public void submitted(Submitted outcome, int submissions) {
        Objects.requireNonNull(submitted.get(outcome)).increment(submissions);
    }

    /** A record of the topic was refused. */
    public void refusedRecord() {
        refusedRecords.increment();
    }

    /**
     * A job was claimed by this worker.
     *
     * @param waited since it could have been claimed first
     */
    public void claimed(String language, Duration waited) {
        of(language).waited(waited);
    }

    /**
     * A job's program, or its compiler, has started.
     *
     * @param took since its claim
     */
    public void started(String language, Duration took) {
        of(language).started(took);
    }

    /**
     * A job has come to its end with a result, which is written.
     *
     * @param since its submission
     */
    public void ended(String language, ExecutionResult result, Duration since) {
        of(language).ended(result, since);
    }

    /**
     * Jobs have come to their end without a result.
     *
     * @param state {@code CANCELLED}, {@code ABANDONED} or {@code EXPIRED}
     * @throws IllegalArgumentException for any other state
     */
    public void ended(String language, String state) {
        of(language).ended(state);
    }

    /** An attempt came to nothing. */
    public void failed(Failed outcome) {
        Objects.requireNonNull(failed.get(outcome)).increment();
    }

    /** A run of this worker ended and its lease was another's by then. */
    public void leaseLost() {
        leasesLost.increment();
    }

    /** A lease had lapsed, and its job was taken back. */
    public void leaseLapsed() {
        leasesLapsed.increment();
    }

    /** Whether a result makes its job CANCELLED and not FINISHED. */
    static boolean cancelled(ExecutionResult result) {
        return result.termination() == Termination.CANCELLED;
    }
}
