package dev.kiln.bench.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class BenchEngineTest {

    @Test
    void baselines_take_the_runtime_that_kiln_takes() {
        assertThat(BenchEngine.choose(List.of("runc", "runsc", "kiln-gvisor")))
                .isEqualTo("kiln-gvisor");
        assertThat(BenchEngine.choose(List.of("runsc", "runc"))).isEqualTo("runsc");
    }

    @Test
    void without_gvisor_nothing_is_compared() {
        assertThatThrownBy(() -> BenchEngine.choose(List.of("runc")))
                .isInstanceOf(BaselineException.class)
                .hasMessage(
                        "no gVisor is registered with the Docker Engine (looked for kiln-gvisor, runsc): run ./kiln setup");
    }

    @Test
    void a_program_needs_an_image_and_a_command() {
        assertThatThrownBy(() -> new ContainerProgram("kiln/python", List.of()))
                .hasMessageContaining("kiln/python");
        assertThatThrownBy(() -> new ContainerProgram(" ", List.of("x")))
                .hasMessageContaining("no image");
    }
}
