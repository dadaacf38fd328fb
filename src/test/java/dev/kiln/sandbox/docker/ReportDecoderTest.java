package dev.kiln.sandbox.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.job.Artifact;
import dev.kiln.job.Omission;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReportDecoderTest {
    private final Heard heard = new Heard();
    private final ReportDecoder decoder = new ReportDecoder(heard);

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 1000})
    void a_conversation_is_understood_however_it_is_cut_up(int chunk) throws Exception {
        byte[] all =
                join(
                        hello("6.1", "Starting gVisor..."),
                        frame('W', "\1"),
                        frame('W', "\0"),
                        start('S'),
                        frame('O', "one"),
                        frame('E', "err"),
                        frame('O', "two"),
                        counts(6, 3),
                        end(0x700, 10, 2, 3, 6, 3));

        for (int at = 0; at < all.length; at += chunk) {
            decoder.feed(ByteBuffer.wrap(all, at, Math.min(chunk, all.length - at)));
        }

        assertThat(heard.words)
                .containsExactly(
                        "ready 6.1 Starting gVisor...",
                        "prepared",
                        "not prepared",
                        "started",
                        "produced 6 3",
                        "ended 7");
        assertThat(heard.out.toString(StandardCharsets.UTF_8)).isEqualTo("onetwo");
        assertThat(heard.err.toString(StandardCharsets.UTF_8)).isEqualTo("err");
        assertThat(heard.startedAgo).isEqualTo(Duration.ofMillis(5));
        assertThat(heard.report)
                .isEqualTo(
                        new RunnerReport(
                                0x700, Duration.ofNanos(10), Duration.ofNanos(5000), 6, 3));
    }

    @Test
    void of_what_is_prepared_nothing_is_heard_once_the_program_runs() throws Exception {
        assertThatThrownBy(() -> decoder.feed(ByteBuffer.wrap(frame('W', "\1"))))
                .isInstanceOf(MalformedReport.class);
        var other = new ReportDecoder(heard);
        assertThatThrownBy(
                        () ->
                                other.feed(
                                        ByteBuffer.wrap(
                                                join(
                                                        hello("6.1", ""),
                                                        start('S'),
                                                        frame('W', "\1")))))
                .isInstanceOf(MalformedReport.class);
        var third = new ReportDecoder(heard);
        assertThatThrownBy(
                        () -> third.feed(ByteBuffer.wrap(join(hello("6.1", ""), frame('W', "\2")))))
                .isInstanceOf(MalformedReport.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 1000})
    void a_compiler_comes_before_its_program_and_is_kept_apart_from_it(int chunk) throws Exception {
        byte[] all =
                join(
                        hello("6.1", ""),
                        start('B'),
                        frame('O', "warn"),
                        counts(9, 0),
                        end(0, 7, 2, 3, 9, 0),
                        start('S'),
                        frame('O', "one"),
                        end(0x700, 10, 0, 0, 3, 0));

        for (int at = 0; at < all.length; at += chunk) {
            decoder.feed(ByteBuffer.wrap(all, at, Math.min(chunk, all.length - at)));
        }

        assertThat(heard.words)
                .containsExactly(
                        "ready 6.1 ",
                        "compiling",
                        "compiler produced 9",
                        "compiled 0",
                        "started",
                        "ended 7");
        assertThat(heard.compiler.toString(StandardCharsets.UTF_8)).isEqualTo("warn");
        assertThat(heard.out.toString(StandardCharsets.UTF_8)).isEqualTo("one");
    }

    @Test
    void after_a_compiler_that_failed_no_program_comes() throws Exception {
        byte[] failed =
                join(hello("6.1", ""), start('B'), frame('O', "no"), end(0x100, 7, 0, 0, 2, 0));
        decoder.feed(ByteBuffer.wrap(failed));

        assertThat(heard.words).containsExactly("ready 6.1 ", "compiling", "compiled 1");
        assertMalformed(join(failed, start('S')));
        assertMalformed(join(failed, frame('O', "x")));
        assertMalformed(join(failed, end(0, 0, 0, 0, 0, 0)));
    }

    @Test
    void a_compiler_that_could_not_be_followed_by_its_program_is_told() throws Exception {
        decoder.feed(
                ByteBuffer.wrap(
                        join(
                                hello("6.1", ""),
                                start('B'),
                                end(0, 0, 0, 0, 0, 0),
                                frame('F', new byte[] {9, 0, 0, 0, 2}))));

        assertThat(heard.words).endsWith("compiled 0", "failed 9 2");
    }

    @Test
    void what_a_compiler_cannot_say_is_malformed() {
        byte[] compiling = join(hello("6.1", ""), start('B'));
        assertMalformed(start('B'));
        assertMalformed(frame('B', "x"));
        assertMalformed(join(compiling, start('B')));
        assertMalformed(join(compiling, start('S')));
        assertMalformed(join(compiling, frame('E', "x")));
        assertMalformed(join(compiling, counts(1, 1)));
        assertMalformed(join(compiling, end(0, 0, 0, 0, 0, 1)));
        assertMalformed(join(compiling, frame('F', new byte[] {9, 0, 0, 0, 2})));
        byte[] compiled = join(compiling, end(0, 0, 0, 0, 0, 0));
        assertMalformed(join(compiled, start('B')));
        assertMalformed(join(compiled, frame('O', "x")));
        assertMalformed(join(compiled, end(0, 0, 0, 0, 0, 0)));
        assertMalformed(join(hello("6.1", ""), start('S'), start('B')));
    }

    @Test
    void output_is_passed_on_before_its_frame_is_complete() throws Exception {
        decoder.feed(ByteBuffer.wrap(join(hello("6.1", ""), start('S'))));
        decoder.feed(ByteBuffer.wrap(new byte[] {'O', 0, 0, 0, 10, 'h', 'i'}));

        assertThat(heard.out.toString(StandardCharsets.UTF_8)).isEqualTo("hi");
    }

    @Test
    void a_failed_start_and_a_stop_from_outside_are_told_apart() throws Exception {
        decoder.feed(
                ByteBuffer.wrap(
                        join(
                                hello("6.1", ""),
                                frame('F', new byte[] {9, 0, 0, 0, 2}),
                                frame('T', new byte[] {15}))));

        assertThat(heard.words).containsExactly("ready 6.1 ", "failed 9 2", "told 15");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 1000})
    void what_a_program_left_behind_comes_after_its_end(int chunk) throws Exception {
        byte[] all =
                join(
                        hello("6.1", ""),
                        start('S'),
                        end(0, 0, 0, 0, 0, 0),
                        frame('A', "out/ü"),
                        frame('b', "con"),
                        frame('b', "tent"),
                        frame('D', (byte) 0),
                        frame('N', "\001link"),
                        collected(0b01, 1, 1));

        for (int at = 0; at < all.length; at += chunk) {
            decoder.feed(ByteBuffer.wrap(all, at, Math.min(chunk, all.length - at)));
        }

        assertThat(heard.words).containsExactly("ready 6.1 ", "started", "ended 0", "collected");
        var brought = heard.artifacts.collected();
        assertThat(brought.files().getFirst().path()).isEqualTo("out/ü");
        assertThat(brought.files().getFirst().content()).asString().isEqualTo("content");
        assertThat(brought.omitted()).extracting(Omission::path).containsExactly("link", "*.txt");
    }

    @Test
    void artifacts_out_of_turn_and_of_wrong_lengths_are_malformed() {
        byte[] ready = hello("6.1", "");
        byte[] ended = join(ready, start('S'), end(0, 0, 0, 0, 0, 0));
        for (char type : "AbDNQ".toCharArray()) {
            assertMalformed(join(ready, frame(type, "x")));
            assertMalformed(join(ready, start('S'), frame(type, "x")));
            assertMalformed(join(ended, collected(0, 0, 1), frame(type, "x")));
            assertMalformed(join(ended, frame(type)));
            assertMalformed(join(ended, new byte[] {(byte) type, 0x7f, 0, 0, 0}));
        }
        assertMalformed(join(ended, frame('A', "a".repeat(1025))));
        assertMalformed(join(ended, frame('A', "a"), new byte[] {'b', 0, 1, 0, 1}));
        assertMalformed(join(ended, collected(0, -1, 1)));
        assertMalformed(join(ended, collected(0, 0, 2)));
    }

    @Test
    void frames_of_artifacts_in_any_order_end_in_a_refusal_or_in_silence() {
        var random = new Random(11);
        byte[] start = join(hello("6.1", ""), start('S'), end(0, 0, 0, 0, 0, 0));
        for (int round = 0; round < 20_000; round++) {
            var fresh = new Heard();
            var each = new ReportDecoder(fresh);
            try {
                each.feed(ByteBuffer.wrap(start));
                for (int i = random.nextInt(12); i > 0; i--) {
                    byte[] payload = new byte[random.nextInt(24)];
                    random.nextBytes(payload);
                    char type = "AAbbbDDNQX".charAt(random.nextInt(10));
                    each.feed(
                            ByteBuffer.wrap(
                                    type == 'D'
                                            ? frame('D', (byte) random.nextInt(12))
                                            : type == 'Q'
                                                    ? collected(random.nextLong(), i, i & 1)
                                                    : frame(type, payload)));
                }
            } catch (MalformedReport expected) {
                assertThat(expected).hasMessageMatching("(?s).*(frame|artifact|omission).*");
            }
            var brought = fresh.artifacts.collected();
            assertThat(brought.files())
                    .hasSizeLessThanOrEqualTo(ArtifactCollectorTest.REQUEST.maxFiles());
            assertThat(brought.files().stream().mapToLong(Artifact::bytes).sum())
                    .isLessThanOrEqualTo(ArtifactCollectorTest.REQUEST.maxBytes());
        }
    }

    private static byte[] collected(long matched, long omitted, int everywhere) {
        return frame(
                'Q',
                ByteBuffer.allocate(17)
                        .putLong(matched)
                        .putLong(omitted)
                        .put((byte) everywhere)
                        .array());
    }

    @Test
    void what_comes_out_of_turn_is_malformed() {
        assertMalformed(start('S'));
        assertMalformed(frame('O', "x"));
        assertMalformed(join(hello("6.1", ""), hello("6.1", "")));
        assertMalformed(join(hello("6.1", ""), frame('O', "x")));
        assertMalformed(join(hello("6.1", ""), end(0, 0, 0, 0, 0, 0)));
        assertMalformed(join(hello("6.1", ""), start('S'), start('S')));
        assertMalformed(
                join(hello("6.1", ""), start('S'), end(0, 0, 0, 0, 0, 0), frame('O', "late")));
        assertMalformed(
                join(hello("6.1", ""), start('S'), end(0, 0, 0, 0, 0, 0), end(0, 0, 0, 0, 0, 0)));
    }

    @Test
    void wrong_lengths_and_values_are_malformed() {
        assertMalformed(new byte[] {'R', 0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff});
        assertMalformed(new byte[] {'R', (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff});
        assertMalformed(frame('R', new byte[] {0, 1, 0, 0, 0, 0}));
        assertMalformed(frame('R', new byte[] {0, RunnerSpec.PROTOCOL, 0, 9, 0, 0}));
        assertMalformed(frame('R', new byte[] {0, RunnerSpec.PROTOCOL, 0, 0, 0, 0, 7}));
        byte[] started = join(hello("6.1", ""), start('S'));
        assertMalformed(join(started, frame('O')));
        assertMalformed(join(started, new byte[] {'O', 0, 1, 0, 1}));
        assertMalformed(join(started, new byte[] {'E', (byte) 0x80, 0, 0, 0}));
        assertMalformed(join(started, frame('X', new byte[43])));
        assertMalformed(join(started, frame('C', new byte[15])));
        assertMalformed(join(started, counts(-1, 0)));
        assertMalformed(join(started, end(0, -1, 0, 0, 0, 0)));
        assertMalformed(join(started, end(0, 0, Long.MAX_VALUE, 0, 0, 0)));
        assertMalformed(join(started, frame('Z', "?")));
        assertMalformed(new byte[] {0, 0, 0, 0, 0});
    }

    @Test
    void random_bytes_end_in_a_refusal_or_in_silence_but_never_otherwise() {
        var random = new Random(7);
        for (int round = 0; round < 20_000; round++) {
            byte[] noise = new byte[random.nextInt(64)];
            random.nextBytes(noise);
            byte[] start =
                    switch (round % 4) {
                        case 0 -> new byte[0];
                        case 1 -> hello("6.1", "");
                        case 2 -> join(hello("6.1", ""), start('B'));
                        default -> join(hello("6.1", ""), start('S'));
                    };
            var fresh = new ReportDecoder(new Heard());
            try {
                fresh.feed(ByteBuffer.wrap(join(start, noise)));
            } catch (MalformedReport expected) {
                assertThat(expected)
                        .hasMessageMatching("(?s)(frame|unknown frame type|the runner speaks).*");
            }
        }
    }

    private static void assertMalformed(byte[] bytes) {
        var fresh = new ReportDecoder(new Heard());
        assertThatThrownBy(() -> fresh.feed(ByteBuffer.wrap(bytes)))
                .isInstanceOf(MalformedReport.class);
    }

    static byte[] hello(String release, String log) {
        ByteBuffer payload = ByteBuffer.allocate(6 + release.length() + log.length());
        payload.putShort((short) RunnerSpec.PROTOCOL)
                .putShort((short) release.length())
                .put(release.getBytes(StandardCharsets.UTF_8));
        payload.putShort((short) log.length()).put(log.getBytes(StandardCharsets.UTF_8));
        return frame('R', payload.array());
    }

    /** Of a step that started so many microseconds before the frame was sent. */
    private static byte[] start(char type) {
        return frame(type, (byte) 0, (byte) 0, (byte) 0x13, (byte) 0x88);
    }

    static byte[] end(int status, long wall, long user, long system, long out, long err) {
        return frame(
                'X',
                ByteBuffer.allocate(44)
                        .putInt(status)
                        .putLong(wall)
                        .putLong(user)
                        .putLong(system)
                        .putLong(out)
                        .putLong(err)
                        .array());
    }

    private static byte[] counts(long out, long err) {
        return frame('C', ByteBuffer.allocate(16).putLong(out).putLong(err).array());
    }

    static byte[] frame(char type, String payload) {
        return frame(type, payload.getBytes(StandardCharsets.UTF_8));
    }

    static byte[] frame(char type, byte... payload) {
        return ByteBuffer.allocate(5 + payload.length)
                .put((byte) type)
                .putInt(payload.length)
                .put(payload)
                .array();
    }

    static byte[] join(byte[]... parts) {
        var all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    /** Writes down what it hears. */
    private static final class Heard implements ReportListener {
        private final List<String> words = new ArrayList<>();
        private final ByteArrayOutputStream compiler = new ByteArrayOutputStream();
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private final ByteArrayOutputStream err = new ByteArrayOutputStream();
        private final ArtifactCollector artifacts =
                new ArtifactCollector(ArtifactCollectorTest.REQUEST);
        private RunnerReport report;
        private Duration startedAgo;

        @Override
        public void onReady(RunnerHello hello) {
            words.add("ready " + hello.kernelRelease() + " " + hello.kernelLog());
        }

        @Override
        public void onPrepared(boolean waits) {
            words.add(waits ? "prepared" : "not prepared");
        }

        @Override
        public void onCompiling(Duration ago) {
            words.add("compiling");
        }

        @Override
        public void onCompilerOutput(ByteBuffer bytes) {
            compiler.writeBytes(copy(bytes));
        }

        @Override
        public void onCompilerProduced(long bytes) {
            words.add("compiler produced " + bytes);
        }

        @Override
        public void onCompiled(RunnerReport ended) {
            words.add("compiled " + ended.exitCode());
        }

        @Override
        public void onStarted(Duration ago) {
            startedAgo = ago;
            words.add("started");
        }

        @Override
        public void onFailed(int stage, int errno) {
            words.add("failed " + stage + " " + errno);
        }

        @Override
        public void onOutput(boolean stderr, ByteBuffer bytes) {
            (stderr ? err : out).writeBytes(copy(bytes));
        }

        private static byte[] copy(ByteBuffer bytes) {
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(copy);
            return copy;
        }

        @Override
        public void onProduced(long stdout, long stderr) {
            words.add("produced " + stdout + " " + stderr);
        }

        @Override
        public void onEnded(RunnerReport ended) {
            report = ended;
            words.add("ended " + ended.exitCode());
        }

        @Override
        public ArtifactListener artifacts() {
            return artifacts;
        }

        @Override
        public void onCollected() {
            words.add("collected");
        }

        @Override
        public void onTold(int signal) {
            words.add("told " + signal);
        }
    }
}
