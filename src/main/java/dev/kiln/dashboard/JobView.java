package dev.kiln.dashboard;

import dev.kiln.job.ExecutionResult;
import dev.kiln.job.Job;
import dev.kiln.job.Limits;
import dev.kiln.store.Attempt;
import dev.kiln.store.JobDetails;
import dev.kiln.wire.JobFacts;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A job as its page shows it.
 *
 * @param tone the colour of its state
 * @param reason why it is in this state, or waits; empty where the state's name says it
 * @param facts of how it was submitted
 * @param limits that it was given
 * @param timeline what happened when
 * @param attempts those that came to nothing, newest first
 * @param outcome what came of it; null without a result
 * @param ended whether nothing of it changes any more
 * @param mayChange whether the caller may cancel it and have it run again
 */
record JobView(
        String id,
        String state,
        String tone,
        String reason,
        List<Fact> facts,
        List<Fact> limits,
        List<Event> timeline,
        List<AttemptLine> attempts,
        Shown code,
        Shown stdin,
        @Nullable Outcome outcome,
        @Nullable String rerunOf,
        boolean ended,
        boolean mayChange) {
    /** Bytes of a source or of output that a page has; the rest is fetched as a file. */
    static final int MOST_SHOWN = 128 << 10;

    JobView {
        facts = List.copyOf(facts);
        limits = List.copyOf(limits);
        timeline = List.copyOf(timeline);
        attempts = List.copyOf(attempts);
    }

    /** Something to know, and its name. */
    record Fact(String name, String value) {}

    /**
     * Something that happened.
     *
     * @param at when; empty where that is not written down
     */
    record Event(String name, String at, String detail) {}

    /** An attempt that came to nothing. */
    record AttemptLine(
            long epoch, String worker, String started, String ended, String counted, String fault) {
        static AttemptLine of(Attempt attempt) {
            return new AttemptLine(
                    attempt.epoch(),
                    attempt.worker(),
                    Words.moment(attempt.startedAt()),
                    Words.moment(attempt.endedAt()),
                    attempt.counted() ? "yes" : "no",
                    attempt.fault());
        }
    }

    static JobView of(
            Job job,
            JobDetails details,
            List<Attempt> attempts,
            @Nullable String waitingFor,
            boolean mayChange) {
        var facts = JobFacts.of(job.state());
        var result = facts.result();
        String state = job.state().name();
        return new JobView(
                job.id().toString(),
                state,
                Tones.of(state, result == null ? null : result.success()),
                reason(facts, waitingFor, details, job.state().terminal()),
                facts(job, details),
                limits(details.limits()),
                timeline(job, facts, details),
                attempts.stream().map(AttemptLine::of).toList(),
                Shown.of(details.code(), details.codeBytes(), details.codeBytes()),
                Shown.of(details.stdin(), details.stdinBytes(), details.stdinBytes()),
                result == null ? null : Outcome.of(job.id(), result),
                job.rerunOf() == null ? null : job.rerunOf().toString(),
                job.state().terminal(),
                mayChange);
    }

    private static String reason(
            JobFacts facts, @Nullable String waitingFor, JobDetails details, boolean ended) {
        if (waitingFor != null) {
            return "Waits: " + waitingFor;
        }
        if (details.cancelRequested() && !ended) {
            return "is being cancelled";
        }
        return facts.reason() == null ? "" : facts.reason();
    }

    private static List<Fact> facts(Job job, JobDetails details) {
        List<Fact> facts = new ArrayList<>();
        facts.add(new Fact("Language", job.language()));
        facts.add(new Fact("Tenant", job.tenant()));
        facts.add(new Fact("Batch", Words.or(job.batch())));
        facts.add(new Fact("Priority", String.valueOf(job.priority())));
        if (!job.labels().isEmpty()) {
            facts.add(new Fact("Labels", labels(job.labels())));
        }
        if (!details.args().isEmpty()) {
            facts.add(new Fact("Arguments", Terminal.plain(String.join(" ", details.args()))));
        }
        if (details.deadline() != null) {
            facts.add(new Fact("Deadline", Words.moment(details.deadline())));
        }
        return facts;
    }

    private static String labels(Map<String, String> labels) {
        return Terminal.plain(
                labels.entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(label -> label.getKey() + "=" + label.getValue())
                        .reduce((a, b) -> a + ", " + b)
                        .orElse(""));
    }

    private static List<Fact> limits(Limits limits) {
        return List.of(
                new Fact("Time", Words.millis(limits.wall().toMillis())),
                new Fact("Memory", Words.bytes(limits.memoryBytes())),
                new Fact("Processors", String.valueOf(limits.cpus())),
                new Fact("Processes", String.valueOf(limits.pids())),
                new Fact("Output", Words.bytes(limits.outputBytes()) + " a stream"),
                new Fact("Disk", Words.bytes(limits.diskBytes())));
    }

    private static List<Event> timeline(Job job, JobFacts facts, JobDetails details) {
        List<Event> events = new ArrayList<>();
        events.add(new Event("Submitted", Words.moment(job.submittedAt()), ""));
        boolean later = details.runAt().isAfter(job.submittedAt());
        events.add(
                new Event(
                        "Queued",
                        Words.moment(later ? details.runAt() : job.submittedAt()),
                        later ? "not before this" : "at once"));
        var result = facts.result();
        Instant claimed = details.claimedAt();
        if (claimed != null && (facts.startedAt() != null || result != null)) {
            String by = facts.worker() == null ? "" : ", by " + facts.worker();
            events.add(
                    new Event("Claimed", Words.moment(claimed), "attempt " + job.attempt() + by));
            if (result != null) {
                events.add(started(claimed, result));
            }
        }
        if (facts.finishedAt() != null) {
            events.add(new Event("Finished", Words.moment(facts.finishedAt()), end(job, result)));
            events.add(published(details));
        }
        return events;
    }

    /** By the worker's clock since the claim, on the database's. */
    private static Event started(Instant claimed, ExecutionResult result) {
        Duration startup = result.startup();
        String what = result.compile() == null ? "the program" : "the compiler";
        return startup == null
                ? new Event("Started", "", "not written down")
                : new Event(
                        "Started",
                        Words.moment(claimed.plus(startup)),
                        "%s, %s after the claim".formatted(what, Words.millis(startup.toMillis())));
    }

    private static String end(Job job, @Nullable ExecutionResult result) {
        String state = job.state().name();
        return result == null
                ? state
                : "%s; the program ran for %s"
                        .formatted(state, Words.millis(result.usage().wall().toMillis()));
    }

    private static Event published(JobDetails details) {
        Instant at = details.publishedAt();
        if (details.unpublished()) {
            return new Event("Event published", "", "not yet");
        }
        return at == null
                ? new Event("Event published", "", "when is no longer known")
                : new Event("Event published", Words.moment(at), "acknowledged by Kafka");
    }
}
