package dev.kiln.sandbox.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.sandbox.SecurityReport;
import dev.kiln.sandbox.SecurityReport.Probe;
import org.junit.jupiter.api.Test;

/** The probes, on this host as it is and on hosts that are worse. */
class SecurityIT {
    private static final String[] PROMISES = {
        "docker_available",
        "gvisor_available",
        "network_disabled",
        "pids_limited",
        "user_namespaces_refused",
        "read_only_root",
        "non_root",
        "memory_limited",
        "network_firewalled"
    };

    @Test
    void this_host_keeps_every_promise_and_shows_how() {
        try (var host = new SandboxHost()) {
            SecurityReport report = host.sandbox.validateSecurity();

            assertThat(report.probes()).extracting(Probe::name).containsExactly(PROMISES);
            assertThat(report.probes())
                    .allSatisfy(probe -> assertThat(probe.passed()).as(probe.toString()).isTrue());
            assertThat(report.sufficient()).isTrue();
            assertThat(report.facts().platform()).isIn("systrap", "ptrace", "kvm");
            assertThat(report.facts().cgroupVersion()).isIn("1", "2");
            assertThat(report.facts().engineVersion()).contains(".");
            assertThat(report.facts().kernel()).isEqualTo(System.getProperty("os.version"));
        }
    }

    @Test
    void plain_containers_are_found_out_but_suffice_where_they_are_asked_for() {
        try (var host = new SandboxHost("runc")) {
            SecurityReport report = host.sandbox.validateSecurity();

            assertThat(report.probes())
                    .filteredOn(probe -> !probe.passed())
                    .extracting(Probe::name)
                    .containsExactly("gvisor_available");
            assertThat(report.sufficient()).isTrue();
        }
    }

    @Test
    void without_an_engine_every_probe_has_failed_and_says_why() throws Exception {
        try (var host = new SandboxHost();
                var sandbox =
                        new DockerSandbox(
                                host.settings.withEngine("unix:///nonexistent/docker.sock"),
                                SandboxHost.runtimes(java.util.Map.of()))) {
            SecurityReport report = sandbox.validateSecurity();

            assertThat(report.probes()).extracting(Probe::name).containsExactly(PROMISES);
            assertThat(report.probes())
                    .allSatisfy(
                            probe -> {
                                assertThat(probe.passed()).isFalse();
                                assertThat(probe.detail())
                                        .contains("could not be probed")
                                        .contains("docker.sock");
                            });
            assertThat(report.sufficient()).isFalse();
        }
    }
}
