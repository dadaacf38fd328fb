package dev.kiln.store;

import static dev.kiln.sandbox.ScriptedSandbox.exited;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.job.CapturedStream;
import dev.kiln.job.Completion;
import dev.kiln.job.ExecutionResult;
import dev.kiln.job.JobState;
import dev.kiln.job.Lease;
import dev.kiln.job.Provenance;
import dev.kiln.testing.Jobs;
import dev.kiln.testing.StoreProfile;
import dev.kiln.testing.Workers;
import dev.kiln.wire.Samples;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * How few transactions the hot path takes, counted in the tables, and that sharing one harms
 * nobody.
 */
@QuarkusTest
@TestProfile(StoreProfile.class)
class GroupedFinishIT {
    private static final Duration LEASE = Duration.ofMinutes(5);
    private static final int MANY = 40;

    @Inject SubmissionStore submissions;
    @Inject ClaimStore claims;
    @Inject WorkerStore workers;
    @Inject LeaseStore leases;
    @Inject ResultStore results;
    @Inject OutboxStore outbox;
    @Inject JobReader reader;
    @Inject AgroalDataSource dataSource;

    @BeforeEach
    void empty() throws SQLException {
        sql("truncate job, rejected cascade");
    }

    @Test
    void jobs_that_are_submitted_or_claimed_together_share_a_transaction() throws SQLException {
        running(MANY);
        assertThat(transactions("job_payload")).isEqualTo(1);
        assertThat(transactions("job")).isEqualTo(1);
    }

    @Test
    void results_that_come_while_one_is_written_share_the_next_transaction() throws Exception {
        var jobs = running(1 + MANY);
        var answers = finishedBehindTheFirst(jobs, jobs.stream().map(_ -> plain()).toList());
        assertThat(answers).extracting(CompletableFuture::join).containsOnly(true);
        assertThat(count("execution_result")).isEqualTo(1 + MANY);
        assertThat(transactions("execution_result")).isEqualTo(2);
        assertThat(transactions("outbox")).isEqualTo(2);
    }

    @Test
    void each_is_told_for_itself_whether_its_result_is_the_jobs() throws Exception {
        var jobs = running(5);
        var lost = jobs.get(2);
        leases.putBack(lost, LeaseStore.By.HOLDER, "fault", true, Duration.ZERO);
        var writtenBefore = jobs.get(3);
        results.finish(writtenBefore, plain());

        var answers = finishedBehindTheFirst(jobs, jobs.stream().map(_ -> plain()).toList());

        assertThat(answers)
                .extracting(CompletableFuture::join)
                .containsExactly(true, true, false, true, true);
        assertThat(state(lost)).isInstanceOf(JobState.Queued.class);
        assertThat(count("execution_result")).isEqualTo(4);
        assertThat(count("outbox")).isEqualTo(4);
    }

    @Test
    void a_result_that_the_database_refuses_keeps_no_other_back() throws Exception {
        var jobs = running(6);
        var results = new ArrayList<ExecutionResult>();
        jobs.forEach(_ -> results.add(plain()));
        results.set(3, unstorable());

        var answers = finishedBehindTheFirst(jobs, results);

        for (int i = 0; i < jobs.size(); i++) {
            var answer = answers.get(i);
            if (i == 3) {
                assertThatThrownBy(answer::join)
                        .isInstanceOf(CompletionException.class)
                        .cause()
                        .isNotInstanceOf(StoreUnavailable.class);
                assertThat(state(jobs.get(i))).isInstanceOf(JobState.Running.class);
            } else {
                assertThat(answer.join()).isTrue();
                assertThat(state(jobs.get(i))).isInstanceOf(JobState.Finished.class);
            }
        }
    }

    /**
     * As a heartbeat does, or a cancel, which reaches all of a group between its look and its
     * locks.
     */
    @Test
    void rows_that_were_changed_meanwhile_are_all_finished_and_extended() throws Exception {
        var jobs = running(2 * MANY);
        var finished = jobs.subList(0, MANY);
        var extended = jobs.subList(MANY, 2 * MANY);
        List<CompletableFuture<Boolean>> answers = new ArrayList<>();
        CompletableFuture<List<LeaseStore.Extended>> beat;
        try (var change = lock(finished.getFirst())) {
            answers.add(finish(finished.getFirst(), plain()));
            Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> blocked() == 1);
            finished.subList(1, MANY).forEach(lease -> answers.add(finish(lease, plain())));
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> results.waiting() == MANY - 1);
            try (var all = lock(finished.get(1));
                    var statement = all.createStatement()) {
                statement.execute(
                        "select 1 from job where id <> '%s' for update"
                                .formatted(finished.getFirst().job()));
                change.rollback();
                Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> blocked() == 1);
                beat = CompletableFuture.supplyAsync(() -> leases.extend(extended, LEASE));
                Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> blocked() == 2);
                statement.execute("update job set cancel_requested = true where state = 'RUNNING'");
                all.commit();
            }
        }
        assertThat(answers).extracting(CompletableFuture::join).containsOnly(true);
        assertThat(count("execution_result")).isEqualTo(MANY);
        assertThat(beat.join()).hasSize(MANY).allMatch(LeaseStore.Extended::cancelRequested);
    }

    @Test
    void the_same_result_twice_in_one_transaction_is_written_once() throws Exception {
        var jobs = running(2);
        var twice = List.of(jobs.get(0), jobs.get(1), jobs.get(1));
        var answers = finishedBehindTheFirst(twice, twice.stream().map(_ -> plain()).toList());
        assertThat(answers).extracting(CompletableFuture::join).containsOnly(true);
        assertThat(count("execution_result")).isEqualTo(2);
        assertThat(count("outbox")).isEqualTo(2);
    }

    @Test
    void events_are_published_together_and_tell_the_same_without_the_flags_of_older_rows()
            throws SQLException {
        var jobs = running(MANY);
        jobs.forEach(lease -> results.finish(lease, Samples.compiledTooLong()));
        List<List<Completion>> rounds = new ArrayList<>();
        assertThatThrownBy(
                        () ->
                                outbox.relay(
                                        2 * MANY,
                                        taken -> {
                                            rounds.add(taken);
                                            throw new IllegalStateException("broker gone");
                                        }))
                .hasStackTraceContaining("broker gone");
        sql(
                "update execution_result set stdout_utf8 = null, stderr_utf8 = null, compile_output_utf8 = null");
        assertThat(outbox.relay(2 * MANY, rounds::add)).isEqualTo(MANY);
        assertThat(rounds).hasSize(2);
        assertThat(rounds.get(1)).isEqualTo(rounds.get(0)).hasSize(MANY);
        assertThat(rounds.get(1).getFirst().end())
                .isInstanceOfSatisfying(
                        Completion.End.Finished.class,
                        done -> {
                            var output = done.result().compile().output();
                            assertThat(output.utf8()).isFalse();
                            assertThat(output.truncated()).isTrue();
                            assertThat(output.produced()).isEqualTo(1_000);
                        });
        assertThat(count("outbox")).isZero();
    }

    /** The first is held up in the database until the others wait for its transaction to end. */
    private List<CompletableFuture<Boolean>> finishedBehindTheFirst(
            List<Lease> jobs, List<ExecutionResult> outcomes) throws SQLException {
        List<CompletableFuture<Boolean>> answers = new ArrayList<>();
        try (var blocker = lock(jobs.getFirst())) {
            for (int i = 0; i < jobs.size(); i++) {
                answers.add(finish(jobs.get(i), outcomes.get(i)));
                int waiting = i;
                Awaitility.await()
                        .atMost(Duration.ofSeconds(30))
                        .until(() -> waiting == 0 ? blocked() == 1 : results.waiting() == waiting);
            }
            blocker.rollback();
        }
        answers.forEach(answer -> answer.handle((_, _) -> true).join());
        return answers;
    }

    private CompletableFuture<Boolean> finish(Lease lease, ExecutionResult result) {
        var answer = new CompletableFuture<Boolean>();
        Thread.ofVirtual()
                .start(
                        () -> {
                            try {
                                answer.complete(results.finish(lease, result));
                            } catch (RuntimeException e) {
                                answer.completeExceptionally(e);
                            }
                        });
        return answer;
    }

    private Connection lock(Lease lease) throws SQLException {
        var connection = dataSource.getConnection();
        connection.setAutoCommit(false);
        try (var statement = connection.createStatement()) {
            statement.execute(
                    "select 1 from job where id = '%s' for update".formatted(lease.job()));
        }
        return connection;
    }

    private int blocked() throws SQLException {
        return number(
                "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'");
    }

    private List<Lease> running(int jobs) {
        submissions.insert(
                IntStream.range(0, jobs).mapToObj(i -> Jobs.python("pass #" + i)).toList());
        return Workers.claim(workers, claims, jobs, LEASE).stream().map(c -> c.lease()).toList();
    }

    private static ExecutionResult plain() {
        return exited(0, "out\n", Jobs.LIMITS);
    }

    /** Postgres has no text with NUL. */
    private static ExecutionResult unstorable() {
        var good = plain();
        var origin = good.provenance();
        return new ExecutionResult(
                good.termination(),
                good.exitCode(),
                good.signal(),
                good.stdout(),
                CapturedStream.EMPTY,
                null,
                good.usage(),
                good.evidence(),
                new Provenance(origin.runtime(), "1\0", origin.image(), origin.limits(), false));
    }

    private JobState state(Lease lease) {
        return reader.find(lease.job()).orElseThrow().state();
    }

    /** How many transactions wrote the rows that are there. */
    private int transactions(String table) throws SQLException {
        return number("select count(distinct xmin::text) from " + table);
    }

    private int count(String table) throws SQLException {
        return number("select count(*) from " + table);
    }

    private int number(String query) throws SQLException {
        try (var connection = dataSource.getConnection();
                var statement = connection.createStatement();
                var row = statement.executeQuery(query)) {
            row.next();
            return row.getInt(1);
        }
    }

    private void sql(String statement) throws SQLException {
        try (var connection = dataSource.getConnection();
                var s = connection.createStatement()) {
            s.execute(statement);
        }
    }
}
