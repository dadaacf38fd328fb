package dev.kiln.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.runtime.configuration.DurationConverter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The service of a worker host, as systemd's own tools see it; no systemd runs. */
class WorkerUnitIT {
    private static final Path TEMPLATES = Path.of("deploy/host/systemd");

    /**
     * Of 100: what systemd itself calls "OK" ends at 50. The socket, the network and the JVM cost
     * 18.
     */
    private static final int MOST_EXPOSED = 20;

    @TempDir Path folder;
    private Path unit;
    private String text;

    @BeforeEach
    void render() throws IOException {
        text =
                Files.readString(TEMPLATES.resolve("kiln-worker.service"))
                        .replace(
                                "@JAVA@",
                                ProcessHandle.current().info().command().orElse("/usr/bin/java"))
                        .replace("@HOME@", "/var/lib/kiln")
                        .replace("@APP@", "/opt/kiln/current");
        unit = folder.resolve("kiln-worker.service");
        Files.writeString(unit, text);
    }

    @Test
    void systemd_understands_every_line() throws Exception {
        assertThat(run("verify", "--man=no", unit.toString())).isEmpty();
        Files.writeString(unit, text.replace("KillMode=", "KillMood="));
        assertThat(run("verify", "--man=no", unit.toString())).contains("KillMood");
    }

    @Test
    void it_is_exposed_no_further_than_a_worker_must_be() throws Exception {
        assertThat(exposure()).contains("Overall exposure level").contains("exit 0");
        Files.writeString(unit, text.replaceAll("(?m)^(Protect|Restrict|NoNew).*$", ""));
        assertThat(exposure()).contains("exit 1");
    }

    private String exposure() throws Exception {
        return run(
                        "security",
                        "--no-pager",
                        "--offline=true",
                        "--threshold=" + MOST_EXPOSED,
                        unit.toString())
                + " exit "
                + status;
    }

    @Test
    void it_may_drain_for_as_long_as_it_is_told_to() {
        Duration drain = DurationConverter.parseDuration(value("KILN_WORKER_DRAIN_TIMEOUT=(\\S+)"));
        var minutes = Pattern.compile("(\\d+)min").matcher(value("(?m)^TimeoutStopSec=(.*)$"));
        assertThat(minutes.matches()).isTrue();
        assertThat(Duration.ofMinutes(Long.parseLong(minutes.group(1))))
                .isGreaterThanOrEqualTo(drain.plusSeconds(30));
        assertThat(text).contains("KillSignal=SIGTERM", "KillMode=mixed");
    }

    @Test
    void every_setting_is_one_that_kiln_reads_and_none_is_a_secret() throws IOException {
        var settings = KnownSettings.ofTheApplication();
        Map<String, String> all = new TreeMap<>();
        Arrays.stream(value("(?m)^Environment=(.*)$").split(" ")).forEach(s -> put(all, s));
        for (String line : Files.readAllLines(TEMPLATES.resolve("worker.env"))) {
            if (line.matches("#?[A-Z_]+=.*")) {
                put(all, line.replaceFirst("#", ""));
            }
        }
        assertThat(all).containsEntry("KILN_ROLES", "worker").hasSizeGreaterThan(8);
        assertThat(all.keySet()).noneMatch(settings::isUnknown);
        assertThat(all).containsEntry("QUARKUS_DATASOURCE_PASSWORD", "");
    }

    private static void put(Map<String, String> settings, String line) {
        String[] parts = line.split("=", 2);
        settings.put(parts[0], parts[1]);
    }

    private String value(String pattern) {
        var found = Pattern.compile(pattern).matcher(text);
        assertThat(found.find()).as(pattern).isTrue();
        return found.group(1);
    }

    private int status;

    private String run(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("systemd-analyze"));
        command.addAll(List.of(arguments));
        try {
            var process = new ProcessBuilder(command).redirectErrorStream(true).start();
            String said =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            status = process.waitFor();
            return said;
        } catch (IOException absent) {
            throw new AssertionError(
                    "systemd-analyze cannot be run: deploy/host/setup systemd provides it", absent);
        }
    }
}
