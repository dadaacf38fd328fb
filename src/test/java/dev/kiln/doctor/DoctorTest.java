package dev.kiln.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.job.CapturedStream;
import dev.kiln.job.Evidence;
import dev.kiln.job.ExecutionResult;
import dev.kiln.job.Limits;
import dev.kiln.job.Provenance;
import dev.kiln.job.Termination;
import dev.kiln.job.Usage;
import dev.kiln.sandbox.SandboxFault;
import dev.kiln.sandbox.ScriptedSandbox;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** That the doctor reports what is wrong: sandboxes here follow a script and hold nothing. */
class DoctorTest {
    private static final Limits LIMITS =
            new Limits(Duration.ofSeconds(1), 64 << 20, 1, 10, 100, 1 << 20);
    private static final HostFacts HOST =
            new HostFacts(
                    "6.1.0-host", Map.of("the host's name", "build-host-7"), List.of("10.9.8.7"));

    @ParameterizedTest
    @ValueSource(ints = {0, 42})
    void no_attack_passes_in_a_sandbox_that_runs_nothing(int code) throws Exception {
        var examination = examine((_, _, limits, _) -> ScriptedSandbox.exited(code, "", limits));

        assertThat(examination.findings()).hasSizeGreaterThan(90);
        assertThat(examination.bad()).hasSameSizeAs(examination.findings());
        assertThat(examination.good()).isFalse();
    }

    @Test
    void no_attack_but_on_its_own_time_passes_in_a_sandbox_that_never_lets_anything_end()
            throws Exception {
        var examination = examine((_, _, limits, _) -> ScriptedSandbox.timedOut("begun\n", limits));

        assertThat(
                        examination.findings().stream()
                                .filter(finding -> finding.outcome().good())
                                .map(Finding::guarantee))
                .isNotEmpty()
                .allMatch(guarantee -> guarantee.contains("time"));
    }

    @Test
    void a_host_that_cannot_run_programs_has_every_attack_not_tried() throws Exception {
        var examination =
                examine(ScriptedSandbox.fault(SandboxFault.Scope.HOST, "the engine is away"));

        assertThat(examination.good()).isFalse();
        assertThat(examination.findings())
                .allSatisfy(
                        finding -> {
                            assertThat(finding.outcome()).isInstanceOf(Outcome.NotTried.class);
                            assertThat(finding.outcome().evidence())
                                    .isEqualTo("the engine is away");
                        });
    }

    @Test
    void a_program_that_breaks_its_sandbox_violates_the_guarantee() throws Exception {
        var examination =
                examine(ScriptedSandbox.fault(SandboxFault.Scope.SANDBOX, "the sentry died"));

        assertThat(examination.findings())
                .allSatisfy(
                        finding ->
                                assertThat(finding.outcome()).isInstanceOf(Outcome.Violated.class));
    }

    @Test
    void an_examination_of_nothing_shows_nothing() {
        assertThat(new Examination(List.of()).good()).isFalse();
    }

    @Test
    void every_attack_has_a_name_of_its_own_and_every_class_several() {
        var all = Suite.all();
        assertThat(all).extracting(a -> a.kind() + a.name()).doesNotHaveDuplicates();
        for (AttackClass kind : AttackClass.values()) {
            assertThat(all).filteredOn(a -> a.kind() == kind).hasSizeGreaterThanOrEqualTo(2);
        }
    }

    @Test
    void a_network_that_can_be_reached_is_reported() {
        var result = exited(0, "refused TCP 10.0.0.1: ENETUNREACH\nbreach TCP 1.1.1.1: None\n");

        assertThat(Checks.refused(2).judge(result))
                .isEqualTo(new Outcome.Violated("1 routes are open", "breach TCP 1.1.1.1: None"));
    }

    @Test
    void routes_that_were_not_tried_are_not_refused() {
        var result = exited(0, "refused TCP 10.0.0.1: ENETUNREACH\n");

        assertThat(Checks.refused(2).judge(result)).isInstanceOf(Outcome.NotTried.class);
        assertThat(Checks.refused(1).judge(exited(1, "refused a: EPERM\n")))
                .as("a program that broke off")
                .isInstanceOf(Outcome.NotTried.class);
        assertThat(Checks.refused(1).judge(result)).isInstanceOf(Outcome.Held.class);
    }

    @Test
    void a_kill_that_comes_late_or_from_elsewhere_is_reported() {
        assertThat(Checks.timesOut().judge(timedOut(1_000, "worker")).good()).isTrue();
        assertThat(Checks.timesOut().judge(timedOut(9_000, "worker")).good()).isFalse();
        assertThat(Checks.timesOut().judge(timedOut(900, "worker")).good()).isFalse();
        assertThat(Checks.timesOut().judge(timedOut(1_000, "kernel")).good()).isFalse();
        assertThat(Checks.timesOut().judge(exited(137, "begun\n")).good()).isFalse();
        assertThat(Checks.outOfMemory().judge(exited(137, "begun\n")).good()).isFalse();
    }

    @Test
    void output_that_is_miscounted_or_changed_is_reported() {
        var result = exited(0, "aaa");

        assertThat(Checks.stdout(3, _ -> (byte) 'a').judge(result).good()).isTrue();
        assertThat(Checks.stdout(4, _ -> (byte) 'a').judge(result).good()).isFalse();
        assertThat(Checks.stdout(3, _ -> (byte) 'b').judge(result).good()).isFalse();
        assertThat(Checks.stderr(1, _ -> (byte) 'a').judge(result).good()).isFalse();
    }

    @Test
    void a_program_that_sees_its_host_is_reported() {
        String harmless =
                """
                hostname sandbox
                kernel 4.4.0
                pids [1]
                devices null zero
                job attempts.py files main.py stdin
                kiln guard.py kiln-runner python
                env HOME LANG PATH
                FILE /proc/1/cmdline b'/kiln/kiln-runner'
                """;
        var view = new View(HOST);

        assertThat(view.judge(exited(0, harmless)).good()).isTrue();
        for (String leak :
                List.of(
                        harmless.replace("4.4.0", "6.1.0-host"),
                        harmless.replace("hostname sandbox", "hostname build-host-7"),
                        harmless.replace("[1]", "[1, 17]"),
                        harmless.replace("null", "kvm null"),
                        harmless.replace("LANG", "KILN_URL LANG"),
                        harmless + "FILE /etc/hosts b'10.1.1.1 build-host-7'\n",
                        harmless + "FILE /proc/1/environ b'DB_PASSWORD=x'\n")) {
            assertThat(view.judge(exited(0, leak))).isInstanceOf(Outcome.Violated.class);
        }
        assertThat(view.judge(exited(0, "hostname sandbox\n")))
                .isInstanceOf(Outcome.NotTried.class);
    }

    @Test
    void neighbours_that_did_not_meet_show_nothing() {
        var first = exited(0, "listened 100.0 106.0\n");

        assertThat(overlap(first, exited(0, "visited 103.0 109.0\n")).good()).isTrue();
        assertThat(overlap(first, exited(0, "visited 106.0 109.0\n")))
                .isInstanceOf(Outcome.NotTried.class);
        assertThat(overlap(first, exited(1, ""))).isInstanceOf(Outcome.NotTried.class);
    }

    @Test
    void a_visit_from_the_sandbox_is_noticed_on_the_host() throws Exception {
        try (var bait = Bait.open()) {
            assertThat(bait.taken().good()).isTrue();
            new java.net.Socket("127.0.0.1", bait.tcpPort()).close();
            assertThat(bait.taken().good()).isFalse();
        }
    }

    private static Outcome overlap(ExecutionResult first, ExecutionResult second) {
        return Overlap.of(new Ground.Pair(first, second), "listened", "visited");
    }

    private static Examination examine(ScriptedSandbox.Script script) throws InterruptedException {
        var ground = new Ground(new ScriptedSandbox(script), HOST);
        return new Doctor(ground, Suite.all()).examine(EnumSet.allOf(AttackClass.class), _ -> {});
    }

    private static ExecutionResult exited(int code, String stdout) {
        return ScriptedSandbox.exited(code, stdout, LIMITS);
    }

    private static ExecutionResult timedOut(long reached, String killedBy) {
        return new ExecutionResult(
                Termination.TIMED_OUT,
                null,
                null,
                CapturedStream.EMPTY,
                CapturedStream.EMPTY,
                null,
                new Usage(Duration.ofMillis(reached), null, null),
                new Evidence("timeout", 1_000L, reached, killedBy, ""),
                new Provenance("runsc", "1", "sha256:0", LIMITS));
    }
}
