package dev.kiln.sandbox.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kiln.job.Limits;
import dev.kiln.job.Termination;
import dev.kiln.sandbox.ContextSource;
import dev.kiln.sandbox.StopSignal;
import dev.kiln.testing.EngineCord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Nothing of a run outlives it, however it or its worker ended. */
class CleanupIT {
    private static final Limits CROWD =
            new Limits(Duration.ofSeconds(4), 256 << 20, 1.0, 50, 10_000, 8 << 20);
    private static final Limits PATIENT_CROWD =
            new Limits(Duration.ofSeconds(60), 256 << 20, 1.0, 50, 10_000, 8 << 20);

    private SandboxHost host;
    private DockerCli docker;

    @BeforeEach
    void open() {
        host = new SandboxHost();
        docker = new DockerCli(host.home);
    }

    @AfterEach
    void close() {
        host.close();
    }

    @Test
    void runs_leave_no_container_file_descriptor_or_thread() throws Exception {
        host.shell("echo warm-up");
        long threads = Thread.getAllStackTraces().size();
        long descriptors = descriptors();

        for (int i = 0; i < 12; i++) {
            host.shell(
                    i % 3 == 0
                            ? "yes | head -c 3000000"
                            : i % 3 == 1 ? "kill -9 $$" : "sleep 100 & exit 1");
        }

        assertThat(docker.containers()).isEmpty();
        assertThat(host.home.resolve("jobs")).isEmptyDirectory();
        assertThat(descriptors())
                .as("pooled connections to the engine may differ")
                .isBetween(descriptors - 4, descriptors + 4);
        assertThat((long) Thread.getAllStackTraces().size()).isLessThanOrEqualTo(threads + 4);
    }

    /** Whose kill hangs for as many seconds as a sandbox has processes above some thirty. */
    @Test
    void neither_a_verdict_nor_a_removal_takes_the_kill_of_the_engine() throws Exception {
        long since = Instant.now().getEpochSecond();
        String crowd = "i=0; while [ $i -lt 45 ]; do sleep 1000 & i=$((i+1)); done; ";

        var killed = host.shell(crowd + "wait", CROWD);
        var left = host.shell(crowd + "exit 3", PATIENT_CROWD);

        assertThat(killed.termination()).isEqualTo(Termination.TIMED_OUT);
        assertThat(left.exitCode()).isEqualTo(3);
        assertThat(docker.containers()).isEmpty();
        assertThat(docker.events(since))
                .contains("create", "start", "die", "destroy")
                .doesNotContain("kill");
    }

    private static long descriptors() throws IOException {
        try (var files = Files.list(Path.of("/proc/self/fd"))) {
            return files.count();
        }
    }

    @Test
    void a_killed_worker_leaves_no_program_running_and_the_next_one_sweeps_up() throws Exception {
        Process worker = Worker.start(host.home);
        String id = docker.awaitRunning();
        // Another worker of the same host comes up meanwhile and must not mistake this one for
        // dead.
        host.sandbox.checkReady();
        assertThat(docker.containers()).containsExactly(id);
        assertThat(docker.processes(id)).isPositive();

        worker.destroyForcibly().waitFor();

        await("the runner ends with its control channel")
                .atMost(Duration.ofSeconds(20))
                .until(() -> docker.processes(id) == 0);
        try (var next = new DockerSandbox(host.settings, SandboxHost.runtimes(Map.of()))) {
            next.checkReady();
        }
        assertThat(docker.containers()).isEmpty();
        assertThat(host.home.resolve("jobs")).isEmptyDirectory();
        assertThat(locks()).as("of the living alone").hasSize(1);
    }

    @Test
    void a_worker_sweeps_up_after_one_that_dies_beside_it_and_leaves_the_living_alone()
            throws Exception {
        host.sandbox.checkReady();
        Process dying = Worker.start(host.home);
        String left = docker.awaitRunning();
        Process living = Worker.start(host.home);
        try {
            await().atMost(Duration.ofSeconds(30)).until(() -> docker.programs().size() == 2);
            dying.destroyForcibly().waitFor();

            awaitSwept(() -> assertThat(docker.containers()).hasSize(1).doesNotContain(left));
            assertThat(docker.processes(docker.containers().getFirst())).isPositive();
        } finally {
            living.destroyForcibly().waitFor();
        }
        awaitSwept(() -> assertThat(docker.containers()).isEmpty());
    }

    private void awaitSwept(Runnable holds) {
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(
                        () -> {
                            host.sandbox.checkReady();
                            holds.run();
                        });
    }

    @Test
    void what_the_engine_does_not_remove_in_time_stops_no_start_and_goes_later() throws Exception {
        Process worker = Worker.start(host.home);
        String id = docker.awaitRunning();
        worker.destroyForcibly().waitFor();

        try (var cord = new EngineCord(host.home.resolve("engine.sock"));
                var next =
                        new DockerSandbox(
                                host.settings
                                        .withEngine(cord.uri())
                                        .withKills(Duration.ofSeconds(1)),
                                SandboxHost.runtimes(Map.of()))) {
            var held = cord.hold("DELETE /");
            next.checkReady();
            assertThat(docker.containers()).contains(id);
            assertThat(docker.processes(id)).isZero();

            held.countDown();
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(
                            () -> {
                                next.checkReady();
                                assertThat(docker.containers()).isEmpty();
                            });
        }
    }

    @Test
    void what_waits_frozen_ends_with_a_killed_worker() throws Exception {
        Process worker = Worker.startWaiting(host.home);
        String id = awaitFrozen();

        worker.destroyForcibly().waitFor();

        await("its helper thaws it, and the runner ends with its control channel")
                .atMost(Duration.ofSeconds(20))
                .until(() -> docker.processes(id) == 0);
        host.sandbox.checkReady();
        assertThat(docker.containers()).isEmpty();
    }

    @Test
    void what_is_left_frozen_is_swept_up() throws Exception {
        Process worker = Worker.startWaiting(host.home);
        awaitFrozen();

        // With all that it had started, as a service manager does it.
        var helpers = worker.descendants().toList();
        helpers.forEach(ProcessHandle::destroyForcibly);
        await().atMost(Duration.ofSeconds(20))
                .until(() -> helpers.stream().noneMatch(ProcessHandle::isAlive));
        worker.destroyForcibly().waitFor();

        host.sandbox.checkReady();
        assertThat(docker.containers()).isEmpty();
    }

    private String awaitFrozen() {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> docker.running(WarmStart.LABELS).stream().anyMatch(docker::frozen));
        return docker.running(WarmStart.LABELS).getFirst();
    }

    private List<Path> locks() throws IOException {
        try (var files = Files.list(host.home.resolve("workers"))) {
            return files.toList();
        }
    }

    /** A worker process of its own, with a program that does not end, or that waits for one. */
    static final class Worker {
        private Worker() {}

        static Process start(Path home) throws IOException {
            return start(home, "0");
        }

        static Process startWaiting(Path home) throws IOException {
            return start(home, "1");
        }

        private static Process start(Path home, String pool) throws IOException {
            return new ProcessBuilder(
                            ProcessHandle.current().info().command().orElseThrow(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
                            Worker.class.getName(),
                            home.toString(),
                            pool)
                    .inheritIO()
                    .start();
        }

        public static void main(String[] args) throws Exception {
            boolean waits = !args[1].equals("0");
            var settings = new SandboxHost.Settings(SandboxConfig.Isolation.AUTO, Path.of(args[0]));
            var runtimes =
                    SandboxHost.runtimes(Map.of("sh", SandboxHost.shellWith(SandboxHost.IMAGE)));
            try (var sandbox =
                    new DockerSandbox(
                            settings,
                            runtimes,
                            ContextSource.NONE,
                            Pools.with(Map.of("size", args[1])))) {
                sandbox.run(
                        SandboxHost.tag(),
                        SandboxHost.program("sh", waits ? "exit" : "while :; do :; done"),
                        SandboxHost.LIMITS,
                        new StopSignal());
                new CountDownLatch(1).await();
            }
        }
    }
}
