package dev.kiln.sandbox.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.sandbox.RuntimesConfig;
import dev.kiln.sandbox.SandboxFault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Languages whose warm-up is run before their first job. */
class WarmUpIT {
    private final Path home = SandboxHost.makeHome();

    @AfterEach
    void delete() {
        SandboxHomes.delete(home);
    }

    /** A shell with a warm-up. */
    private record Warmed(String image, String file, List<String> command, Optional<String> warmUp)
            implements RuntimesConfig.Runtime {
        @Override
        public Optional<List<String>> ahead() {
            return Optional.empty();
        }

        Warmed(String warmUp) {
            this(SandboxHost.IMAGE, "main.sh", List.of("/bin/sh", "{file}"), Optional.of(warmUp));
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

    @Test
    void a_language_whose_warm_up_fails_is_lacking_and_says_why() throws Exception {
        try (var sandbox =
                sandbox(
                        Map.of(
                                "good", new Warmed("echo fine"),
                                "bad", new Warmed("echo 'no such module' >&2; exit 3"),
                                "slow", new Warmed("kill -9 $$")))) {
            assertThat(sandbox.checkReady())
                    .containsOnlyKeys("bad", "slow")
                    .hasEntrySatisfying(
                            "bad", why -> assertThat(why).contains("exit code 3", "no such module"))
                    .hasEntrySatisfying("slow", why -> assertThat(why).contains("exit code 137"));
            assertThat(new DockerCli(home).containers()).isEmpty();
        }
    }

    @Test
    void a_host_on_which_every_warm_up_fails_runs_nothing() throws Exception {
        try (var sandbox = sandbox(Map.of("bad", new Warmed("exit 1")))) {
            assertThatThrownBy(sandbox::checkReady)
                    .isInstanceOf(SandboxFault.class)
                    .hasMessageContaining("kiln.runtimes.bad.warm-up");
        }
    }

    private DockerSandbox sandbox(Map<String, Warmed> languages) {
        var settings = new SandboxHost.Settings(SandboxConfig.Isolation.AUTO, home);
        return new DockerSandbox(settings, SandboxHost.runtimes(languages));
    }
}
