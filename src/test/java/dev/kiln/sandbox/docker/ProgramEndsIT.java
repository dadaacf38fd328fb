package dev.kiln.sandbox.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.job.Termination;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every way in which a program ends by itself. */
class ProgramEndsIT {
    private static SandboxHost host;

    @BeforeAll
    static void open() {
        host = new SandboxHost();
    }

    @AfterAll
    static void close() {
        host.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 124, 137, 139, 255})
    void an_exit_code_is_the_programs_own(int code) throws Exception {
        var result = host.shell("echo out; echo err >&2; exit " + code);

        assertThat(result.termination()).isEqualTo(Termination.EXITED);
        assertThat(result.exitCode()).isEqualTo(code);
        assertThat(result.stdout().text()).isEqualTo("out\n");
        assertThat(result.stderr().text()).isEqualTo("err\n");
        assertThat(result.usage().peakMemoryBytes()).isPositive();
        assertThat(result.provenance().runtime()).isEqualTo("runsc");
    }
}
