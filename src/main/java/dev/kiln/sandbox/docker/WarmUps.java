package dev.kiln.sandbox.docker;

import dev.kiln.job.ExecutionResult;
import dev.kiln.job.Limits;
import dev.kiln.job.Program;
import dev.kiln.sandbox.RunReleased;
import dev.kiln.sandbox.RuntimesConfig;
import dev.kiln.sandbox.SandboxFault;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Runs the warm-up of a language before its first job: what it loads is then in the host's memory,
 * and that it succeeds shows that the language works in its image. Once for each image that the
 * language's name comes to mean.
 */
final class WarmUps {
    private static final Limits LIMITS =
            new Limits(Duration.ofSeconds(30), 512L << 20, 1.0, 50, 16 << 10, 64 << 20);

    /** How long a failure is believed: trying costs a container. */
    private static final Duration BELIEVED = Duration.ofMinutes(1);

    /** Runs a program in the sandbox. */
    @FunctionalInterface
    interface Runner {
        ExecutionResult run(RuntimesConfig.Runtime runtime, Program program, Limits limits)
                throws SandboxFault, RunReleased, InterruptedException;
    }

    private record Tried(String image, @Nullable String failure, long nanoTime) {
        boolean holds(String now) {
            return image.equals(now)
                    && (failure == null || System.nanoTime() - nanoTime < BELIEVED.toNanos());
        }
    }

    private final Runner runner;
    private final Map<String, Tried> tried = new ConcurrentHashMap<>();

    WarmUps(Runner runner) {
        this.runner = runner;
    }

    /**
     * Why the language cannot be run here although its image is; empty when it can, or has no
     * warm-up.
     *
     * @throws SandboxFault with scope {@code HOST} when this host can run nothing
     */
    Optional<String> failure(String language, RuntimesConfig.Runtime runtime, Image image)
            throws SandboxFault, InterruptedException {
        var code = runtime.warmUp();
        if (code.isEmpty()) {
            return Optional.empty();
        }
        Tried known = tried.get(language);
        if (known == null || !known.holds(image.id())) {
            String failure = run(language, runtime, code.get());
            known = new Tried(image.id(), failure, System.nanoTime());
            tried.put(language, known);
        }
        return Optional.ofNullable(known.failure());
    }

    private @Nullable String run(String language, RuntimesConfig.Runtime runtime, String code)
            throws SandboxFault, InterruptedException {
        try {
            var result = runner.run(runtime, Program.of(language, code), LIMITS);
            return result.success() ? null : sentence(language, why(result));
        } catch (SandboxFault fault) {
            if (fault.scope() == SandboxFault.Scope.HOST) {
                throw fault;
            }
            return sentence(language, String.valueOf(fault.getMessage()));
        } catch (RunReleased released) {
            throw new InterruptedException("a warm-up was interrupted");
        }
    }

    private static String sentence(String language, String why) {
        return "its warm-up failed: %s. Mend kiln.runtimes.%s.warm-up or the image."
                .formatted(why, language);
    }

    private static String why(ExecutionResult result) {
        String end =
                result.exitCode() == null
                        ? result.termination().wireName()
                        : "exit code " + result.exitCode();
        var lines = result.stderr().text().lines().filter(line -> !line.isBlank()).toList();
        return lines.isEmpty() ? end : end + ", " + lines.getLast().strip();
    }
}
