package dev.kiln.dashboard;

import dev.kiln.dashboard.JobView.Fact;
import dev.kiln.job.CapturedStream;
import dev.kiln.job.Compilation;
import dev.kiln.job.Evidence;
import dev.kiln.job.ExecutionResult;
import dev.kiln.job.JobId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What came of a job, and the evidence for it.
 *
 * @param verdict why the program ended, in words
 * @param evidence what says so
 * @param gauges what was used of what was allowed
 * @param compiled what the compiler wrote; null where there was none
 */
record Outcome(
        String verdict,
        List<Fact> evidence,
        List<Gauge> gauges,
        Shown stdout,
        Shown stderr,
        @Nullable Shown compiled,
        List<ArtifactLine> artifacts,
        List<Fact> circumstances) {
    Outcome {
        evidence = List.copyOf(evidence);
        gauges = List.copyOf(gauges);
        artifacts = List.copyOf(artifacts);
        circumstances = List.copyOf(circumstances);
    }

    /**
     * Something that has a limit.
     *
     * @param value how much was used, no more than {@code most}
     */
    record Gauge(String name, String text, long value, long most) {
        static Gauge of(String name, String used, String limit, long value, long most) {
            return new Gauge(
                    name,
                    "%s of %s".formatted(used, limit),
                    Math.min(value, most),
                    Math.max(1, most));
        }
    }

    static Outcome of(JobId job, ExecutionResult result) {
        var provenance = result.provenance();
        return new Outcome(
                verdict(result),
                evidence(result.evidence()),
                gauges(result),
                Shown.of(result.stdout()),
                Shown.of(result.stderr()),
                compiled(result.compile()),
                result.artifacts().files().stream()
                        .map(file -> ArtifactLine.of(job, file))
                        .toList(),
                List.of(
                        new Fact(
                                "Runtime",
                                provenance.runtime() + " " + provenance.runtimeVersion()),
                        new Fact("Image", provenance.image()),
                        new Fact("Network", provenance.network() ? "yes" : "no")));
    }

    private static String verdict(ExecutionResult result) {
        return switch (result.termination()) {
            case EXITED -> "exited with " + result.exitCode();
            case SIGNALLED -> "ended by signal " + result.signal();
            case TIMED_OUT -> "timed out";
            case OUT_OF_MEMORY -> "out of memory";
            case PROCESS_LIMIT -> "process limit";
            case COMPILE_FAILED -> "did not compile";
            case CANCELLED -> "cancelled";
        };
    }

    private static List<Fact> evidence(Evidence evidence) {
        List<Fact> facts = new ArrayList<>();
        String limit = evidence.limit();
        if (limit != null) {
            facts.add(new Fact("Limit that was met", Words.name(limit)));
            facts.add(new Fact("Its value", figure(limit, evidence.limitValue())));
            facts.add(new Fact("Reached", figure(limit, evidence.reached())));
        }
        if (evidence.killedBy() != null) {
            facts.add(new Fact("Killed by", evidence.killedBy()));
        }
        facts.add(new Fact("According to", Words.or(evidence.source())));
        return facts;
    }

    private static String figure(String limit, @Nullable Long value) {
        return switch (limit) {
            case "timeout" -> Words.millis(value);
            case "memory_limit", "output_limit", "disk_limit" -> Words.bytes(value);
            default -> Words.or(value);
        };
    }

    private static List<Gauge> gauges(ExecutionResult result) {
        var limits = result.provenance().limits();
        var usage = result.usage();
        List<Gauge> gauges = new ArrayList<>();
        long wall = usage.wall().toMillis();
        gauges.add(
                Gauge.of(
                        "Time",
                        Words.millis(wall),
                        Words.millis(limits.wall().toMillis()),
                        wall,
                        limits.wall().toMillis()));
        Long peak = usage.peakMemoryBytes();
        if (peak != null) {
            gauges.add(
                    Gauge.of(
                            "Peak memory",
                            Words.bytes(peak),
                            Words.bytes(limits.memoryBytes()),
                            peak,
                            limits.memoryBytes()));
        }
        gauges.add(output("stdout", result.stdout(), limits.outputBytes()));
        gauges.add(output("stderr", result.stderr(), limits.outputBytes()));
        return gauges;
    }

    private static Gauge output(String name, CapturedStream stream, long limit) {
        return Gauge.of(
                name, Words.bytes(stream.produced()), Words.bytes(limit), stream.produced(), limit);
    }

    private static @Nullable Shown compiled(@Nullable Compilation compilation) {
        return compilation == null ? null : Shown.of(compilation.output());
    }
}
