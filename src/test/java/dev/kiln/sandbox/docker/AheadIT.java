package dev.kiln.sandbox.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kiln.sandbox.ContextSource;
import dev.kiln.sandbox.StopSignal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A cell that was started ahead of its job, with the runner waiting in it. */
class AheadIT {
    private SandboxHost host;
    private DockerCli docker;
    private Engine engine;
    private Host place;
    private Cell cell;

    @BeforeEach
    void open() throws Exception {
        host = new SandboxHost();
        docker = new DockerCli(host.home);
        engine =
                new Engine(
                        EngineAddress.of(host.settings.engine(), null),
                        host.settings.callTimeout(),
                        8);
        place = Host.open(engine, host.settings);
        ContainerRuntime runtime = new GvisorProbe(engine, place.cells(), host.settings).probe();
        cell =
                place.cells()
                        .open(
                                engine.image(SandboxHost.IMAGE).orElseThrow(),
                                runtime,
                                null,
                                SandboxHost.LIMITS,
                                Map.of());
        cell.conversation().ready().get(30, TimeUnit.SECONDS);
    }

    @AfterEach
    void close() throws Exception {
        place.cells().dispose(cell);
        place.close();
        engine.close();
        host.close();
    }

    @Test
    void it_runs_the_job_that_comes_later_and_the_wait_costs_the_job_nothing() throws Exception {
        var waited = Duration.ofSeconds(2);
        long opened = System.nanoTime();
        await().pollDelay(waited).atMost(waited.plusSeconds(5)).until(() -> true);

        var stop = new StopSignal();
        var result =
                new Run(engine, place.cells(), host.settings, cell, stop)
                        .toEnd(
                                SandboxHost.program(
                                        "import sys; print(sys.stdin.read() + sys.argv[1])",
                                        "late ",
                                        List.of("job"),
                                        Map.of()),
                                LaunchCommand.of(SandboxHost.pythonWith(SandboxHost.IMAGE)),
                                ContextSource.NONE);

        assertThat(result.stdout().text()).isEqualTo("late job\n");
        assertThat(result.success()).isTrue();
        assertThat(System.nanoTime() - opened).isGreaterThan(waited.toNanos());
        assertThat(result.usage().wall())
                .isLessThan(Duration.ofNanos(System.nanoTime() - opened).minus(waited));
    }

    @Test
    void it_ends_when_its_worker_is_gone_before_any_job_came() throws Exception {
        String id = docker.containers().getFirst();
        assertThat(docker.processes(id)).isPositive();

        // All that a dead worker's kernel does for it.
        cell.attachment().close();

        await().atMost(Duration.ofSeconds(20)).until(() -> docker.processes(id) == 0);
    }
}
