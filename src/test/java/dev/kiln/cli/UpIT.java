package dev.kiln.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.embedded.FreePort;
import dev.kiln.testing.OtherJvm;
import dev.kiln.testing.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kiln up} as it is shipped, with the host's own engine and sandbox. */
class UpIT {

    private static final String MAIN = "dev.kiln.cli.Main";

    @TempDir Path folder;
    private final int port = FreePort.pick();

    @Test
    void a_restart_keeps_results_and_a_killed_kiln_leaves_nothing_running() throws Exception {
        String job;
        try (var first = up()) {
            first.lineWith("Kiln is at");
            job = submit();
            assertThat(otherUp()).contains("another Kiln is running on " + folder.toRealPath());
            first.terminate();
            assertThat(Processes.naming(folder.toString())).isEmpty();
        }
        try (var second = up()) {
            second.lineWith("Kiln is at");
            assertThat(CommandLineRun.of("result", job, "--server", url()).out())
                    .isEqualTo("kept\n");
            second.kill();
        }
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .untilAsserted(
                        () -> {
                            assertThat(Processes.naming(folder.toString())).isEmpty();
                            assertThat(FreePort.isFree(port)).isTrue();
                        });
    }

    @Test
    void a_server_that_cannot_start_ends_the_command_with_its_own_sentence() throws Exception {
        String nowhere = "127.0.0.1:" + FreePort.pick();
        var env =
                Map.of(
                        "KILN_DATA",
                        folder.toString(),
                        "KILN_ROOT",
                        Path.of("").toAbsolutePath().toString(),
                        "KAFKA_BOOTSTRAP_SERVERS",
                        nowhere,
                        "QUARKUS_DATASOURCE_JDBC_URL",
                        "jdbc:postgresql://" + nowhere + "/kiln");
        try (var up = OtherJvm.startShipped(MAIN, env, "up", "--port", String.valueOf(port))) {
            assertThat(up.allLines())
                    .anyMatch(line -> line.startsWith("kiln: ") && line.contains(nowhere));
            assertThat(up.process().waitFor()).isEqualTo(2);
        }
    }

    private String submit() throws IOException {
        Path program = Files.writeString(folder.resolve("kept.py"), "print('kept')\n");
        var run =
                CommandLineRun.of(
                        "submit", program.toString(), "--wait", "--json", "--server", url());
        assertThat(run.exitCode()).as(run.toString()).isZero();
        return run.out().replaceFirst("\\{\"id\":\"([^\"]+)\"(?s:.*)", "$1");
    }

    private String otherUp() throws IOException {
        try (var other = up(FreePort.pick())) {
            return String.join("\n", other.allLines());
        }
    }

    private OtherJvm up() throws IOException {
        return up(port);
    }

    private OtherJvm up(int port) throws IOException {
        var env =
                Map.of(
                        "KILN_DATA", folder.toString(),
                        "KILN_ROOT", Path.of("").toAbsolutePath().toString());
        return OtherJvm.startShipped(
                MAIN, env, "up", "--port", String.valueOf(port), "--kafka-port", "0");
    }

    private String url() {
        return "http://127.0.0.1:" + port;
    }
}
