package dev.kiln.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.job.Program;
import dev.kiln.job.Termination;
import dev.kiln.sandbox.SandboxFault;
import dev.kiln.sandbox.docker.SandboxConfig;
import dev.kiln.sandbox.docker.SandboxHomes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The sandbox as a Java program uses it that has no queue. */
class LocalSandboxIT {
    private final SandboxConfig config = SandboxHomes.make();

    @BeforeEach
    void useHome() {
        System.setProperty("kiln.sandbox.home", config.home().toString());
    }

    @AfterEach
    void forget() {
        System.clearProperty("kiln.sandbox.home");
        System.clearProperty("kiln.sandbox.engine");
        SandboxHomes.delete(config.home());
    }

    @Test
    void runs_programs_and_says_how_they_ended() throws Exception {
        try (var sandbox = LocalSandbox.open()) {
            assertThat(sandbox.isAvailable()).isTrue();
            var good = sandbox.run(Program.of("python", "print(6 * 7)"));
            assertThat(good.stdout().text()).isEqualTo("42\n");
            assertThat(good.success()).isTrue();
            assertThat(good.provenance().limits()).isEqualTo(sandbox.defaultLimits());
            var bad = sandbox.run(Program.of("python", "raise SystemExit(3)"));
            assertThat(bad.termination()).isEqualTo(Termination.EXITED);
            assertThat(bad.exitCode()).isEqualTo(3);
        }
    }

    @Test
    void a_caller_that_is_interrupted_gets_its_exception() throws Exception {
        try (var sandbox = LocalSandbox.open()) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> sandbox.run(Program.of("python", "while True: pass")))
                    .isInstanceOf(InterruptedException.class);
            assertThat(Thread.interrupted()).isFalse();
        }
    }

    @Test
    void a_host_without_an_engine_is_not_available_and_says_why() throws Exception {
        System.setProperty("kiln.sandbox.engine", "unix://" + config.home().resolve("none.sock"));
        try (var sandbox = LocalSandbox.open()) {
            assertThat(sandbox.isAvailable()).isFalse();
            assertThatThrownBy(() -> sandbox.run(Program.of("python", "1")))
                    .isInstanceOf(SandboxFault.class)
                    .hasMessageContaining("none.sock");
        }
    }
}
