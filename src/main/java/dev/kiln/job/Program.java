package dev.kiln.job;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What to run, without who asked for it. Everything in it came from outside and is hostile until
 * the sandbox holds it.
 *
 * @param language the name of a configured runtime, such as {@code python}
 * @param code the source, any bytes
 * @param stdin what it reads on standard input, any bytes; empty means an empty input
 * @param args its arguments, without its own name
 * @param env its environment besides what the runtime sets
 * @param files read-only files in its work directory, with distinct paths
 * @param needs what it needs of the host besides its language
 * @param context what it finds as {@code /mnt/context}; null for nothing
 * @param artifacts the files it leaves behind that are to be kept
 */
public record Program(
        String language,
        byte[] code,
        byte[] stdin,
        List<String> args,
        Map<String, String> env,
        List<InputFile> files,
        Needs needs,
        @Nullable Context context,
        ArtifactRequest artifacts) {
    /** One without context, of which no file is kept. */
    public Program(
            String language,
            byte[] code,
            byte[] stdin,
            List<String> args,
            Map<String, String> env,
            List<InputFile> files,
            Needs needs) {
        this(language, code, stdin, args, env, files, needs, null, ArtifactRequest.NONE);
    }

    public Program {
        if (language.isEmpty()) {
            throw new IllegalArgumentException("language must not be empty");
        }
        args = List.copyOf(args);
        env = Map.copyOf(env);
        files = List.copyOf(files);
        if (files.stream().map(InputFile::path).distinct().count() < files.size()) {
            throw new IllegalArgumentException("files must have distinct paths");
        }
    }

    /** Source text with an empty input, no arguments, no files and no needs. */
    public static Program of(String language, String code) {
        return new Program(
                language,
                code.getBytes(StandardCharsets.UTF_8),
                new byte[0],
                List.of(),
                Map.of(),
                List.of(),
                Needs.NOTHING);
    }
}
