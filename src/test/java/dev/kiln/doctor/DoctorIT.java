package dev.kiln.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.sandbox.docker.SandboxConfig;
import dev.kiln.sandbox.docker.SandboxHomes;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The doctor's whole suite against real gVisor on this host. */
class DoctorIT {
    private static SandboxConfig config;

    @BeforeAll
    static void makeHome() {
        config = SandboxHomes.make();
    }

    @AfterAll
    static void deleteHome() {
        SandboxHomes.delete(config.home());
    }

    @ParameterizedTest
    @EnumSource
    void every_guarantee_holds(AttackClass kind) throws Exception {
        Map<String, Outcome> told = new ConcurrentHashMap<>();
        try (var sandbox = DoctorSandbox.open(config)) {
            var examination =
                    new Doctor(sandbox, config.home(), true)
                            .examine(
                                    Set.of(kind),
                                    finding -> told.put(finding.attack(), finding.outcome()));

            assertThat(examination.findings())
                    .hasSizeGreaterThanOrEqualTo(2)
                    .hasSameSizeAs(told.entrySet());
            assertThat(examination.findings())
                    .allSatisfy(
                            finding ->
                                    assertThat(finding.outcome())
                                            .as("%s: %s", finding.attack(), finding.guarantee())
                                            .isInstanceOf(Outcome.Held.class));
        }
    }
}
