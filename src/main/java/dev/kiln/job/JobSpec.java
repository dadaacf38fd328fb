package dev.kiln.job;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a producer asked for. Everything in it came from outside and is hostile until the sandbox
 * holds it.
 *
 * @param language the name of a configured runtime
 * @param code the program's source, any bytes
 * @param stdin what the program reads on standard input, any bytes; empty means an empty input
 * @param args the program's arguments, without its own name
 * @param env the program's environment besides what the runtime sets
 * @param files files in its work directory, with distinct paths
 * @param limits resolved against the policy: all set
 * @param tenant who the job belongs to
 * @param batch the batch it was submitted in, if any; unique within the tenant
 * @param priority from -100 to 100; higher is claimed first
 * @param labels the producer's own, for finding jobs again
 * @param runAt not before this moment; null for at once
 * @param deadline expires if not started before this moment; null for never
 */
public record JobSpec(
        String language,
        byte[] code,
        byte[] stdin,
        List<String> args,
        Map<String, String> env,
        List<InputFile> files,
        Limits limits,
        String tenant,
        @Nullable String batch,
        int priority,
        Map<String, String> labels,
        @Nullable Instant runAt,
        @Nullable Instant deadline) {
    public static final int MIN_PRIORITY = -100;
    public static final int MAX_PRIORITY = 100;

    public JobSpec {
        if (language.isEmpty()) {
            throw new IllegalArgumentException("language must not be empty");
        }
        if (tenant.isEmpty()) {
            throw new IllegalArgumentException("tenant must not be empty");
        }
        if (priority < MIN_PRIORITY || priority > MAX_PRIORITY) {
            throw new IllegalArgumentException("priority must be -100 to 100: " + priority);
        }
        args = List.copyOf(args);
        env = Map.copyOf(env);
        files = List.copyOf(files);
        labels = Map.copyOf(labels);
        if (files.stream().map(InputFile::path).distinct().count() < files.size()) {
            throw new IllegalArgumentException("files must have distinct paths");
        }
    }
}
