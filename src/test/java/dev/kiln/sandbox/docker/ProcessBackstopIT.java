package dev.kiln.sandbox.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.job.ExecutionResult;
import dev.kiln.job.Termination;
import dev.kiln.sandbox.ContextSource;
import dev.kiln.sandbox.StopSignal;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * What is left to say when gVisor itself dies of the pids cgroup, its threads being counted there.
 */
class ProcessBackstopIT {
    @Test
    void a_sandbox_that_dies_of_its_backstop_met_the_process_limit() throws Exception {
        try (var home = new SandboxHost();
                var engine =
                        new Engine(
                                EngineAddress.of(home.settings.engine(), null),
                                home.settings.callTimeout(),
                                8);
                var host = Host.open(engine, home.settings)) {
            var found = new RuntimeFinder(home.settings).find(engine.info());
            // So few processors that the backstop is 64: below what 50 processes need.
            var tight = new ContainerRuntime(found.name(), true, found.version(), "systrap", -1);

            var result = bomb(home, engine, host.cells(), tight);

            assertThat(result.termination()).isEqualTo(Termination.PROCESS_LIMIT);
            assertThat(result.exitCode()).isNull();
            assertThat(result.stdout().text()).isEqualTo("before\n");
            assertThat(result.evidence().limit()).isEqualTo("pids_limit");
            assertThat(result.evidence().limitValue()).isEqualTo(50);
            assertThat(result.evidence().source()).contains("pids");
        }
    }

    private static ExecutionResult bomb(
            SandboxHost home, Engine engine, Cells cells, ContainerRuntime runtime)
            throws Exception {
        var program =
                SandboxHost.program(
                        "sh", "echo before; for i in $(seq 49); do sleep 100 & done; wait");
        Cell cell =
                cells.open(
                        new Images(engine).own(SandboxHost.IMAGE),
                        runtime,
                        null,
                        SandboxHost.LIMITS,
                        Map.of());
        try {
            var command = new LaunchCommand("main.sh", List.of("/bin/sh", "{file}"), null);
            return new Run(engine, cells, home.settings, cell, new StopSignal())
                    .toEnd(program, command, ContextSource.NONE);
        } finally {
            cells.dispose(cell);
        }
    }
}
