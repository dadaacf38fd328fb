package dev.kiln.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdminKeyFileTest {
    private static final String GOOD =
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    @TempDir Path folder;

    @Test
    void one_line_is_the_key() throws IOException {
        assertThat(AdminKeyFile.read(file(GOOD + "\n", "rw-r-----"))).isEqualTo(GOOD);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            ``                                              | is empty
            abcdef0123456789                                | is shorter than 32 characters
            aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa  | could be guessed
            ChangeMe-0123456789-abcdefghijklmnopqrst        | could be guessed
            my-Password-0123456789-abcdefghijklmnopqrst     | could be guessed
            two words 0123456789 abcdefghijklmnopqrst       | holds more than one line
            """)
    void a_key_that_others_could_guess_is_refused_and_not_quoted(String key, String fault)
            throws IOException {
        var file = file(key, "rw-------");
        assertThatThrownBy(() -> AdminKeyFile.read(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("kiln.access.admin-key-file names " + file)
                .hasMessageContaining(fault)
                .message()
                .satisfies(text -> assertThat(key.isEmpty() || !text.contains(key)).isTrue());
    }

    @ParameterizedTest
    @CsvSource({"rw----r--", "rw-----w-"})
    void a_key_that_others_may_read_or_replace_is_refused(String permissions) throws IOException {
        var file = file(GOOD, permissions);
        assertThatThrownBy(() -> AdminKeyFile.read(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("chmod o-rwx");
    }

    @Test
    void a_file_that_is_none_is_refused() {
        assertThatThrownBy(() -> AdminKeyFile.read(folder))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is no file");
        assertThatThrownBy(() -> AdminKeyFile.read(folder.resolve("none")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is no file");
    }

    private Path file(String text, String permissions) throws IOException {
        var file = Files.writeString(folder.resolve("key"), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
        return file;
    }
}
