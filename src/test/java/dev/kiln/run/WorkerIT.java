package dev.kiln.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kiln.job.JobId;
import dev.kiln.job.JobState;
import dev.kiln.job.Submission;
import dev.kiln.sandbox.SandboxFault;
import dev.kiln.sandbox.ScriptedSandbox;
import dev.kiln.store.CancelStore;
import dev.kiln.store.DemandStore;
import dev.kiln.store.JobReader;
import dev.kiln.store.SubmissionStore;
import dev.kiln.store.WorkerEntry;
import dev.kiln.store.WorkerStore;
import dev.kiln.testing.Jobs;
import dev.kiln.testing.ScriptedProfile;
import dev.kiln.testing.Servers;
import dev.kiln.testing.Topics;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * How the worker treats jobs, its host and its leases; programs follow a script, the rest is real.
 */
@QuarkusTest
@TestProfile(ScriptedProfile.class)
class WorkerIT {
    @Inject SubmissionStore submissions;
    @Inject JobReader reader;
    @Inject CancelStore cancels;
    @Inject ScriptedSandbox sandbox;
    @Inject HostHealth health;
    @Inject HostSecurity security;
    @Inject WorkerStore workers;
    @Inject DemandStore demands;
    @Inject @Readiness WorkerReadiness readiness;
    @Inject AgroalDataSource dataSource;

    /**
     * After a start too it takes a moment until the host has been looked at. What other tests left
     * in the queue would meet the scripts of these.
     */
    @BeforeEach
    void awaitHealth() throws SQLException {
        execute("delete from job where state = 'QUEUED'");
        await().until(() -> health.trouble().isEmpty());
    }

    @AfterEach
    void backToNormal() {
        sandbox.notReady(null);
        sandbox.lacking(Map.of());
        sandbox.security(() -> ScriptedSandbox.report("scripted", true, Instant.now()));
        sandbox.script((_, _, limits, _) -> ScriptedSandbox.exited(0, "", limits));
    }

    @Test
    void never_runs_more_jobs_at_once_than_it_has_slots_and_claims_none_ahead() throws Exception {
        var gate = new Semaphore(0);
        sandbox.script(
                (_, _, limits, _) -> {
                    gate.acquireUninterruptibly();
                    return ScriptedSandbox.exited(0, "", limits);
                });
        var jobs = submit(30);
        await().until(() -> sandbox.running() == ScriptedProfile.SLOTS);
        assertThat(count("select count(*) from job where state = 'RUNNING'"))
                .isEqualTo(ScriptedProfile.SLOTS);
        gate.release(jobs.size());
        jobs.forEach(this::awaitFinished);
        assertThat(sandbox.mostAtOnce()).isEqualTo(ScriptedProfile.SLOTS);
    }

    @Test
    void a_sandbox_that_failed_is_tried_again_and_the_result_is_the_programs() {
        var tries = new AtomicInteger();
        sandbox.script(
                (_, _, limits, _) -> {
                    if (tries.incrementAndGet() < 3) {
                        throw new SandboxFault(SandboxFault.Scope.SANDBOX, "sentry crashed");
                    }
                    return ScriptedSandbox.exited(7, "third time", limits);
                });
        var id = submit(1).getFirst();
        var finished = awaitFinished(id);
        assertThat(finished.result().exitCode()).isEqualTo(7);
        assertThat(reader.find(id).orElseThrow().attempt()).isEqualTo(3);
    }

    @Test
    void after_three_failed_attempts_a_job_is_abandoned_with_its_history_and_its_event()
            throws Exception {
        sandbox.script(ScriptedSandbox.fault(SandboxFault.Scope.SANDBOX, "sentry crashed"));
        var id = submit(1).getFirst();
        var state = awaitEnd(id);
        assertThat(state).isInstanceOf(JobState.Abandoned.class);
        assertThat(((JobState.Abandoned) state).reason()).contains("3 attempts", "sentry crashed");
        assertThat(
                        count(
                                "select count(*) from job_attempt where counted and job_id = '"
                                        + id
                                        + "'"))
                .isEqualTo(3);
        try (var topics = new Topics(Servers.bootstrapServers())) {
            var event = topics.await("kiln.completions", r -> id.toString().equals(r.key()));
            assertThat(event.value()).contains("ABANDONED", "sentry crashed");
        }
    }

    @Test
    void a_sick_host_claims_nothing_gives_its_jobs_back_uncounted_and_resumes_by_itself()
            throws Exception {
        var fault =
                new SandboxFault(SandboxFault.Scope.HOST, "the engine does not answer: start it");
        // It falls sick while a job runs: a look at it before would keep the job from being
        // claimed.
        sandbox.script(
                (_, _, _, _) -> {
                    sandbox.notReady(fault);
                    throw fault;
                });
        var id = submit(1).getFirst();
        await().until(() -> health.trouble().isPresent());
        assertThat(health.trouble().orElseThrow())
                .isEqualTo("the engine does not answer: start it");
        await().until(() -> reader.find(id).orElseThrow().state() instanceof JobState.Queued);
        int runs = sandbox.tags().size();
        var others = submit(10);

        sandbox.script((_, _, limits, _) -> ScriptedSandbox.exited(0, "", limits));
        assertThat(sandbox.tags()).hasSize(runs);
        sandbox.notReady(null);
        awaitFinished(id);
        others.forEach(this::awaitFinished);
        assertThat(reader.find(id).orElseThrow().attempt()).isEqualTo(1);
        assertThat(health.trouble()).isEmpty();
        assertThat(
                        count(
                                "select count(*) from job_attempt where not counted and job_id = '"
                                        + id
                                        + "'"))
                .isEqualTo(1);
    }

    @Test
    void a_job_whose_needs_this_host_lacks_is_given_back_uncounted_and_others_go_on()
            throws Exception {
        var lacking = new AtomicInteger(2);
        sandbox.script(
                (_, _, limits, _) -> {
                    if (lacking.getAndDecrement() > 0) {
                        throw new SandboxFault(
                                SandboxFault.Scope.NEEDS, "The image x is missing on this host");
                    }
                    return ScriptedSandbox.exited(0, "", limits);
                });
        var id = submit(1).getFirst();

        await().until(() -> lacking.get() < 2);
        assertThat(health.trouble()).isEmpty();
        submit(5).forEach(this::awaitFinished);
        awaitFinished(id);
        assertThat(health.trouble()).isEmpty();
        String ofThese = "select count(*) from job_attempt where fault like '%image x%'";
        assertThat(count(ofThese + " and counted")).isZero();
        assertThat(count(ofThese + " and not counted")).isEqualTo(2);
    }

    @Test
    void a_language_that_cannot_be_run_here_is_not_claimed_until_it_can() {
        sandbox.lacking(Map.of("python", "its image is missing: build it"));
        await().until(() -> listed().lacking().containsKey("python"));
        var id = submit(1).getFirst();
        await().untilAsserted(
                        () ->
                                assertThat(demands.unmet(id))
                                        .contains("no live worker runs language python"));
        assertThat(readiness.call().getData().orElseThrow())
                .containsEntry("language python", "its image is missing: build it");
        assertThat(readiness.call().getStatus()).isEqualTo(HealthCheckResponse.Status.UP);
        sandbox.lacking(Map.of());
        awaitFinished(id);
    }

    @Test
    void a_promise_that_is_no_longer_kept_is_told_and_nothing_is_claimed_until_it_is_again() {
        sandbox.security(() -> ScriptedSandbox.report("memory_limited", false, Instant.now()));
        security.report(true);
        await().until(() -> listed().trouble() != null);
        assertThat(listed().trouble()).contains("memory_limited");
        assertThat(readiness.call().getStatus()).isEqualTo(HealthCheckResponse.Status.DOWN);
        assertThat(readiness.call().getData().orElseThrow().get("trouble"))
                .asString()
                .contains("memory_limited", "as the script says", "./kiln doctor");
        var id = submit(1).getFirst();
        assertThat(demands.unmet(id)).contains("every live worker that could run it is in trouble");
        awaitProbes(2);
        assertThat(reader.find(id).orElseThrow().state()).isInstanceOf(JobState.Queued.class);
        assertThat(sandbox.tags()).noneMatch(tag -> tag.job().equals(id));

        sandbox.security(() -> ScriptedSandbox.report("memory_limited", true, Instant.now()));
        awaitFinished(id);
        assertThat(readiness.call().getStatus()).isEqualTo(HealthCheckResponse.Status.UP);
    }

    /** Until the host, still breaking its promise, was looked at so often again. */
    private void awaitProbes(int times) {
        var probes = new AtomicInteger();
        sandbox.security(
                () -> {
                    probes.incrementAndGet();
                    return ScriptedSandbox.report("memory_limited", false, Instant.now());
                });
        await().until(() -> probes.get() >= times);
    }

    private WorkerEntry listed() {
        return workers.list().getFirst().entry();
    }

    @Test
    void what_runs_at_once_fits_the_memory_budget_although_there_are_more_slots() throws Exception {
        var gate = new Semaphore(0);
        sandbox.script(
                (_, _, limits, _) -> {
                    gate.acquireUninterruptibly();
                    return ScriptedSandbox.exited(0, "", limits);
                });
        long half = ScriptedProfile.MEMORY_BUDGET / 2;
        var jobs = IntStream.range(0, 4).mapToObj(_ -> Jobs.withMemory(half)).toList();
        submissions.insert(jobs);
        await().until(() -> sandbox.running() == 2);
        int before = sandbox.tags().size();
        gate.release(1);
        await().until(() -> sandbox.tags().size() > before);
        assertThat(count("select count(*) from job where state = 'RUNNING'"))
                .isLessThanOrEqualTo(2);
        gate.release(jobs.size());
        jobs.forEach(job -> awaitFinished(job.id()));
    }

    @Test
    void an_error_of_the_worker_itself_costs_an_attempt_and_is_never_a_verdict() {
        var tries = new AtomicInteger();
        sandbox.script(
                (_, _, limits, _) -> {
                    if (tries.incrementAndGet() == 1) {
                        throw new IllegalStateException("a bug");
                    }
                    return ScriptedSandbox.exited(0, "", limits);
                });
        var id = submit(1).getFirst();
        awaitFinished(id);
        assertThat(reader.find(id).orElseThrow().attempt()).isEqualTo(2);
    }

    @Test
    void a_run_whose_lease_is_lost_is_stopped_and_the_next_one_counts() throws Exception {
        var first = new AtomicInteger();
        sandbox.script(
                (tag, program, limits, stop) ->
                        first.incrementAndGet() == 1
                                ? ScriptedSandbox.untilStopped().run(tag, program, limits, stop)
                                : ScriptedSandbox.exited(0, "second", limits));
        var id = submit(1).getFirst();
        await().until(() -> sandbox.running() == 1);
        // As the reaper of another worker would: the epoch of the running one is history.
        execute(
                "update job set state = 'QUEUED', owner = null, lease_until = null, run_at = now() where id = '"
                        + id
                        + "'");
        var finished = awaitFinished(id);
        assertThat(finished.result().stdout().text()).isEqualTo("second");
        await().until(() -> sandbox.running() == 0);
        assertThat(count("select count(*) from execution_result where job_id = '" + id + "'"))
                .isEqualTo(1);
    }

    @Test
    void a_running_job_is_cancelled_within_two_seconds_by_a_hint_not_by_the_heartbeat() {
        sandbox.script(ScriptedSandbox.untilStopped());
        // Several, so that some are cancelled between two beats whenever those fall.
        for (int i = 0; i < 4; i++) {
            var id = submit(1).getFirst();
            await().until(() -> reader.find(id).orElseThrow().state() instanceof JobState.Running);
            assertThat(cancels.cancel(id)).isEqualTo(new CancelStore.Outcome.Requested());
            await().atMost(Duration.ofSeconds(2))
                    .until(() -> reader.find(id).orElseThrow().state().terminal());
            assertThat(reader.find(id).orElseThrow().state())
                    .isInstanceOf(JobState.Cancelled.class);
        }
    }

    @Test
    void a_fault_of_the_sandbox_does_not_bring_a_cancelled_job_back() {
        sandbox.script(
                (_, _, _, stop) -> {
                    stop.raised().join();
                    throw new SandboxFault(SandboxFault.Scope.HOST, "engine gone");
                });
        var id = submit(1).getFirst();
        await().until(() -> reader.find(id).orElseThrow().state() instanceof JobState.Running);
        cancels.cancel(id);
        assertThat(awaitEnd(id)).isInstanceOf(JobState.Cancelled.class);
        assertThat(sandbox.tags()).filteredOn(tag -> tag.job().equals(id)).hasSize(1);
    }

    private List<JobId> submit(int jobs) {
        var submitted = IntStream.range(0, jobs).mapToObj(i -> Jobs.python("pass #" + i)).toList();
        submissions.insert(submitted);
        return submitted.stream().map(Submission::id).toList();
    }

    private JobState.Finished awaitFinished(JobId id) {
        return (JobState.Finished) awaitEnd(id);
    }

    private JobState awaitEnd(JobId id) {
        return await().atMost(Duration.ofSeconds(30))
                .until(
                        () -> reader.find(id).map(job -> job.state()),
                        state -> state.filter(JobState::terminal).isPresent())
                .orElseThrow();
    }

    private void execute(String statement) throws SQLException {
        try (var connection = dataSource.getConnection();
                var s = connection.createStatement()) {
            s.execute(statement);
        }
    }

    private int count(String query) throws SQLException {
        try (var connection = dataSource.getConnection();
                var s = connection.createStatement();
                var row = s.executeQuery(query)) {
            row.next();
            return row.getInt(1);
        }
    }
}
