package dev.kiln.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.kiln.job.ExecutionResult;
import dev.kiln.job.JobId;
import dev.kiln.job.Limits;
import dev.kiln.job.Needs;
import dev.kiln.job.Program;
import dev.kiln.job.Termination;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every sandbox promises to whoever hands it a program, whatever it runs programs with. */
public abstract class SandboxContract {
    protected static final Limits LIMITS =
            new Limits(Duration.ofSeconds(60), 128 << 20, 1.0, 50, 1000, 16 << 20);

    protected abstract Sandbox sandbox();

    /** Writes a line on each stream and exits. */
    protected abstract Program exits(int code, String out, String err);

    /** Is ended by a signal that the sandbox did not send. */
    protected abstract Program signalled(int number);

    /** Writes so many bytes on standard output and exits with 0. */
    protected abstract Program writes(int bytes);

    /** Writes a line and does not end. */
    protected abstract Program endless(String line);

    /** Meets its memory limit. */
    protected abstract Program hungry();

    /** One that this sandbox fails to run for a reason of the job's own. */
    protected abstract Program failing();

    /** One that this host cannot run. */
    protected abstract Program impossible();

    /** Returns when the endless program that this thread runs must have written its line. */
    protected abstract void awaitLine(Thread runner);

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 124, 137, 255})
    void an_exit_code_is_the_programs_own(int code) throws Exception {
        var result = run(exits(code, "out", "err"), LIMITS);

        assertThat(result.termination()).isEqualTo(Termination.EXITED);
        assertThat(result.exitCode()).isEqualTo(code);
        assertThat(result.signal()).isNull();
        assertThat(result.success()).isEqualTo(code == 0);
        assertThat(result.stdout().text()).isEqualTo("out\n");
        assertThat(result.stderr().text()).isEqualTo("err\n");
        assertThat(result.evidence().limit()).isNull();
        assertThat(result.provenance().limits()).isEqualTo(LIMITS);
        assertThat(result.usage().wall()).isBetween(Duration.ZERO, LIMITS.wall());
    }

    @ParameterizedTest
    @ValueSource(ints = {6, 9, 15})
    void a_signal_shows_as_shells_show_it(int number) throws Exception {
        var result = run(signalled(number), LIMITS);

        assertThat(result.termination()).isEqualTo(Termination.SIGNALLED);
        assertThat(result.signal()).isEqualTo(number);
        assertThat(result.exitCode()).isEqualTo(128 + number);
        assertThat(result.success()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 999, 1000, 1001, 200_000})
    void output_is_kept_up_to_the_limit_and_counted_beyond_it(int bytes) throws Exception {
        var stdout = run(writes(bytes), LIMITS).stdout();

        assertThat(stdout.produced()).isEqualTo(bytes);
        assertThat(stdout.kept()).hasSize(Math.min(bytes, 1000));
        assertThat(stdout.truncated()).isEqualTo(bytes > 1000);
    }

    @Test
    void a_program_that_does_not_end_is_timed_out_with_its_output_so_far() throws Exception {
        var limits = new Limits(Duration.ofSeconds(3), 128 << 20, 1.0, 50, 1000, 16 << 20);

        var result = run(endless("begun"), limits);

        assertThat(result.termination()).isEqualTo(Termination.TIMED_OUT);
        assertThat(result.exitCode()).isNull();
        assertThat(result.stdout().text()).isEqualTo("begun\n");
        assertThat(result.evidence().limit()).isEqualTo("timeout");
        assertThat(result.evidence().limitValue()).isEqualTo(3000);
        assertThat(result.evidence().reached()).isGreaterThanOrEqualTo(3000);
        assertThat(result.usage().wall()).isGreaterThanOrEqualTo(limits.wall());
    }

    @Test
    void a_program_that_takes_too_much_memory_is_out_of_memory() throws Exception {
        var result = run(hungry(), LIMITS);

        assertThat(result.termination()).isEqualTo(Termination.OUT_OF_MEMORY);
        assertThat(result.exitCode()).isNull();
        assertThat(result.oomKilled()).isTrue();
        assertThat(result.evidence().limit()).isEqualTo("memory_limit");
        assertThat(result.evidence().limitValue()).isEqualTo(LIMITS.memoryBytes());
    }

    @Test
    void cancelled_before_it_began_it_does_not_begin() throws Exception {
        var stop = new StopSignal();
        stop.raise(StopSignal.Reason.CANCELLED);

        var result = sandbox().run(tag(), endless("begun"), LIMITS, stop);

        assertThat(result.termination()).isEqualTo(Termination.CANCELLED);
        assertThat(result.stdout().produced()).isZero();
    }

    @Test
    void cancelled_while_it_runs_it_keeps_its_output() {
        var run = new Going(endless("begun"));
        awaitLine(run.thread);

        run.stop.raise(StopSignal.Reason.CANCELLED);

        var result = run.end.join();
        assertThat(result.termination()).isEqualTo(Termination.CANCELLED);
        assertThat(result.exitCode()).isNull();
        assertThat(result.stdout().text()).isEqualTo("begun\n");
        assertThat(result.evidence().killedBy()).isEqualTo("submitter");
    }

    @Test
    void released_before_it_began_it_says_nothing() {
        var stop = new StopSignal();
        stop.raise(StopSignal.Reason.RELEASED);

        assertThat(
                        catchThrowableOfType(
                                RunReleased.class,
                                () -> sandbox().run(tag(), endless("begun"), LIMITS, stop)))
                .isNotNull();
    }

    @Test
    void released_while_it_runs_it_says_nothing() {
        var run = new Going(endless("begun"));
        awaitLine(run.thread);

        run.stop.raise(StopSignal.Reason.RELEASED);

        assertThat(run.failure()).isInstanceOf(RunReleased.class);
    }

    @Test
    void of_two_reasons_to_stop_the_first_one_counts() {
        var run = new Going(endless("begun"));
        awaitLine(run.thread);

        run.stop.raise(StopSignal.Reason.RELEASED);
        run.stop.raise(StopSignal.Reason.CANCELLED);

        assertThat(run.failure()).isInstanceOf(RunReleased.class);
        var cancelled = new StopSignal();
        cancelled.raise(StopSignal.Reason.CANCELLED);
        cancelled.raise(StopSignal.Reason.RELEASED);
        assertThat(new Going(endless("begun"), cancelled).end.join().termination())
                .isEqualTo(Termination.CANCELLED);
    }

    @Test
    void an_interrupt_releases_and_stays_visible() {
        var run = new Going(endless("begun"));
        awaitLine(run.thread);

        run.thread.interrupt();

        assertThat(run.failure()).isInstanceOf(RunReleased.class);
        assertThat(run.interrupted).isTrue();
    }

    @Test
    void a_stop_after_the_end_changes_nothing() throws Exception {
        var stop = new StopSignal();

        var result = sandbox().run(tag(), exits(3, "out", "err"), LIMITS, stop);
        stop.raise(StopSignal.Reason.RELEASED);

        assertThat(result.exitCode()).isEqualTo(3);
    }

    @Test
    void runs_at_the_same_time_do_not_mix() {
        var runs =
                IntStream.range(0, 4).mapToObj(i -> new Going(exits(i, "out " + i, ""))).toList();

        for (int i = 0; i < runs.size(); i++) {
            var result = runs.get(i).end.join();
            assertThat(result.exitCode()).isEqualTo(i);
            assertThat(result.stdout().text()).isEqualTo("out " + i + "\n");
        }
    }

    @Test
    void a_fault_says_whose_it_is_and_the_next_program_runs_all_the_same() throws Exception {
        var ours =
                catchThrowableOfType(
                        SandboxFault.class,
                        () -> sandbox().run(tag(), failing(), LIMITS, new StopSignal()));
        assertThat(ours.scope()).isEqualTo(SandboxFault.Scope.SANDBOX);
        assertThat(ours.getMessage()).isNotBlank();
        var hosts =
                catchThrowableOfType(
                        SandboxFault.class,
                        () -> sandbox().run(tag(), impossible(), LIMITS, new StopSignal()));
        assertThat(hosts.scope()).isEqualTo(SandboxFault.Scope.HOST);
        assertThat(hosts.getMessage()).isNotBlank();

        assertThat(run(exits(0, "out", "err"), LIMITS).success()).isTrue();
    }

    private ExecutionResult run(Program program, Limits limits) throws Exception {
        return sandbox().run(tag(), program, limits, new StopSignal());
    }

    private static Tag tag() {
        return new Tag("contract", JobId.next(Instant.now()), 1);
    }

    /** A program of this language without inputs. */
    protected static Program program(String language, String code, List<String> args) {
        return new Program(
                language,
                code.getBytes(StandardCharsets.UTF_8),
                new byte[0],
                args,
                Map.of(),
                List.of(),
                Needs.NOTHING);
    }

    /** A run on a thread of its own. */
    private final class Going {
        private final StopSignal stop;
        private final CompletableFuture<ExecutionResult> end = new CompletableFuture<>();
        private final Thread thread;
        private volatile boolean interrupted;

        Going(Program program) {
            this(program, new StopSignal());
        }

        Going(Program program, StopSignal stop) {
            this.stop = stop;
            this.thread = Thread.ofPlatform().daemon().start(() -> run(program));
        }

        private void run(Program program) {
            try {
                end.complete(sandbox().run(tag(), program, LIMITS, stop));
            } catch (SandboxFault | RunReleased | RuntimeException failed) {
                interrupted = Thread.currentThread().isInterrupted();
                end.completeExceptionally(failed);
            }
        }

        Throwable failure() {
            return catchThrowableOfType(CompletionException.class, end::join).getCause();
        }
    }
}
