package dev.kiln.sandbox.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DemultiplexerTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Demultiplexer demultiplexer =
            new Demultiplexer(
                    new Demultiplexer.Sink() {
                        @Override
                        public void stdout(ByteBuffer bytes) {
                            take(bytes, out);
                        }

                        @Override
                        public void stderr(ByteBuffer bytes) {
                            take(bytes, err);
                        }
                    });

    private static void take(ByteBuffer from, ByteArrayOutputStream to) {
        byte[] copy = new byte[from.remaining()];
        from.get(copy);
        to.writeBytes(copy);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 8, 9, 100})
    void streams_are_told_apart_however_they_are_cut_up(int chunk) throws Exception {
        byte[] all =
                ReportDecoderTest.join(
                        head(1, 3),
                        bytes("abc"),
                        head(2, 2),
                        bytes("de"),
                        head(1, 0),
                        head(1, 1),
                        bytes("f"));

        for (int at = 0; at < all.length; at += chunk) {
            demultiplexer.feed(ByteBuffer.wrap(all, at, Math.min(chunk, all.length - at)));
        }

        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("abcf");
        assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo("de");
    }

    @Test
    void a_length_beyond_31_bits_allocates_nothing() throws Exception {
        demultiplexer.feed(ByteBuffer.wrap(ReportDecoderTest.join(head(1, -1), bytes("abc"))));

        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("abc");
    }

    @Test
    void another_stream_is_refused() {
        assertThatThrownBy(() -> demultiplexer.feed(ByteBuffer.wrap(head(0, 1))))
                .isInstanceOf(MalformedReport.class);
        assertThatThrownBy(() -> new Demultiplexer(null).feed(ByteBuffer.wrap(head(3, 1))))
                .isInstanceOf(MalformedReport.class);
    }

    private static byte[] head(int stream, int length) {
        return ByteBuffer.allocate(8).put((byte) stream).position(4).putInt(length).array();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
