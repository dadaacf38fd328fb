package dev.kiln.sandbox.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.sandbox.Interpreter;
import dev.kiln.sandbox.RuntimesConfig;
import dev.kiln.sandbox.ScriptedSandbox;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** When a warm-up is run, and what its end means. */
class WarmUpsTest {
    private final List<String> runs = new ArrayList<>();
    private int exitCode;
    private final WarmUps warmUps =
            new WarmUps(
                    (_, program, limits) -> {
                        runs.add(
                                new String(
                                        program.code(), java.nio.charset.StandardCharsets.UTF_8));
                        return ScriptedSandbox.exited(exitCode, "", limits);
                    });

    private record Warmed(String image, String file, List<String> command, Optional<String> warmUp)
            implements RuntimesConfig.Runtime {
        @Override
        public Optional<List<String>> ahead() {
            return Optional.empty();
        }

        @Override
        public Optional<List<String>> compile() {
            return Optional.empty();
        }

        @Override
        public Duration compileTimeout() {
            return Duration.ofSeconds(1);
        }
    }

    private static final Warmed PYTHON =
            new Warmed("x", "main.py", List.of("/python", "{file}"), Optional.of("import numpy"));

    @Test
    void it_is_run_once_for_each_image() throws Exception {
        assertThat(warmUps.failure("python", PYTHON, image("sha256:1"))).isEmpty();
        assertThat(warmUps.failure("python", PYTHON, image("sha256:1"))).isEmpty();
        assertThat(runs).containsExactly("import numpy");
        assertThat(warmUps.failure("python", PYTHON, image("sha256:2"))).isEmpty();
        assertThat(runs).hasSize(2);
    }

    @Test
    void a_failure_is_believed_for_a_while_and_names_the_setting() throws Exception {
        exitCode = 1;
        assertThat(warmUps.failure("python", PYTHON, image("sha256:1")).orElseThrow())
                .contains("exit code 1", "kiln.runtimes.python.warm-up");
        exitCode = 0;
        assertThat(warmUps.failure("python", PYTHON, image("sha256:1"))).isPresent();
        assertThat(runs).hasSize(1);
        assertThat(warmUps.failure("python", PYTHON, image("sha256:2"))).isEmpty();
    }

    @Test
    void a_language_without_one_is_not_run() throws Exception {
        var plain = new Interpreter("x", "main.py", List.of("/python", "{file}"));
        assertThat(warmUps.failure("python", plain, image("sha256:1"))).isEmpty();
        assertThat(runs).isEmpty();
    }

    private static Image image(String id) {
        return new Image(id, Map.of(), Set.of());
    }
}
