package dev.kiln.doctor;

import dev.kiln.job.ArtifactRequest;
import dev.kiln.job.Context;
import dev.kiln.job.InputFile;
import dev.kiln.job.Limits;
import dev.kiln.job.Needs;
import dev.kiln.job.Program;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One run of one of the doctor's programs.
 *
 * @param script its resource, {@code class/name.py}
 * @param limits that it runs under
 * @param args its arguments
 * @param stdin its standard input
 * @param env its environment
 * @param files its files besides those that all of the doctor's programs get
 * @param context what it finds as its context; null for nothing
 * @param artifacts which of the files that it leaves behind are brought out
 */
record Attempt(
        String script,
        Limits limits,
        List<String> args,
        byte[] stdin,
        Map<String, String> env,
        List<InputFile> files,
        @Nullable Context context,
        ArtifactRequest artifacts) {
    /** Artifacts that are brought out at most. */
    static final int FILES = 30;

    static final int PIDS = 24;
    static final int OUTPUT = 64 << 10;
    static final int DISK = 8 << 20;
    private static final int MEMORY = 192 << 20;
    private static final String LIBRARY = "attempts.py";
    private static final Limits ROOMY =
            new Limits(Duration.ofSeconds(20), MEMORY, 1.0, PIDS, OUTPUT, DISK);

    Attempt {
        args = List.copyOf(args);
        env = Map.copyOf(env);
        files = List.copyOf(files);
    }

    /** Under limits that only those attacks meet which are aimed at them. */
    static Attempt of(AttackClass kind, String name) {
        return new Attempt(
                kind.title() + "/" + name + ".py",
                ROOMY,
                List.of(),
                new byte[0],
                Map.of(),
                List.of(),
                null,
                ArtifactRequest.NONE);
    }

    Attempt args(Object... values) {
        var texts = new ArrayList<String>();
        for (Object value : values) {
            texts.add(value.toString());
        }
        return new Attempt(script, limits, texts, stdin, env, files, context, artifacts);
    }

    Attempt stdin(byte[] content) {
        return new Attempt(script, limits, args, content, env, files, context, artifacts);
    }

    Attempt env(Map<String, String> variables) {
        return new Attempt(script, limits, args, stdin, variables, files, context, artifacts);
    }

    Attempt files(List<InputFile> more) {
        return new Attempt(script, limits, args, stdin, env, more, context, artifacts);
    }

    Attempt context(String content) {
        return new Attempt(
                script,
                limits,
                args,
                stdin,
                env,
                files,
                new Context.Inline(bytes(content)),
                artifacts);
    }

    /** Within caps that are easily met. */
    Attempt artifacts(String... patterns) {
        return new Attempt(
                script,
                limits,
                args,
                stdin,
                env,
                files,
                context,
                new ArtifactRequest(List.of(patterns), 1 << 20, 1 << 19, FILES, 8));
    }

    Attempt wall(Duration wall) {
        return limits(
                new Limits(
                        wall,
                        limits.memoryBytes(),
                        limits.cpus(),
                        limits.pids(),
                        limits.outputBytes(),
                        limits.diskBytes()));
    }

    Attempt memory(long bytes) {
        return limits(
                new Limits(
                        limits.wall(),
                        bytes,
                        limits.cpus(),
                        limits.pids(),
                        limits.outputBytes(),
                        limits.diskBytes()));
    }

    Attempt output(long bytes) {
        return limits(
                new Limits(
                        limits.wall(),
                        limits.memoryBytes(),
                        limits.cpus(),
                        limits.pids(),
                        bytes,
                        limits.diskBytes()));
    }

    Attempt disk(long bytes) {
        return limits(
                new Limits(
                        limits.wall(),
                        limits.memoryBytes(),
                        limits.cpus(),
                        limits.pids(),
                        limits.outputBytes(),
                        bytes));
    }

    private Attempt limits(Limits changed) {
        return new Attempt(script, changed, args, stdin, env, files, context, artifacts);
    }

    /** What the sandbox is given, with or without a network. */
    Program program(Needs needs) {
        var all = new ArrayList<>(files);
        all.add(new InputFile(LIBRARY, resource(LIBRARY)));
        return new Program(
                DoctorSandbox.RUNTIME,
                resource(script),
                stdin,
                args,
                env,
                all,
                needs,
                context,
                artifacts);
    }

    private static byte[] resource(String name) {
        try (var content = Attempt.class.getResourceAsStream("/doctor/" + name)) {
            if (content == null) {
                throw new IllegalStateException("the doctor lacks its program " + name);
            }
            return content.readAllBytes();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
