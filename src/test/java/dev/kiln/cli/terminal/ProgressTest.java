package dev.kiln.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProgressTest {

    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    @Test
    void a_terminal_shows_one_line_that_goes_away() {
        try (var progress = new Progress(terminal(true))) {
            progress.show("1 of 2");
            progress.show("2 of 2");
        }
        assertThat(written.toString(StandardCharsets.UTF_8))
                .isEqualTo("\r\u001b[K1 of 2\r\u001b[K2 of 2\r\u001b[K");
    }

    @Test
    void a_file_gets_a_line_for_each_change() {
        try (var progress = new Progress(terminal(false))) {
            progress.show("1 of 2");
            progress.show("1 of 2");
            progress.show("2 of 2");
        }
        assertThat(written.toString(StandardCharsets.UTF_8)).isEqualTo("1 of 2\n2 of 2\n");
    }

    private Terminal terminal(boolean is) {
        var stream = new PrintStream(written, true, StandardCharsets.UTF_8);
        return new Terminal(stream, stream, is, is, 80);
    }
}
