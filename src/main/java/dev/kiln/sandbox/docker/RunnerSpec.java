package dev.kiln.sandbox.docker;

import dev.kiln.job.ArtifactRequest;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the runner is told to do, a message of the control channel. {@code docker/runner/runner.c}
 * has the layout.
 *
 * @param outputBytes bytes of each of stdout and stderr that the runner passes on
 * @param rlimits soft and hard limit by Linux resource number
 * @param argv absolute executable first
 * @param env environment of the program, all of it
 * @param links names in {@code /job/files} that appear in the work directory
 * @param compile what to do before; null for nothing
 * @param artifacts what to bring out afterwards
 * @param handover what an interpreter that was prepared is told, the program's path first; empty:
 *     it is not to be used
 */
record RunnerSpec(
        long outputBytes,
        Map<Integer, Long> rlimits,
        List<String> argv,
        Map<String, String> env,
        List<String> links,
        @Nullable Compile compile,
        ArtifactRequest artifacts,
        List<String> handover) {
    /**
     * The compile step.
     *
     * @param argv absolute executable first
     * @param env its environment, all of it
     */
    record Compile(List<String> argv, Map<String, String> env) {}

    /**
     * What is started before there is a program, another message.
     *
     * @param rlimits as those of the program
     * @param argv of the interpreter, absolute executable first
     * @param env its environment, all of it, which will be the program's
     */
    record Preparation(Map<Integer, Long> rlimits, List<String> argv, Map<String, String> env) {
        /** The message with its length before it. */
        byte[] encode() {
            return message(
                    PREPARE,
                    out -> {
                        writeRlimits(out, rlimits);
                        writeStrings(out, argv);
                        writeStrings(out, assignments(env));
                    });
        }
    }

    static final int PROTOCOL = 4;
    private static final int PREPARE = 1;
    private static final int JOB = 2;

    /** Bytes of the compiler's output that the runner passes on: some hundred messages. */
    static final int COMPILER_OUTPUT_BYTES = 64 << 10;

    /** The longest that the runner looks for artifacts. */
    static final Duration COLLECTION = Duration.ofSeconds(10);

    /** The most bytes that the runner takes. */
    static final int MAX_BYTES = 16 << 20;

    static final int RLIMIT_CORE = 4;
    static final int RLIMIT_NPROC = 6;
    static final int RLIMIT_NOFILE = 7;

    /**
     * The message with its length before it.
     *
     * @throws IllegalArgumentException when a string holds NUL or all of it is longer than {@link
     *     #MAX_BYTES}
     */
    byte[] encode() {
        return message(JOB, this::writeBody);
    }

    private interface Body {
        void writeTo(DataOutputStream out) throws IOException;
    }

    private static byte[] message(int kind, Body body) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeInt(0);
            out.writeShort(PROTOCOL);
            out.writeByte(kind);
            body.writeTo(out);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        byte[] message = bytes.toByteArray();
        int length = message.length - Integer.BYTES;
        if (length > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "arguments and environment must have at most "
                            + MAX_BYTES
                            + " bytes, have "
                            + length);
        }
        ByteBuffer.wrap(message).putInt(length);
        return message;
    }

    private void writeBody(DataOutputStream out) throws IOException {
        out.writeLong(outputBytes);
        out.writeLong(outputBytes);
        writeRlimits(out, rlimits);
        writeStrings(out, argv);
        writeStrings(out, assignments(env));
        writeStrings(out, links);
        writeStrings(out, compile == null ? List.of() : compile.argv());
        writeStrings(out, compile == null ? List.of() : assignments(compile.env()));
        out.writeLong(COMPILER_OUTPUT_BYTES);
        writeStrings(out, artifacts.patterns());
        out.writeLong(artifacts.maxBytes());
        out.writeLong(artifacts.maxFileBytes());
        out.writeInt(artifacts.maxFiles());
        out.writeInt(artifacts.maxDepth());
        out.writeInt(Math.toIntExact(COLLECTION.toMillis()));
        writeStrings(out, handover);
    }

    private static void writeRlimits(DataOutputStream out, Map<Integer, Long> rlimits)
            throws IOException {
        out.writeInt(rlimits.size());
        for (var limit : rlimits.entrySet()) {
            out.writeInt(limit.getKey());
            out.writeLong(limit.getValue());
        }
    }

    private static List<String> assignments(Map<String, String> env) {
        return env.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList();
    }

    private static void writeStrings(DataOutputStream out, List<String> strings)
            throws IOException {
        out.writeInt(strings.size());
        for (String each : strings) {
            if (each.indexOf('\0') >= 0) {
                throw new IllegalArgumentException(
                        "arguments, environment and names must not contain NUL");
            }
            byte[] utf8 = each.getBytes(StandardCharsets.UTF_8);
            out.writeInt(utf8.length);
            out.write(utf8);
        }
    }
}
