package dev.kiln.cli.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.cli.client.CliException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkshopTest {

    private static final List<String> TOOL =
            List.of("/bin/sh", "-c", "echo \"$WHO\" >> calls; cat deep/list");

    @TempDir Path root;
    private Workshop workshop;

    @BeforeEach
    void sources() throws IOException {
        Path deep = Files.createDirectories(root.resolve("sources/deep"));
        Files.writeString(deep.resolve("list"), "packages\n");
        workshop =
                new Workshop(
                        root.resolve("sources"),
                        root.resolve("home/installed"),
                        root.resolve("log/install.log"));
    }

    @Test
    void the_tool_runs_on_a_copy_of_the_sources() {
        workshop.install(TOOL, Map.of("WHO", "npm"));
        assertThat(root.resolve("home/installed/calls")).hasContent("npm");
        assertThat(root.resolve("log/install.log")).hasContent("packages");
        assertThat(root.resolve("sources/calls")).doesNotExist();
    }

    @Test
    void the_same_sources_are_installed_once() {
        workshop.install(TOOL, Map.of("WHO", "npm"));
        workshop.install(TOOL, Map.of("WHO", "npm"));
        assertThat(root.resolve("home/installed/calls")).hasContent("npm");
    }

    @Test
    void other_sources_are_installed_anew() throws IOException {
        workshop.install(TOOL, Map.of("WHO", "first"));
        Files.writeString(root.resolve("sources/deep/list"), "other packages\n");
        workshop.install(TOOL, Map.of("WHO", "second"));
        assertThat(root.resolve("home/installed/calls")).hasContent("first\nsecond\n");
    }

    @Test
    void a_tool_that_fails_is_named_with_its_log_and_tried_again() {
        var failing = List.of("/bin/sh", "-c", "echo no network; exit 3");
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> workshop.install(failing, Map.of()))
                    .isInstanceOf(CliException.class)
                    .hasMessageContaining("ended with exit code 3")
                    .hasMessageContaining(root.resolve("log/install.log").toString());
        }
        assertThat(root.resolve("log/install.log")).hasContent("no network");
    }

    @Test
    void a_package_manager_that_is_missing_is_named_with_the_remedy() throws IOException {
        Path bin = Files.createDirectories(root.resolve("bin"));
        assertThat(Files.createFile(bin.resolve("mvn")).toFile().setExecutable(true)).isTrue();
        var programs = new PeerPrograms(Map.of("PATH", bin + ":/nowhere", "KILN_ROOT", "."));
        programs.check(EnumSet.of(Contender.KILN, Contender.DB_SCHEDULER, Contender.JOBRUNR));
        assertThatThrownBy(() -> programs.check(Set.of(Contender.PG_BOSS)))
                .isInstanceOf(CliException.class)
                .hasMessage(
                        "pg-boss is installed by npm, which is not on the PATH: install it, or leave pg-boss out with --only");
    }
}
