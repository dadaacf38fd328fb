package dev.kiln.sandbox.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.job.ExecutionResult;
import dev.kiln.job.Needs;
import dev.kiln.sandbox.RunReleased;
import dev.kiln.sandbox.SandboxFault;
import dev.kiln.sandbox.SecurityReport;
import dev.kiln.sandbox.StopSignal;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Jobs with network, behind the firewall that set-up puts in front of them. */
class NetworkIT {
    private static final Needs NETWORK = new Needs(null, true);

    private final SandboxHost host = new SandboxHost();

    @AfterEach
    void stop() {
        host.close();
    }

    @Test
    void a_program_with_network_reaches_the_internet_and_says_so_in_its_result() throws Exception {
        try (var internet = new Internet()) {
            var result =
                    run(
                            """
                            import socket
                            with socket.create_connection(("%s", %d), 5) as peer:
                                print(peer.recv(100).decode())
                            """
                                    .formatted(Internet.ADDRESS, Internet.PORT));
            assertThat(result.stdout().text()).as(result.stderr().text()).isEqualTo("hello\n");
        }
    }

    @Test
    void names_are_asked_of_the_configured_resolver_whichever_way() throws Exception {
        try (var _ = new Internet();
                var sandbox = sandbox(host.settings.withResolver(Internet.ADDRESS))) {
            var result =
                    run(
                            sandbox,
                            """
                            import socket
                            print(socket.getaddrinfo("kiln.example", 80, socket.AF_INET)[0][4][0])
                            # Docker's own resolver, which is there for whoever asks it.
                            asker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                            asker.settimeout(3)
                            asker.connect(("127.0.0.11", 53))
                            asker.send(bytes([1, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 4]) + b"kiln" + bytes([7]) + b"example" + bytes([0, 0, 1, 0, 1]))
                            try:
                                print(socket.inet_ntoa(asker.recv(512)[-4:]))
                            except OSError as silence:
                                print("silence", silence)
                            """,
                            NETWORK);
            assertThat(result.stdout().text().lines().toList())
                    .as(result.stderr().text())
                    .startsWith(Internet.ADDRESS)
                    .last()
                    .satisfiesAnyOf(
                            line -> assertThat(line).isEqualTo(Internet.ADDRESS),
                            line -> assertThat(line).startsWith("silence"));
        }
    }

    @Test
    void its_result_says_that_it_had_a_network() throws Exception {
        assertThat(run("").provenance().network()).isTrue();
        assertThat(host.python("").provenance().network()).isFalse();
    }

    @Test
    void it_has_no_more_rights_than_any_other() throws Exception {
        var result =
                run(
                        """
                        import os, socket
                        print([line.split()[1] for line in open("/proc/self/status") if line.startswith(("CapPrm", "CapEff", "CapInh", "CapAmb"))])
                        for kind in ((socket.AF_INET, socket.SOCK_RAW, 1), (17, socket.SOCK_RAW, 0x300)):
                            try:
                                print("raw", socket.socket(*kind))
                            except OSError as error:
                                print(type(error).__name__)
                        print(os.getuid(), open("/etc/resolv.conf").read().split(), os.access("/etc/resolv.conf", os.W_OK))
                        print(open("/proc/1/environ", "rb").read() if os.access("/proc/1/environ", os.R_OK) else b"")
                        """);
        assertThat(result.stdout().text().lines())
                .satisfies(
                        lines -> {
                            assertThat(lines.getFirst()).doesNotContainPattern("[1-9a-f]");
                            assertThat(lines.subList(1, 3))
                                    .allMatch(line -> line.endsWith("Error"), "an error");
                            assertThat(lines.get(3))
                                    .isEqualTo(
                                            "1000 ['nameserver', '1.1.1.1', 'nameserver', '8.8.8.8'] False");
                        });
    }

    @Test
    void the_firewall_is_seen_to_work() {
        assertThat(host.sandbox.validateSecurity().probes())
                .filteredOn(probe -> probe.name().equals(SecurityReport.NETWORK))
                .singleElement()
                .satisfies(
                        probe -> {
                            assertThat(probe.passed()).as(probe.detail()).isTrue();
                            assertThat(probe.required()).isFalse();
                            assertThat(probe.detail()).contains("routes");
                        });
    }

    @Test
    void without_the_network_such_a_job_is_given_back_and_others_run() throws Exception {
        try (var elsewhere = sandbox(host.settings.withNetwork("kiln-none"))) {
            assertThatThrownBy(() -> run(elsewhere, "print(1)", NETWORK))
                    .isInstanceOfSatisfying(
                            SandboxFault.class,
                            fault -> assertThat(fault.scope()).isEqualTo(SandboxFault.Scope.NEEDS))
                    .hasMessageContaining("setup network");
            assertThat(run(elsewhere, "print(2)", Needs.NOTHING).stdout().text()).isEqualTo("2\n");
            assertThat(elsewhere.validateSecurity().sufficient()).isTrue();
        }
    }

    @Test
    void a_network_without_a_firewall_is_found_out_and_not_used() throws Exception {
        var docker = new DockerCli(host.home);
        docker.run("network", "create", "kiln-open");
        try (var open = sandbox(host.settings.withNetwork("kiln-open"))) {
            assertThatThrownBy(() -> run(open, "print(1)", NETWORK))
                    .isInstanceOfSatisfying(
                            SandboxFault.class,
                            fault -> assertThat(fault.scope()).isEqualTo(SandboxFault.Scope.NEEDS))
                    .hasMessageContaining("a neighbour at")
                    .hasMessageContaining("a port of this host that nobody else knew")
                    .hasMessageContaining("this host at");
        } finally {
            docker.run("network", "rm", "kiln-open");
        }
    }

    @Test
    void rules_that_are_lost_while_the_worker_lives_are_missed_by_the_next_job() throws Exception {
        try (var alert = sandbox(host.settings.withNetworkProbe(Duration.ofNanos(1)))) {
            assertThat(run(alert, "print(1)", NETWORK).stdout().text()).isEqualTo("1\n");
            try (var _ = new LostFirewall()) {
                assertThatThrownBy(() -> run(alert, "print(2)", NETWORK))
                        .isInstanceOf(SandboxFault.class)
                        .hasMessageContaining("setup network");
            }
        }
    }

    @Test
    void nothing_is_left_of_it() throws Exception {
        run("print(1)");
        assertThat(new DockerCli(host.home).containers()).isEmpty();
        assertThat(
                        new DockerCli(host.home)
                                .run("network", "inspect", "-f", "{{len .Containers}}", "kiln"))
                .isEqualTo("0\n");
    }

    private ExecutionResult run(String code) throws SandboxFault, RunReleased {
        return run(host.sandbox, code, NETWORK);
    }

    private static ExecutionResult run(DockerSandbox sandbox, String code, Needs needs)
            throws SandboxFault, RunReleased {
        return sandbox.run(
                SandboxHost.tag(),
                SandboxHost.program(code, needs),
                SandboxHost.LIMITS,
                new StopSignal());
    }

    private static DockerSandbox sandbox(SandboxConfig settings) {
        return new DockerSandbox(
                settings,
                SandboxHost.runtimes(Map.of("python", SandboxHost.pythonWith(SandboxHost.IMAGE))));
    }
}
