package dev.kiln.sandbox.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.kiln.sandbox.Interpreter;
import dev.kiln.sandbox.SandboxFault;
import dev.kiln.sandbox.StopSignal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Runs for which the host lacks something: an image, a command, a runtime, the runner. */
class MissingPartsIT {
    private static SandboxHost host;
    private static DockerCli docker;

    @BeforeAll
    static void open() {
        host = new SandboxHost();
        docker = new DockerCli(host.home);
    }

    @AfterAll
    static void close() {
        host.close();
    }

    @Test
    void a_missing_image_is_the_hosts_matter_and_names_the_remedy() throws Exception {
        var settings = host.settings;
        try (var sandbox =
                new DockerSandbox(
                        settings,
                        SandboxHost.runtimes(
                                Map.of("x", SandboxHost.shellWith("kiln/no-such:image"))))) {
            var program = SandboxHost.program("x", "echo");

            var fault =
                    catchThrowableOfType(
                            SandboxFault.class,
                            () ->
                                    sandbox.run(
                                            SandboxHost.tag(),
                                            program,
                                            SandboxHost.LIMITS,
                                            new StopSignal()));

            assertThat(fault.scope()).isEqualTo(SandboxFault.Scope.HOST);
            assertThat(fault)
                    .hasMessageContaining("kiln/no-such:image")
                    .hasMessageContaining("./kiln setup");
            assertThatThrownBy(sandbox::checkReady).hasMessage(fault.getMessage());
        }
    }

    @Test
    void an_image_that_vanishes_while_the_worker_runs_is_missing_too() throws Exception {
        String container = docker.run("create", SandboxHost.IMAGE).strip();
        docker.run("commit", "--message", home(), container, "kiln-test/vanishing");
        docker.run("rm", container);
        var runtimes =
                SandboxHost.runtimes(Map.of("x", SandboxHost.shellWith("kiln-test/vanishing")));
        try (var sandbox = new DockerSandbox(host.settings, runtimes)) {
            var program = SandboxHost.program("x", "echo here");
            var first =
                    sandbox.run(SandboxHost.tag(), program, SandboxHost.LIMITS, new StopSignal());
            assertThat(first.stdout().text()).isEqualTo("here\n");

            docker.run("rmi", "kiln-test/vanishing");

            var fault =
                    catchThrowableOfType(
                            SandboxFault.class,
                            () ->
                                    sandbox.run(
                                            SandboxHost.tag(),
                                            program,
                                            SandboxHost.LIMITS,
                                            new StopSignal()));
            assertThat(fault.scope()).isEqualTo(SandboxFault.Scope.HOST);
            assertThat(fault).hasMessageContaining("is missing on this host");
            assertThatThrownBy(sandbox::checkReady)
                    .hasMessageContaining("kiln-test/vanishing is missing");
        }
    }

    private static String home() {
        return host.home.toString();
    }

    @Test
    void a_command_that_the_image_does_not_have_is_a_fault_and_no_exit_code() throws Exception {
        var language =
                new Interpreter(SandboxHost.IMAGE, "main", List.of("/usr/bin/no-such", "{file}"));
        try (var sandbox =
                new DockerSandbox(host.settings, SandboxHost.runtimes(Map.of("x", language)))) {
            var program = SandboxHost.program("x", "echo");

            assertThatThrownBy(
                            () ->
                                    sandbox.run(
                                            SandboxHost.tag(),
                                            program,
                                            SandboxHost.LIMITS,
                                            new StopSignal()))
                    .isInstanceOf(SandboxFault.class)
                    .hasMessageContaining("the image does not have it");
        }
    }

    @Test
    void an_unknown_runtime_is_a_fault() {
        assertThatThrownBy(() -> host.run(SandboxHost.program("cobol", ""), SandboxHost.LIMITS))
                .isInstanceOf(SandboxFault.class)
                .hasMessageContaining("cobol");
    }

    @Test
    void a_host_that_is_ready_says_so() throws Exception {
        host.sandbox.checkReady();

        Path runner = host.home.resolve("runner/kiln-runner");
        Path away = host.home.resolve("runner/away");
        Files.move(runner, away);
        try (var fresh = new DockerSandbox(host.settings, SandboxHost.runtimes(Map.of()))) {
            assertThatThrownBy(fresh::checkReady)
                    .isInstanceOf(SandboxFault.class)
                    .hasMessageContaining("runner")
                    .hasMessageContaining("./kiln setup");
        } finally {
            Files.move(away, runner);
        }
    }
}
