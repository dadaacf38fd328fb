package dev.kiln.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kiln.sandbox.ScriptedSandbox;
import dev.kiln.store.SubmissionStore;
import dev.kiln.testing.Jobs;
import dev.kiln.testing.ScriptedProfile;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What a worker does with jobs that end at once, and when they are followed by one that does not.
 */
@QuarkusTest
@TestProfile(ScriptedProfile.class)
class ClaimAheadIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int MANY = 3000;

    @Inject SubmissionStore submissions;
    @Inject ScriptedSandbox sandbox;
    @Inject HostHealth health;
    @Inject JobsInHand hand;
    @Inject AgroalDataSource dataSource;

    @BeforeEach
    void empty() throws SQLException {
        await().until(() -> health.trouble().isEmpty());
        execute("truncate job cascade");
        sandbox.script((_, _, limits, _) -> ScriptedSandbox.exited(0, "", limits));
    }

    @AfterEach
    void backToNormal() {
        sandbox.script((_, _, limits, _) -> ScriptedSandbox.exited(0, "", limits));
    }

    @Test
    void a_claim_takes_more_short_jobs_than_there_are_slots_and_never_runs_more() throws Exception {
        submit(MANY);
        awaitAllFinished();

        // All jobs of a claim have the moment of its transaction.
        assertThat(
                        count(
                                "select max(jobs) from (select count(*) as jobs from job group by started_at) claims"))
                .isGreaterThan(ScriptedProfile.SLOTS);
        assertThat(sandbox.mostAtOnce()).isLessThanOrEqualTo(ScriptedProfile.SLOTS);
        eachRanOnce();
    }

    @Test
    void jobs_behind_long_ones_are_given_back_uncounted_and_run_later() throws Exception {
        var longOnes = new AtomicBoolean();
        var end = new Semaphore(0);
        sandbox.script(
                (_, _, limits, _) -> {
                    if (hand.waiting() > ScriptedProfile.SLOTS) {
                        longOnes.set(true);
                    }
                    if (longOnes.get()) {
                        end.acquireUninterruptibly();
                    }
                    return ScriptedSandbox.exited(0, "", limits);
                });
        submit(MANY);
        await().atMost(SOON)
                .until(
                        () ->
                                longOnes.get()
                                        && hand.waiting() == 0
                                        && running() == ScriptedProfile.SLOTS);
        assertThat(
                        count(
                                """
                                select count(*) from job where state = 'QUEUED' and epoch = 1 and attempt = 0 and turn is not null
                                   and exists (select 1 from job_attempt where job_id = job.id and not counted)"""))
                .isPositive();
        assertThat(count("select count(*) from job_attempt where counted")).isZero();

        end.release(MANY);
        awaitAllFinished();
        eachRanOnce();
    }

    @Test
    void what_runs_at_once_fits_the_memory_budget_however_much_is_claimed() throws Exception {
        var running = new AtomicInteger();
        var most = new AtomicInteger();
        sandbox.script(
                (_, _, limits, _) -> {
                    most.accumulateAndGet(running.incrementAndGet(), Math::max);
                    Thread.yield();
                    running.decrementAndGet();
                    return ScriptedSandbox.exited(0, "", limits);
                });
        submissions.insert(
                IntStream.range(0, MANY)
                        .mapToObj(i -> Jobs.withMemory(ScriptedProfile.MEMORY_BUDGET / 2))
                        .toList());
        awaitAllFinished();
        assertThat(most.get()).isLessThanOrEqualTo(2);
        eachRanOnce();
    }

    private void submit(int jobs) {
        submissions.insert(
                IntStream.range(0, jobs).mapToObj(i -> Jobs.python("pass #" + i)).toList());
    }

    private void awaitAllFinished() {
        await().atMost(SOON)
                .until(() -> count("select count(*) from job where state <> 'FINISHED'") == 0);
    }

    private int running() throws SQLException {
        return count("select count(*) from job where state = 'RUNNING'");
    }

    private void eachRanOnce() throws SQLException {
        assertThat(count("select count(*) from execution_result")).isEqualTo(MANY);
        assertThat(count("select count(*) from job where attempt <> 1")).isZero();
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
