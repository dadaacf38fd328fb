package dev.kiln.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The engine beside a privileged worker in a pod, by its own image and script, and a worker without
 * a right that uses it.
 */
class WorkerPodIT {
    private static WorkerPod pod;

    @BeforeAll
    static void start() {
        pod = new WorkerPod();
        try {
            pod.start();
        } catch (RuntimeException | AssertionError failed) {
            pod.close();
            throw failed;
        }
    }

    @AfterAll
    static void stop() {
        try (var last = pod) {
            assertThat(last.docker("ps", "--all", "--quiet")).isEmpty();
            assertThat(last.files("/var/lib/kiln/jobs")).isEmpty();
            assertThat(last.stop()).isZero();
        }
    }

    @Test
    void when_its_probe_passes_it_has_the_images_of_all_languages_and_gvisor() throws IOException {
        String[] images;
        try (var folders = Files.list(Path.of("docker/sandbox"))) {
            images = folders.map(f -> "kiln/" + f.getFileName()).toArray(String[]::new);
        }
        assertThat(pod.docker("image", "ls", "--format={{.Repository}}"))
                .containsExactlyInAnyOrder(images);
        assertThat(pod.docker("info", "--format={{json .Runtimes}}").getFirst())
                .contains("kiln-gvisor");
    }

    @Test
    void a_worker_without_rights_runs_programs_under_gvisor_and_limits() {
        var said = pod.program("import os; print(os.uname().release, os.getuid())");
        assertThat(said.path("stdout").asText()).isEqualTo("4.4.0 1000\n");
        assertThat(said.at("/runtime/name").asText()).isEqualTo("runsc");
        var greedy = pod.program("bytearray(900 << 20)");
        assertThat(greedy.path("termination").asText()).isEqualTo("out_of_memory");
    }

    /** It sees no process but its own; of a crowd the engine's kill may take longer than it may. */
    @ParameterizedTest
    @ValueSource(ints = {0, 45})
    void a_worker_that_can_kill_no_process_ends_what_runs_out_of_time(int children) {
        String code =
                "import os, time\n[os.fork() or time.sleep(900) for _ in range(%d)]\nprint('there', flush=True)\ntime.sleep(900)"
                        .formatted(children);
        var late = pod.program(code, "--timeout=3", "--pids=50");
        assertThat(late.path("termination").asText()).isEqualTo("timed_out");
        assertThat(pod.docker("ps", "--quiet")).isEmpty();
    }

    @Test
    void an_engine_that_was_killed_starts_again_over_what_it_left() {
        pod.restart();
        assertThat(pod.program("print(6 * 7)").path("stdout").asText()).isEqualTo("42\n");
    }
}
