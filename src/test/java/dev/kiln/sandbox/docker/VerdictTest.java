package dev.kiln.sandbox.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.job.Limits;
import dev.kiln.job.Termination;
import dev.kiln.sandbox.SandboxFault.Scope;
import dev.kiln.sandbox.docker.Conversation.End;
import dev.kiln.sandbox.docker.Verdict.Kill;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every line of the decision table, from the strongest evidence to none at all. */
class VerdictTest {
    private static final Limits LIMITS =
            new Limits(Duration.ofSeconds(10), 64 << 20, 1, 50, 1000, 1000);
    private static final End SILENT = new End.Silent();
    private static final ContainerState CLEAN = new ContainerState(false, 0, false, 137);
    private static final ContainerState OOM = new ContainerState(false, 0, true, 137);
    private static final Cgroup.Sample QUIET = new Cgroup.Sample(1000L, Duration.ZERO, 0L, 0L);
    private static final Cgroup.Sample OOM_KILL = new Cgroup.Sample(1000L, Duration.ZERO, 1L, 0L);
    private static final Cgroup.Sample FORKS_REFUSED =
            new Cgroup.Sample(1000L, Duration.ZERO, 0L, 3L);

    private boolean gvisor = true;
    private End end = SILENT;
    private Kill kill;
    private Duration compilerLimit;
    private ContainerState state = CLEAN;
    private Cgroup.Sample cgroup = QUIET;
    private KernelLog.Facts kernel = KernelLog.Facts.NONE;

    @ParameterizedTest
    @CsvSource({
        "0,EXITED,0,",
        "256,EXITED,1,",
        "512,EXITED,2,",
        "31744,EXITED,124,",
        "35072,EXITED,137,",
        "9,SIGNALLED,137,9",
        "139,SIGNALLED,139,11",
        "6,SIGNALLED,134,6"
    })
    void the_runners_report_is_the_programs_own_end(
            int status, Termination termination, int exitCode, Integer signal) {
        end = reported(status);

        var verdict = ended();

        assertThat(verdict.termination()).isEqualTo(termination);
        assertThat(verdict.exitCode()).isEqualTo(exitCode);
        assertThat(verdict.signal()).isEqualTo(signal);
        assertThat(verdict.evidence().killedBy()).isNull();
    }

    @Test
    void a_report_outranks_our_own_kill_and_every_flag() {
        end = reported(0);
        kill = Kill.TIMEOUT;
        state = OOM;
        cgroup = FORKS_REFUSED;
        kernel = new KernelLog.Facts(true, true, true);

        assertThat(ended().termination()).isEqualTo(Termination.EXITED);
    }

    @Test
    void outside_gvisor_a_reported_sigkill_is_the_kernels_when_it_killed_for_memory() {
        gvisor = false;
        cgroup = OOM_KILL;
        end = reported(9);
        assertThat(ended().termination()).isEqualTo(Termination.OUT_OF_MEMORY);

        end = reported(256);
        assertThat(ended().exitCode()).as("it survived the end of a child").isEqualTo(1);
    }

    @Test
    void under_gvisor_a_memory_kill_beside_a_failure_is_not_the_programs_failure() {
        cgroup = OOM_KILL;
        end = reported(256);
        assertThat(ended().termination()).isEqualTo(Termination.OUT_OF_MEMORY);

        end = reported(0);
        assertThat(ended().exitCode()).isEqualTo(0);
    }

    @Test
    void our_kill_is_a_time_out_with_what_was_reached() {
        kill = Kill.TIMEOUT;

        var verdict = ended();

        assertThat(verdict.termination()).isEqualTo(Termination.TIMED_OUT);
        assertThat(verdict.evidence().limitValue()).isEqualTo(10_000);
        assertThat(verdict.evidence().reached()).isEqualTo(10_123);
        assertThat(verdict.evidence().killedBy()).isEqualTo("worker");
    }

    @Test
    void our_kill_is_a_cancellation_when_the_submitter_asked() {
        kill = Kill.CANCEL;

        assertThat(ended().termination()).isEqualTo(Termination.CANCELLED);
        assertThat(ended().evidence().killedBy()).isEqualTo("submitter");
    }

    @ParameterizedTest
    @CsvSource({"137", "1", "2"})
    void the_engines_flag_is_out_of_memory_whatever_the_code(int code) {
        state = new ContainerState(false, 0, true, code);

        assertThat(ended().termination()).isEqualTo(Termination.OUT_OF_MEMORY);
        assertThat(ended().evidence().limitValue()).isEqualTo(64 << 20);
        assertThat(ended().evidence().killedBy()).isEqualTo("kernel");
    }

    @Test
    void the_kernels_word_is_enough_where_the_engine_missed_it() {
        kernel = new KernelLog.Facts(true, false, false);
        assertThat(ended().termination()).isEqualTo(Termination.OUT_OF_MEMORY);

        kernel = KernelLog.Facts.NONE;
        cgroup = OOM_KILL;
        assertThat(ended().termination()).isEqualTo(Termination.OUT_OF_MEMORY);
    }

    @Test
    void memory_of_the_whole_host_is_not_the_programs_doing() {
        kernel = new KernelLog.Facts(false, true, false);
        state = OOM;

        assertThat(failed().scope()).isEqualTo(Scope.HOST);
    }

    @Test
    void a_sandbox_that_died_of_its_process_backstop_met_its_process_limit() {
        cgroup = FORKS_REFUSED;
        assertThat(ended().termination()).isEqualTo(Termination.PROCESS_LIMIT);

        cgroup = QUIET;
        kernel = new KernelLog.Facts(false, false, true);
        assertThat(ended().termination()).isEqualTo(Termination.PROCESS_LIMIT);
        assertThat(ended().evidence().limitValue()).isEqualTo(50);
    }

    @Test
    void memory_comes_before_processes() {
        kernel = new KernelLog.Facts(true, false, true);

        assertThat(ended().termination()).isEqualTo(Termination.OUT_OF_MEMORY);
    }

    @ParameterizedTest
    @CsvSource({"0", "1", "2", "124", "137", "139"})
    void without_evidence_no_code_of_the_container_is_a_verdict(int code) {
        state = new ContainerState(false, 0, false, code);

        assertThat(failed().scope()).isEqualTo(Scope.SANDBOX);
        assertThat(failed().why()).contains("exit code " + code).contains("diagnostics");
    }

    @Test
    void an_oom_flag_beside_a_clean_end_proves_nothing() {
        state = new ContainerState(false, 0, true, 0);

        assertThat(failed().scope()).isEqualTo(Scope.SANDBOX);
    }

    @Test
    void a_stop_from_outside_is_the_hosts() {
        end = new End.Told(15);
        assertThat(failed().scope()).isEqualTo(Scope.HOST);
    }

    @Test
    void a_lost_connection_to_a_running_sandbox_is_the_hosts() {
        state = new ContainerState(true, 1, false, 0);
        assertThat(failed().scope()).isEqualTo(Scope.HOST);
    }

    @Test
    void nonsense_from_the_runner_is_a_fault() {
        end = new End.Broken("malformed report: frame 90");
        assertThat(failed().scope()).isEqualTo(Scope.SANDBOX);
        assertThat(failed().why()).contains("frame 90");
    }

    @Test
    void a_program_that_was_not_started_is_a_fault_that_says_at_which_step() {
        end = new End.NotStarted(9, 2);
        assertThat(failed().scope()).isEqualTo(Scope.SANDBOX);
        assertThat(failed().why())
                .contains("execute the runtime's command")
                .contains("the image does not have it");

        end = new End.NotStarted(77, 2);
        assertThat(failed().why()).contains("77");
    }

    @ParameterizedTest
    @CsvSource({"256,1", "9,137", "139,139", "31744,124"})
    void a_compiler_that_ends_otherwise_than_well_has_failed(int status, int code) {
        end = notCompiled(status);

        assertThat(ended().termination()).isEqualTo(Termination.COMPILE_FAILED);
        assertThat(ended().exitCode()).isNull();
        assertThat(ended().signal()).isNull();
        assertThat(ended().evidence().limit()).isNull();
        assertThat(ended().evidence().killedBy()).isNull();
        assertThat(ended().evidence().source()).endsWith("status " + code);
    }

    @Test
    void what_a_compiler_left_and_nothing_can_execute_is_its_failure() {
        end = new End.NotRunnable(StartStage.EXEC.ordinal() + 1, 2);
        assertThat(ended().termination()).isEqualTo(Termination.COMPILE_FAILED);
        assertThat(ended().evidence().source()).contains("could not be executed (errno 2)");

        end = new End.NotRunnable(StartStage.WORK_DIR.ordinal() + 1, 2);
        assertThat(ended().termination()).isEqualTo(Termination.COMPILE_FAILED);

        end = new End.NotRunnable(StartStage.LIMITS.ordinal() + 1, 1);
        assertThat(failed().scope()).as("that no compiler can do").isEqualTo(Scope.SANDBOX);
    }

    @Test
    void a_memory_kill_beside_a_compilers_failure_names_the_limit() {
        end = notCompiled(256);
        cgroup = OOM_KILL;

        assertThat(ended().termination()).isEqualTo(Termination.COMPILE_FAILED);
        assertThat(ended().evidence().limit()).isEqualTo("memory_limit");

        gvisor = false;
        assertThat(ended().evidence().limit()).as("its driver says why").isNull();
    }

    @Test
    void our_kill_of_a_compiler_is_its_time_out_and_not_the_programs() {
        compilerLimit = Duration.ofSeconds(3);
        kill = Kill.TIMEOUT;

        var verdict = ended();

        assertThat(verdict.termination()).isEqualTo(Termination.COMPILE_FAILED);
        assertThat(verdict.evidence().limit()).isEqualTo("compile_timeout");
        assertThat(verdict.evidence().limitValue()).isEqualTo(3_000);
        assertThat(verdict.evidence().reached()).isEqualTo(10_123);
        assertThat(verdict.evidence().killedBy()).isEqualTo("worker");
    }

    @Test
    void a_cancellation_stays_one_while_the_compiler_is_at_work() {
        compilerLimit = Duration.ofSeconds(3);
        kill = Kill.CANCEL;

        assertThat(ended().termination()).isEqualTo(Termination.CANCELLED);
    }

    @Test
    void a_limit_that_took_the_compilers_sandbox_is_a_failed_compilation() {
        compilerLimit = Duration.ofSeconds(3);
        state = OOM;
        assertThat(ended().termination()).isEqualTo(Termination.COMPILE_FAILED);
        assertThat(ended().evidence().limit()).isEqualTo("memory_limit");
        assertThat(ended().evidence().killedBy()).isEqualTo("kernel");

        state = CLEAN;
        cgroup = FORKS_REFUSED;
        assertThat(ended().termination()).isEqualTo(Termination.COMPILE_FAILED);
        assertThat(ended().evidence().limit()).isEqualTo("pids_limit");
    }

    @Test
    void a_platform_that_fails_a_compiler_is_a_fault_as_ever() {
        compilerLimit = Duration.ofSeconds(3);
        assertThat(failed().scope()).isEqualTo(Scope.SANDBOX);

        kernel = new KernelLog.Facts(false, true, false);
        assertThat(failed().scope()).isEqualTo(Scope.HOST);
    }

    private static End notCompiled(int status) {
        return new End.NotCompiled(
                new RunnerReport(status, Duration.ofMillis(1), Duration.ZERO, 0, 0));
    }

    private static End reported(int status) {
        return new End.Reported(
                new RunnerReport(status, Duration.ofMillis(1), Duration.ZERO, 0, 0));
    }

    private Verdict.Ended ended() {
        return (Verdict.Ended) verdict();
    }

    private Verdict.Failed failed() {
        return (Verdict.Failed) verdict();
    }

    private Verdict verdict() {
        return Verdict.of(
                new Verdict.Observed(
                        gvisor,
                        end,
                        kill,
                        compilerLimit,
                        10_123,
                        state,
                        cgroup,
                        kernel,
                        "diagnostics"),
                LIMITS);
    }
}
