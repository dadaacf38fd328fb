package dev.kiln.cli.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArtifactFolderTest {
    private static final byte[] CONTENT = {1, 2};

    @TempDir Path home;
    private Path root;
    private ArtifactFolder folder;

    @BeforeEach
    void open() {
        root = home.resolve("made/for/it");
        folder = ArtifactFolder.open(root.toString());
    }

    @Test
    void a_file_is_written_below_it() {
        folder.write("a/b/ü c", CONTENT);
        folder.write("a/d", CONTENT);

        assertThat(root.resolve("a/b/ü c")).hasBinaryContent(CONTENT);
        assertThat(root.resolve("a/d")).hasBinaryContent(CONTENT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/etc/x", "../x", "a/../../x", "a//b", "a/", ".", "a\nb", "a\0b"})
    void a_path_that_leads_elsewhere_is_refused(String path) throws Exception {
        assertThatThrownBy(() -> folder.write(path, CONTENT)).isInstanceOf(CliException.class);
        assertThat(root).isEmptyDirectory();
    }

    @Test
    void a_link_in_it_is_not_followed() throws Exception {
        Path outside = Files.createDirectory(home.resolve("outside"));
        Path target = Files.writeString(outside.resolve("target"), "mine");
        Files.createSymbolicLink(root.resolve("folder"), outside);
        Files.createSymbolicLink(root.resolve("file"), target);
        Files.createSymbolicLink(root.resolve("dangling"), outside.resolve("new"));

        for (String path : new String[] {"folder/x", "file", "dangling"}) {
            assertThatThrownBy(() -> folder.write(path, CONTENT))
                    .isInstanceOf(CliException.class)
                    .hasMessageContaining("there already");
        }
        assertThat(outside).isDirectoryNotContaining("glob:**/{x,new}");
        assertThat(target).hasContent("mine");
    }

    @Test
    void nothing_is_overwritten() throws Exception {
        Files.writeString(root.resolve("x"), "mine");

        assertThatThrownBy(() -> folder.write("x", CONTENT))
                .hasMessageContaining("there already and was not touched");
        assertThatThrownBy(() -> folder.write("x/y", CONTENT)).isInstanceOf(CliException.class);
        assertThat(root.resolve("x")).hasContent("mine");
    }
}
