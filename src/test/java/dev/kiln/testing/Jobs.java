package dev.kiln.testing;

import dev.kiln.job.JobId;
import dev.kiln.job.JobSpec;
import dev.kiln.job.Limits;
import dev.kiln.job.Needs;
import dev.kiln.job.Placement;
import dev.kiln.job.Program;
import dev.kiln.job.Submission;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Jobs for tests: plain ones, with what a test is about changed. */
public final class Jobs {
    public static final Limits LIMITS =
            new Limits(Duration.ofSeconds(30), 512L << 20, 1.0, 50, 1L << 20, 64L << 20);

    private Jobs() {}

    public static JobId id() {
        return JobId.next(Instant.now());
    }

    public static Submission python(String code) {
        return submission(id(), spec("python", code, 0, null, null));
    }

    public static Submission priority(int priority) {
        return submission(id(), spec("python", "pass", priority, null, null));
    }

    /** One with this limit of memory, in bytes. */
    public static Submission withMemory(long bytes) {
        var plain = python("pass").spec();
        var limits =
                new Limits(
                        LIMITS.wall(),
                        bytes,
                        LIMITS.cpus(),
                        LIMITS.pids(),
                        LIMITS.outputBytes(),
                        LIMITS.diskBytes());
        return submission(id(), new JobSpec(plain.program(), limits, plain.placement()));
    }

    public static Submission language(String language) {
        return submission(id(), spec(language, "pass", 0, null, null));
    }

    public static Submission runAt(Instant runAt) {
        return submission(id(), spec("python", "pass", 0, runAt, null));
    }

    public static Submission deadline(Instant deadline) {
        return submission(id(), spec("python", "pass", 0, null, deadline));
    }

    public static Submission withId(JobId id, String code) {
        return submission(id, spec("python", code, 0, null, null));
    }

    public static Submission submission(JobId id, JobSpec spec) {
        return new Submission(id, spec, sha256(spec.program().code()));
    }

    private static JobSpec spec(
            String language,
            String code,
            int priority,
            @Nullable Instant runAt,
            @Nullable Instant deadline) {
        return new JobSpec(
                new Program(
                        language,
                        code.getBytes(StandardCharsets.UTF_8),
                        new byte[0],
                        List.of(),
                        Map.of(),
                        List.of(),
                        Needs.NOTHING),
                LIMITS,
                new Placement("default", null, priority, Map.of(), runAt, deadline));
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
