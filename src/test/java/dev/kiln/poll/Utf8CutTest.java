package dev.kiln.poll;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Utf8CutTest {
    @Test
    void text_is_cut_between_characters_alone() {
        byte[] text = "aé€😀b".getBytes(StandardCharsets.UTF_8);
        for (int to = 1; to <= text.length; to++) {
            int end = Utf8Cut.end(text, 0, to);
            assertThat(end).isBetween(Math.max(1, to - 3), to);
            assertThat(Utf8Cut.text(Arrays.copyOf(text, end))).isPresent();
        }
        assertThat(Utf8Cut.end(text, 0, text.length)).isEqualTo(text.length);
    }

    @Test
    void what_begins_no_character_waits_for_no_rest() {
        assertThat(Utf8Cut.end(new byte[] {'a', (byte) 0xff}, 0, 2)).isEqualTo(2);
        assertThat(Utf8Cut.end(new byte[] {(byte) 0x80, (byte) 0x80}, 0, 2)).isEqualTo(2);
        assertThat(Utf8Cut.end(new byte[] {(byte) 0xc1}, 0, 1)).isEqualTo(1);
        assertThat(Utf8Cut.end(new byte[] {'a', (byte) 0xe2, (byte) 0x82}, 1, 3)).isEqualTo(1);
    }

    @Test
    void pieces_of_any_bytes_come_to_an_end_and_are_the_whole() {
        var random = new Random(7);
        for (int round = 0; round < 2_000; round++) {
            byte[] bytes = new byte[random.nextInt(40)];
            random.nextBytes(bytes);
            var whole = new ByteArrayOutputStream();
            int from = 0;
            while (from < bytes.length) {
                int end = Utf8Cut.end(bytes, from, Math.min(bytes.length, from + 8));
                if (end == from) {
                    assertThat(bytes.length - from).as("a character's beginning").isLessThan(4);
                    end = bytes.length;
                }
                whole.write(bytes, from, end - from);
                from = end;
            }
            assertThat(whole.toByteArray()).isEqualTo(bytes);
        }
    }
}
