package dev.kiln.tls;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a good file does is seen where connections are made (PosterTest). */
class TrustedRootsTest {
    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "hello",
                "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
            })
    void a_file_without_certificates_is_refused_by_the_settings_name(String content)
            throws Exception {
        var file = Files.writeString(folder.resolve("ca.pem"), content);
        assertThatThrownBy(() -> TrustedRoots.with("kiln.x.trust", file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("kiln.x.trust names " + file)
                .hasMessageContaining("must hold certificates in PEM");
    }

    @Test
    void a_file_that_is_not_there_is_refused() {
        assertThatThrownBy(() -> TrustedRoots.with("kiln.x.trust", folder.resolve("none")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cannot be read (NoSuchFileException)");
    }
}
