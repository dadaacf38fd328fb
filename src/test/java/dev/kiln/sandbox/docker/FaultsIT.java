package dev.kiln.sandbox.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.kiln.job.ExecutionResult;
import dev.kiln.job.Limits;
import dev.kiln.job.Needs;
import dev.kiln.job.Program;
import dev.kiln.job.Termination;
import dev.kiln.sandbox.RunReleased;
import dev.kiln.sandbox.SandboxFault;
import dev.kiln.sandbox.StopSignal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Runs that end otherwise than by the program: stopped, or failed by the platform. */
class FaultsIT {
    private static final Program ENDLESS =
            SandboxHost.program("sh", "echo begun; while :; do :; done");

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

    @AfterEach
    void nothing_is_left_behind() throws Exception {
        assertThat(docker.containers()).isEmpty();
        assertThat(host.home.resolve("jobs")).isEmptyDirectory();
    }

    @Test
    void a_cancelled_run_is_killed_and_keeps_its_output() throws Exception {
        var stop = new StopSignal();
        var run = start(ENDLESS, stop);
        docker.awaitBusy();

        stop.raise(StopSignal.Reason.CANCELLED);

        var result = run.join();
        assertThat(result.termination()).isEqualTo(Termination.CANCELLED);
        assertThat(result.stdout().text()).isEqualTo("begun\n");
        assertThat(result.evidence().killedBy()).isEqualTo("submitter");
    }

    @Test
    void a_run_that_was_cancelled_before_it_began_does_not_begin() throws Exception {
        var stop = new StopSignal();
        stop.raise(StopSignal.Reason.CANCELLED);

        var result = host.sandbox.run(SandboxHost.tag(), ENDLESS, SandboxHost.LIMITS, stop);

        assertThat(result.termination()).isEqualTo(Termination.CANCELLED);
        assertThat(result.stdout().produced()).isZero();
    }

    @Test
    void a_released_run_is_killed_and_says_nothing() throws Exception {
        var stop = new StopSignal();
        var run = start(ENDLESS, stop);
        docker.awaitRunning();

        stop.raise(StopSignal.Reason.RELEASED);

        assertThatThrownBy(run::join).hasCauseInstanceOf(RunReleased.class);
    }

    @Test
    void an_interrupted_run_is_released() throws Exception {
        var thread = Thread.currentThread();
        var interrupter =
                CompletableFuture.runAsync(
                        () -> {
                            docker.awaitRunning();
                            thread.interrupt();
                        });

        assertThatThrownBy(
                        () ->
                                host.sandbox.run(
                                        SandboxHost.tag(),
                                        ENDLESS,
                                        SandboxHost.LIMITS,
                                        new StopSignal()))
                .isInstanceOf(RunReleased.class);
        assertThat(Thread.interrupted()).isTrue();
        interrupter.join();
    }

    @Test
    void a_sandbox_killed_from_outside_is_a_fault_and_no_verdict() throws Exception {
        var run = start(ENDLESS, new StopSignal());
        String id = docker.awaitRunning();

        docker.run("kill", id);

        assertThat(fault(run).scope()).isEqualTo(SandboxFault.Scope.SANDBOX);
    }

    @Test
    void a_sandbox_stopped_from_outside_is_the_hosts_matter() throws Exception {
        var run = start(ENDLESS, new StopSignal());
        String id = docker.awaitRunning();

        docker.run("stop", "-t", "5", id);

        assertThat(fault(run)).hasMessageContaining("stopped the sandbox");
        assertThat(fault(run).scope()).isEqualTo(SandboxFault.Scope.HOST);
    }

    @Test
    void a_sandbox_removed_from_outside_is_a_fault() throws Exception {
        var run = start(ENDLESS, new StopSignal());
        String id = docker.awaitRunning();

        docker.run("rm", "-f", id);

        assertThat(fault(run).scope()).isEqualTo(SandboxFault.Scope.SANDBOX);
    }

    @Test
    void arguments_that_are_too_long_are_a_fault_and_no_exit_code() {
        var program =
                new Program(
                        "sh",
                        new byte[0],
                        new byte[0],
                        List.of("x".repeat(200_000)),
                        Map.of(),
                        List.of(),
                        Needs.NOTHING);

        assertThatThrownBy(() -> host.run(program, SandboxHost.LIMITS))
                .isInstanceOf(SandboxFault.class)
                .hasMessageContaining("too long");
    }

    @Test
    void a_limit_that_the_host_cannot_give_is_this_jobs_fault() {
        var limits = new Limits(Duration.ofSeconds(5), 128 << 20, 1000, 50, 100, 1 << 20);

        var fault = catchThrowableOfType(SandboxFault.class, () -> host.shell("echo", limits));

        assertThat(fault.scope()).isEqualTo(SandboxFault.Scope.SANDBOX);
        assertThat(fault).hasMessageContaining("CPUs").hasMessageNotContaining("{");
    }

    @Test
    void a_hung_sandbox_is_killed_all_the_same() throws Exception {
        var stop = new StopSignal();
        var run = start(ENDLESS, stop);
        String id = docker.awaitRunning();

        // A stopped sandbox makes the engine's own kill and remove hang.
        docker.signalAll(id, "STOP");
        stop.raise(StopSignal.Reason.CANCELLED);

        assertThat(run.join().termination()).isEqualTo(Termination.CANCELLED);
        await().atMost(Duration.ofSeconds(20)).until(() -> docker.processes(id) == 0);
    }

    private static CompletableFuture<ExecutionResult> start(Program program, StopSignal stop) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return host.sandbox.run(
                                SandboxHost.tag(), program, SandboxHost.LIMITS, stop);
                    } catch (SandboxFault | RunReleased ended) {
                        throw new CompletionException(ended);
                    }
                },
                Executors.newVirtualThreadPerTaskExecutor());
    }

    private static SandboxFault fault(CompletableFuture<ExecutionResult> run) {
        return (SandboxFault) catchThrowableOfType(CompletionException.class, run::join).getCause();
    }
}
