package dev.kiln.metrics;

import dev.kiln.job.ExecutionResult;
import dev.kiln.job.Termination;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.LongStream;

/** The meters of one language, looked up once. */
final class LanguageMeters {
    /** The states of ends without a result, and what each has for a cause. */
    private static final Map<String, String> WITHOUT_RESULT =
            Map.of("CANCELLED", "cancelled", "ABANDONED", "platform", "EXPIRED", "deadline");

    /** In milliseconds; fixed, so that figures of several versions and processes can be added. */
    private static final List<Duration> WAITS =
            millis(
                    5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000,
                    300_000, 900_000, 3_600_000);

    private static final List<Duration> STARTS =
            millis(5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000);

    private static final List<Duration> RUNS =
            millis(
                    10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000,
                    900_000);

    private final String language;
    private final Timer waited;
    private final Timer started;
    private final Timer ran;
    private final Timer whole;
    private final Counter succeeded;
    private final Map<Termination, Counter> finished = new EnumMap<>(Termination.class);
    private final Map<String, Counter> withoutResult = new HashMap<>();

    LanguageMeters(MeterRegistry registry, String language) {
        this.language = language;
        waited =
                timer(
                        registry,
                        "kiln.job.wait",
                        "How long a job waited for its claim since it could be run",
                        WAITS);
        started =
                timer(
                        registry,
                        "kiln.job.start",
                        "From a job's claim to the start of its program or compiler",
                        STARTS);
        ran = timer(registry, "kiln.job.run", "How long a program ran", RUNS);
        whole =
                timer(
                        registry,
                        "kiln.job.end.to.end",
                        "From a job's submission to the commit of its result",
                        WAITS);
        succeeded =
                Counter.builder("kiln.jobs.succeeded")
                        .tag("language", language)
                        .description("Jobs whose program exited with 0")
                        .register(registry);
        for (Termination cause : Termination.values()) {
            if (cause != Termination.CANCELLED) {
                finished.put(cause, ended(registry, "FINISHED", cause.wireName()));
            }
        }
        WITHOUT_RESULT.forEach(
                (state, cause) -> withoutResult.put(state, ended(registry, state, cause)));
    }

    private static List<Duration> millis(long... bounds) {
        return LongStream.of(bounds).mapToObj(Duration::ofMillis).toList();
    }

    private Timer timer(
            MeterRegistry registry, String name, String description, List<Duration> bounds) {
        return Timer.builder(name)
                .tag("language", language)
                .description(description)
                .serviceLevelObjectives(bounds.toArray(Duration[]::new))
                .register(registry);
    }

    private Counter ended(MeterRegistry registry, String state, String cause) {
        return Counter.builder("kiln.jobs.ended")
                .tag("state", state)
                .tag("language", language)
                .tag("cause", cause)
                .description("Jobs that came to their end, by state and why")
                .register(registry);
    }

    static String label(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    void waited(Duration span) {
        waited.record(span);
    }

    void started(Duration span) {
        started.record(span);
    }

    void ended(ExecutionResult result, Duration since) {
        if (JobMeters.cancelled(result)) {
            ended("CANCELLED");
        } else {
            Objects.requireNonNull(finished.get(result.termination())).increment();
        }
        if (result.success()) {
            succeeded.increment();
        }
        ran.record(result.usage().wall());
        whole.record(since);
    }

    void ended(String state) {
        Counter counter = withoutResult.get(state);
        if (counter == null) {
            throw new IllegalArgumentException("no end without a result: " + state);
        }
        counter.increment();
    }
}
