package dev.kiln.bench.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.testing.OtherJvm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The baselines on this host's own engine. */
class BaselinesIT {

    private static final ContainerProgram LONG =
            new ContainerProgram("kiln/python", List.of("/usr/bin/sleep", "300"));

    @Test
    void each_runs_a_program_and_leaves_nothing() throws Exception {
        try (var engine = BenchEngine.connect(System.getenv("DOCKER_HOST"))) {
            for (Baseline baseline : List.of(new Oneshot(engine), new Minimal(engine))) {
                assertThat(baseline.run(ContainerProgram.HELLO))
                        .as(baseline.name())
                        .isEqualTo("hello\n");
            }
            assertThat(labelled(ProcessHandle.current().pid())).isEmpty();
            assertThat(engine.version()).matches("\\d+\\..*");
            assertThat(engine.cgroupDriver()).isIn("cgroupfs", "systemd");
        }
    }

    @Test
    void an_image_that_is_not_there_is_told() throws Exception {
        try (var engine = BenchEngine.connect(System.getenv("DOCKER_HOST"))) {
            var program = new ContainerProgram("kiln/nowhere", List.of("/bin/true"));
            assertThatThrownBy(() -> new Minimal(engine).run(program))
                    .isInstanceOf(BaselineException.class)
                    .hasMessageContaining("create a container from kiln/nowhere");
        }
    }

    @Test
    void what_a_killed_benchmark_left_goes_at_the_next_ones_start() throws Exception {
        long nobody = 99_999_999; // above the highest number that Linux gives to processes
        docker("create", "--label", BenchEngine.LABEL + "=" + nobody, "kiln/python", "/bin/true");
        assertThat(labelled(nobody)).hasSize(1);
        BenchEngine.connect(System.getenv("DOCKER_HOST")).close();
        assertThat(labelled(nobody)).isEmpty();
    }

    @Test
    void ctrl_c_takes_the_containers_along() throws Exception {
        try (var other = OtherJvm.start(Victim.class)) {
            other.lineWith("running");
            assertThat(labelled(other.process().pid())).hasSize(1);
            other.terminate();
            assertThat(labelled(other.process().pid())).isEmpty();
        }
    }

    /** Runs a container that does not end by itself. */
    static final class Victim {
        private Victim() {}

        public static void main(String[] args) throws InterruptedException {
            var engine = BenchEngine.connect(System.getenv("DOCKER_HOST"));
            var client = Thread.ofPlatform().start(() -> run(engine));
            String self = String.valueOf(ProcessHandle.current().pid());
            while (engine.running(BenchEngine.LABEL, self).isEmpty()) {
                Thread.onSpinWait();
            }
            System.out.println("running");
            client.join();
        }

        private static void run(BenchEngine engine) {
            try {
                new Minimal(engine).run(LONG);
            } catch (InterruptedException | BaselineException ended) {
                System.out.println("ended: " + ended.getMessage());
            }
        }
    }

    private static List<String> labelled(long pid) throws IOException, InterruptedException {
        return docker(
                "ps", "--all", "--quiet", "--filter", "label=" + BenchEngine.LABEL + "=" + pid);
    }

    private static List<String> docker(String... arguments)
            throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("docker"));
        command.addAll(List.of(arguments));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said.lines().toList();
    }
}
