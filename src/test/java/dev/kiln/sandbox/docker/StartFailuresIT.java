package dev.kiln.sandbox.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.kiln.sandbox.SandboxFault;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every reason why a host cannot run programs is one sentence with its remedy. */
class StartFailuresIT {
    private SandboxHost host;

    @BeforeEach
    void open() {
        host = new SandboxHost();
    }

    @AfterEach
    void close() {
        host.close();
    }

    @Test
    void the_engine_is_not_running() {
        assertRefused(
                host.settings.withEngine("unix:///nowhere/docker.sock"),
                "Docker Engine is not",
                "/nowhere/docker.sock",
                "./kiln");
    }

    @Test
    void the_engine_hangs() throws Exception {
        Path socket = host.home.resolve("deaf.sock");
        try (var deaf = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            deaf.bind(UnixDomainSocketAddress.of(socket));

            assertRefused(
                    brief(host.settings.withEngine("unix://" + socket)),
                    "The Docker Engine hangs",
                    "within 1 s",
                    "restart it");
        }
        Files.delete(socket);
    }

    @Test
    void gvisor_is_not_registered() {
        assertRefused(
                host.settings.withGvisorNames("no-such-runtime"),
                "gVisor is not registered",
                "no-such-runtime",
                "./kiln setup",
                "daemon.json");
    }

    @Test
    void what_is_registered_as_gvisor_is_not() {
        assertRefused(host.settings.withGvisorNames("runc"), "runc is not gVisor", "daemon.json");
    }

    @Test
    void the_probes_image_is_missing() {
        assertRefused(
                host.settings.withProbeImage("kiln/no-such:image"),
                "image kiln/no-such:image is missing",
                "./kiln setup");
    }

    @Test
    void the_runner_does_not_run() throws Exception {
        Files.write(host.home.resolve("runner/kiln-runner"), new byte[] {1, 2, 3});

        assertRefused(host.settings, "could not start a sandbox", "journalctl");
    }

    @Test
    void the_runner_ends_at_once() throws Exception {
        replaceRunner("#!/bin/sh\nexit 0\n");

        assertRefused(host.settings, "ended before its runner spoke", "TROUBLESHOOTING");
    }

    @Test
    void the_runner_says_nothing() throws Exception {
        replaceRunner("#!/bin/sh\nread -r line\n");

        assertRefused(
                brief(host.settings).withCalls(Duration.ofSeconds(20)),
                "said nothing within 1 s",
                "TROUBLESHOOTING");
    }

    @Test
    void the_runner_talks_nonsense() throws Exception {
        replaceRunner("#!/bin/sh\nprintf 'hello, world'\nread -r line\n");

        assertRefused(host.settings, "ended before its runner spoke");
    }

    @Test
    void the_home_directory_cannot_be_written() throws Exception {
        Path file = Files.writeString(host.home.resolve("a-file"), "");

        assertRefused(
                new SandboxHost.Settings(SandboxConfig.Isolation.AUTO, file),
                "Cannot write below " + file,
                "KILN_HOME");
    }

    private void replaceRunner(String script) throws IOException {
        Path runner = host.home.resolve("runner/kiln-runner");
        Files.writeString(runner, script);
    }

    private static SandboxHost.Settings brief(SandboxHost.Settings s) {
        return new SandboxHost.Settings(
                s.runtime(),
                s.gvisorNames(),
                s.home(),
                s.engine(),
                s.probeImage(),
                s.network(),
                s.networkRuntime(),
                s.resolvers(),
                s.networkProbe(),
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                s.killTimeout(),
                s.connections());
    }

    private void assertRefused(SandboxConfig settings, String... words) {
        var fault = refusal(settings);

        assertThat(fault.scope()).isEqualTo(SandboxFault.Scope.HOST);
        assertThat(fault.getMessage()).contains(words).doesNotContain("\n");
        assertThat(new DockerCli(host.home).containers()).isEmpty();
    }

    private static SandboxFault refusal(SandboxConfig settings) {
        try (var sandbox = new DockerSandbox(settings, SandboxHost.runtimes(Map.of()))) {
            return catchThrowableOfType(SandboxFault.class, sandbox::checkReady);
        } catch (IOException failed) {
            throw new java.io.UncheckedIOException(failed);
        }
    }
}
