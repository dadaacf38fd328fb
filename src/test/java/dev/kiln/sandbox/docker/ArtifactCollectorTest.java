package dev.kiln.sandbox.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.job.ArtifactRequest;
import dev.kiln.job.Omission;
import dev.kiln.job.Omission.Reason;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArtifactCollectorTest {
    static final ArtifactRequest REQUEST =
            new ArtifactRequest(List.of("out/*", "*.txt"), 100, 60, 3, 4);

    private final ArtifactCollector collector = new ArtifactCollector(REQUEST);

    @Test
    void a_file_is_kept_with_its_hash() throws Exception {
        file("out/a", "abc");
        collector.onCollected(0b11, 0, true);

        var kept = collector.collected();
        assertThat(kept.files()).hasSize(1);
        assertThat(kept.files().getFirst().sha256())
                .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assertThat(kept.omittedCount()).isZero();
    }

    @Test
    void a_pattern_that_stood_for_nothing_is_missing() throws Exception {
        collector.onCollected(0b01, 0, true);

        assertThat(collector.collected().omitted())
                .containsExactly(new Omission("*.txt", Reason.MISSING));
    }

    @Test
    void where_not_all_was_looked_at_nothing_is_called_missing() throws Exception {
        collector.onLeftOut(7, bytes("out"));
        collector.onCollected(0, 30, false);

        var kept = collector.collected();
        assertThat(kept.omitted())
                .containsExactly(
                        new Omission("out", Reason.TOO_MANY),
                        new Omission("out/*", Reason.NOT_COLLECTED),
                        new Omission("*.txt", Reason.NOT_COLLECTED));
        assertThat(kept.omittedCount()).isEqualTo(32);
    }

    @Test
    void what_was_complete_stays_when_the_runner_falls_silent() throws Exception {
        file("a.txt", "whole");
        collector.onFile(bytes("b.txt"));
        collector.onFileBytes(bytes("hal"));

        var kept = collector.collected();
        assertThat(kept.files()).extracting("path").containsExactly("a.txt");
        assertThat(kept.omitted())
                .extracting(Omission::reason)
                .containsOnly(Reason.NOT_COLLECTED)
                .hasSize(2);
        assertMalformed(() -> collector.onFileBytes(bytes("f")));
    }

    @Test
    void a_name_that_is_no_text_is_left_out_and_shown_in_escapes() throws Exception {
        collector.onFile(ByteBuffer.wrap(new byte[] {'a', (byte) 0xff, '\n', '.', 't'}));
        collector.onFileBytes(bytes("x"));
        collector.onFileEnd(0);
        collector.onFile(bytes("b\u0085\u001b[31m"));
        collector.onFileEnd(0);
        collector.onCollected(0b11, 0, true);

        var kept = collector.collected();
        assertThat(kept.files()).isEmpty();
        assertThat(kept.omittedCount()).isEqualTo(2);
        assertThat(kept.omitted())
                .containsExactly(
                        new Omission("a\\xff\\x0a.t", Reason.NAME),
                        new Omission("b\\xc2\\x85\\x1b[31m", Reason.NAME));
    }

    @Test
    void a_long_name_is_cut_where_it_is_shown() throws Exception {
        collector.onLeftOut(1, bytes("😀".repeat(256)));
        collector.onCollected(0b11, 1, true);

        assertThat(collector.collected().omitted().getFirst().path())
                .isEqualTo("😀".repeat(255) + "…");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/a", "a/", "a//b", ".", "..", "a/../b", "a/.", "\0", "a\0b"})
    void a_path_that_leads_elsewhere_is_malformed(String path) {
        assertMalformed(() -> collector.onFile(bytes(path)));
    }

    @Test
    void more_than_the_caps_is_malformed() throws Exception {
        file("a", "x".repeat(60));
        collector.onFile(bytes("b"));
        assertMalformed(() -> collector.onFileBytes(bytes("x".repeat(41))));

        var second = new ArtifactCollector(REQUEST);
        second.onFile(bytes("a"));
        assertMalformed(() -> second.onFileBytes(bytes("x".repeat(61))));

        var third = new ArtifactCollector(REQUEST);
        for (String name : List.of("a", "b", "c")) {
            third.onFile(bytes(name));
            third.onFileEnd(0);
        }
        third.onFile(bytes("d"));
        assertMalformed(() -> third.onFileEnd(0));
    }

    @Test
    void nonsense_is_malformed() throws Exception {
        assertMalformed(() -> collector.onFileBytes(bytes("x")));
        assertMalformed(() -> collector.onFileEnd(0));
        assertMalformed(() -> collector.onLeftOut(0, bytes("x")));
        assertMalformed(() -> collector.onLeftOut(11, bytes("x")));
        file("a", "");
        collector.onFile(bytes("a"));
        assertMalformed(() -> collector.onFile(bytes("b")));
        assertMalformed(() -> collector.onCollected(0, 0, true));
        assertMalformed(() -> collector.onFileEnd(0));
    }

    @Test
    void nothing_is_taken_that_nobody_asked_for() {
        var none = new ArtifactCollector(ArtifactRequest.NONE);

        assertMalformed(() -> none.onFile(bytes("a")));
        assertMalformed(() -> none.onLeftOut(1, bytes("a")));
        assertMalformed(() -> none.onCollected(0, 0, true));
        assertThat(none.collected().isEmpty()).isTrue();
    }

    @Test
    void omissions_are_bounded() throws Exception {
        for (int i = 0; i < 100; i++) {
            collector.onLeftOut(1, bytes("l" + i));
        }
        assertMalformed(() -> collector.onLeftOut(1, bytes("one more")));
    }

    private void file(String path, String content) throws MalformedReport {
        collector.onFile(bytes(path));
        collector.onFileBytes(bytes(content));
        collector.onFileEnd(0);
    }

    private static void assertMalformed(ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(MalformedReport.class);
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }
}
