package dev.kiln.sandbox;

import dev.kiln.job.InputFile;
import dev.kiln.job.JobSpec;
import java.util.List;
import java.util.Map;

/**
 * What to run, without who asked for it.
 *
 * @param runtime the name of a configured runtime, such as {@code python}
 * @param code the source, any bytes
 * @param stdin standard input, any bytes
 * @param args arguments after the program's name
 * @param env environment besides what the runtime sets
 * @param files read-only files in the work directory
 */
public record Program(
        String runtime,
        byte[] code,
        byte[] stdin,
        List<String> args,
        Map<String, String> env,
        List<InputFile> files) {
    public Program {
        args = List.copyOf(args);
        env = Map.copyOf(env);
        files = List.copyOf(files);
    }

    public static Program of(JobSpec spec) {
        return new Program(
                spec.language(), spec.code(), spec.stdin(), spec.args(), spec.env(), spec.files());
    }
}
