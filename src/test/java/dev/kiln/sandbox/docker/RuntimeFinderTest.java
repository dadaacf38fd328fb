package dev.kiln.sandbox.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.exception.BadRequestException;
import dev.kiln.sandbox.SandboxFault;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is concluded from how a runtime is registered and how it answers. */
class RuntimeFinderTest {
    @ParameterizedTest
    @CsvSource({
        "release-20240729.0,systrap",
        "0.0~20240729.0,systrap",
        "0.0~20221219.0,ptrace",
        "release-20230605.0,ptrace",
        "unknown,ptrace"
    })
    void the_default_platform_follows_the_version(String version, String platform) {
        assertThat(RuntimeFinder.platform(null, version)).isEqualTo(platform);
    }

    @Test
    void an_argument_outranks_the_default() {
        assertThat(
                        RuntimeFinder.platform(
                                List.of("--network=none", "--platform=kvm"), "release-20240729.0"))
                .isEqualTo("kvm");
    }

    @Test
    void the_version_is_the_last_word_of_the_first_line() {
        assertThat(RuntimeFinder.lastWord("runsc version release-20240729.0\nspec: 1.2.0\n"))
                .isEqualTo("release-20240729.0");
        assertThat(RuntimeFinder.lastWord("")).isEqualTo("unknown");
    }

    @ParameterizedTest
    @CsvSource({"systrap,16,112", "systrap,50,214", "ptrace,50,728"})
    void the_backstop_is_above_what_was_measured_to_live(
            String platform, int processes, long backstop) {
        var runtime = new ContainerRuntime("kiln-gvisor", true, "x", platform, 2);

        assertThat(runtime.pidsCgroup(processes)).isEqualTo(backstop);
    }

    @Test
    void outside_gvisor_the_cgroup_is_the_limit_and_the_runner_one_more() {
        assertThat(new ContainerRuntime("runc", false, "x", "", 2).pidsCgroup(50)).isEqualTo(51);
    }

    @Test
    void gvisor_is_believed_by_its_own_kernel_alone() {
        assertThatCode(
                        () ->
                                GvisorProbe.requireGvisor(
                                        "runsc",
                                        new RunnerHello("4.4.0", "[ 0.0] Starting gVisor..."),
                                        "6.1"))
                .doesNotThrowAnyException();
        assertThatThrownBy(
                        () ->
                                GvisorProbe.requireGvisor(
                                        "runsc",
                                        new RunnerHello("6.1", "[ 0.0] Starting gVisor..."),
                                        "6.1"))
                .isInstanceOf(SandboxFault.class)
                .hasMessageContaining("is not gVisor");
        assertThatThrownBy(
                        () ->
                                GvisorProbe.requireGvisor(
                                        "runsc", new RunnerHello("4.4.0", ""), "6.1"))
                .isInstanceOf(SandboxFault.class)
                .hasMessageContaining("does not show that it is gVisor");
    }

    @Test
    void the_engines_address_is_a_unix_socket_of_this_host() {
        assertThat(EngineAddress.of(Optional.empty(), null).socket())
                .isEqualTo(Path.of("/var/run/docker.sock"));
        assertThat(EngineAddress.of(Optional.empty(), "unix:///x.sock").socket())
                .isEqualTo(Path.of("/x.sock"));
        assertThat(EngineAddress.of(Optional.empty(), "tcp://far:2375").socket())
                .isEqualTo(Path.of("/var/run/docker.sock"));
        assertThat(EngineAddress.of(Optional.of("unix:///y.sock"), "unix:///x.sock").socket())
                .isEqualTo(Path.of("/y.sock"));
        assertThatThrownBy(() -> EngineAddress.of(Optional.of("tcp://far:2375"), null))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_runtime_that_is_no_longer_registered_is_no_jobs_fault() {
        var unknown =
                new Engine.Refused(
                        new BadRequestException(
                                "Status 400: {\"message\":\"Unknown runtime specified kiln-gvisor\"}\n"));
        var cpus =
                new Engine.Refused(
                        new BadRequestException(
                                "Status 400: {\"message\":\"Range of CPUs is from 0.01 to 2.00\"}\n"));

        assertThat(unknown.asFault().scope()).isEqualTo(SandboxFault.Scope.HOST);
        assertThat(unknown.asFault())
                .hasMessageContaining("Unknown runtime specified kiln-gvisor)");
        assertThat(cpus.asFault().scope()).isEqualTo(SandboxFault.Scope.SANDBOX);
        assertThat(cpus.asFault())
                .hasMessageEndingWith("limits: Range of CPUs is from 0.01 to 2.00");
    }
}
