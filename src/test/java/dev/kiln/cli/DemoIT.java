package dev.kiln.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.testing.OtherJvm;
import dev.kiln.testing.Processes;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kiln demo} as it is shipped, with the host's own engine and sandbox. */
class DemoIT {

    @TempDir Path temporary;

    @Test
    void every_example_ends_as_it_is_meant_to_and_nothing_is_left() throws Exception {
        var env =
                Map.of(
                        "KILN_ROOT",
                        Path.of("").toAbsolutePath().toString(),
                        "JDK_JAVA_OPTIONS",
                        "-Djava.io.tmpdir=" + temporary);
        try (var demo = OtherJvm.startShipped("dev.kiln.cli.Main", env, "demo")) {
            String said = String.join("\n", demo.allLines());
            assertThat(demo.process().waitFor()).as(said).isZero();
            assertThat(said)
                    .contains("JOB ", "timed out", "out of memory", "Hello from inside a sandbox")
                    .contains("one completion event for each of the 15 jobs");
        }
        assertThat(temporary).isDirectoryNotContaining("glob:**/kiln-data-*");
        assertThat(Processes.naming(temporary.toString())).isEmpty();
    }
}
