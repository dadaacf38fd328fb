package dev.kiln.store;

import static dev.kiln.sandbox.ScriptedSandbox.exited;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.job.Completion;
import dev.kiln.job.JobId;
import dev.kiln.job.JobState;
import dev.kiln.job.Lease;
import dev.kiln.testing.Jobs;
import dev.kiln.testing.StoreProfile;
import dev.kiln.testing.Workers;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Jobs that the platform gave up are tried again, against a real PostgreSQL. */
@QuarkusTest
@TestProfile(StoreProfile.class)
class RetryIT {
    private static final Duration LEASE = Duration.ofSeconds(20);

    @Inject SubmissionStore submissions;
    @Inject ClaimStore claims;
    @Inject WorkerStore workers;
    @Inject LeaseStore leases;
    @Inject ResultStore results;
    @Inject RetryStore retries;
    @Inject OutboxStore outbox;
    @Inject JobReader reader;
    @Inject AgroalDataSource dataSource;

    @BeforeEach
    void empty() throws SQLException {
        sql("truncate job, rejected, early_cancel cascade");
    }

    @Test
    void an_abandoned_job_gets_all_its_attempts_again_and_keeps_its_history() throws SQLException {
        var lease = abandoned();
        assertThat(retries.retry(List.of(lease.job()))).containsEntry(lease.job(), "ABANDONED");
        assertThat(state(lease.job())).isInstanceOf(JobState.Queued.class);
        var again = claim();
        assertThat(again.attempt()).isEqualTo(1);
        assertThat(again.epoch()).isGreaterThan(lease.epoch() + 1);
        assertThat(count("job_attempt")).isEqualTo(1);
        assertThat(results.finish(lease, exited(1, "late", Jobs.LIMITS))).isFalse();
        assertThat(results.finish(again, exited(0, "again", Jobs.LIMITS))).isTrue();
    }

    @Test
    void only_abandoned_jobs_are_retried_and_the_others_are_told() {
        var finished = running();
        results.finish(finished, exited(1, "", Jobs.LIMITS));
        var running = running();
        var unknown = Jobs.id();
        assertThat(retries.retry(List.of(finished.job(), running.job(), unknown)))
                .hasSize(2)
                .containsEntry(finished.job(), "FINISHED")
                .containsEntry(running.job(), "RUNNING");
        assertThat(state(finished.job())).isInstanceOf(JobState.Finished.class);
        assertThat(state(running.job())).isInstanceOf(JobState.Running.class);
    }

    @Test
    void a_retry_whose_answer_was_lost_is_harmless() {
        var lease = abandoned();
        retries.retry(List.of(lease.job()));
        assertThat(retries.retry(List.of(lease.job()))).containsEntry(lease.job(), "QUEUED");
        assertThat(claim().epoch()).isEqualTo(lease.epoch() + 2);
    }

    @Test
    void all_of_a_tenant_or_a_batch_a_bounded_number_at_a_time() throws SQLException {
        for (int i = 0; i < 5; i++) {
            abandoned();
        }
        assertThat(retries.retry("nobody", null, 10)).isZero();
        assertThat(retries.retry(null, "no-batch", 10)).isZero();
        assertThat(retries.retry("default", null, 3)).isEqualTo(3);
        sql("update job set batch = 'nightly' where state = 'ABANDONED'");
        assertThat(retries.retry("default", "nightly", 1)).isEqualTo(1);
        assertThat(retries.retry(null, null, 10)).isEqualTo(1);
        assertThat(retries.retry(null, null, 10)).isZero();
        assertThat(count("job where state = 'QUEUED' and attempt = 0")).isEqualTo(5);
    }

    @Test
    void each_end_has_its_own_event_also_when_the_first_was_not_sent_before_the_retry() {
        var lease = abandoned();
        var id = lease.job();
        retries.retry(List.of(id));
        var again = claim();
        results.finish(again, exited(0, "", Jobs.LIMITS));
        // One round each: a job's second event never overtakes the first.
        assertThat(relayed()).containsExactly(id + "/1 ABANDONED attempt 1 gave up: died");
        assertThat(relayed()).containsExactly(id + "/3 FINISHED attempt 1 ");
        assertThat(relayed()).isEmpty();
    }

    @Test
    void a_jobs_second_event_waits_while_another_relay_has_the_first_in_hand() {
        var lease = abandoned();
        retries.retry(List.of(lease.job()));
        results.finish(claim(), exited(0, "", Jobs.LIMITS));
        List<String> meanwhile = new ArrayList<>();
        // The first is taken and not yet acknowledged.
        outbox.relay(1, _ -> meanwhile.addAll(relayed()));
        assertThat(meanwhile).isEmpty();
        assertThat(relayed()).singleElement().asString().contains("FINISHED");
    }

    @Test
    void an_event_whose_transaction_commits_late_is_not_passed_over() throws SQLException {
        var early = running();
        var late = running();
        try (var connection = dataSource.getConnection();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            // As any end of a job does; its number is drawn before the other's, its commit comes
            // after.
            statement.execute(
                    "update job set state = 'FINISHED', finished_at = now(), owner = null, lease_until = null where id = '%s'"
                            .formatted(early.job()));
            statement.execute(
                    "insert into outbox (job_id, epoch, abandoned_reason, abandoned_attempt, abandoned_at) values ('%s', 1, 'late commit', 1, now())"
                            .formatted(early.job()));
            results.finish(late, exited(0, "", Jobs.LIMITS));
            assertThat(relayed()).singleElement().asString().contains(late.job().toString());
            connection.commit();
        }
        assertThat(relayed()).singleElement().asString().contains("late commit");
    }

    private Lease running() {
        submissions.insert(List.of(Jobs.python("pass")));
        return claim();
    }

    private Lease abandoned() {
        var lease = running();
        leases.abandon(lease, LeaseStore.By.HOLDER, "died", "gave up: died");
        return lease;
    }

    private Lease claim() {
        return Workers.claim(workers, claims, 1, LEASE).getFirst().lease();
    }

    private JobState state(JobId id) {
        return reader.find(id).orElseThrow().state();
    }

    private List<String> relayed() {
        List<String> events = new ArrayList<>();
        outbox.relay(100, taken -> taken.forEach(event -> events.add(words(event))));
        return events;
    }

    private static String words(Completion event) {
        String why = event.end() instanceof Completion.End.Abandoned(var reason, _) ? reason : "";
        return "%s/%d %s attempt %d %s"
                .formatted(event.job(), event.epoch(), event.end().state(), event.attempt(), why);
    }

    private void sql(String statement) throws SQLException {
        try (var connection = dataSource.getConnection();
                var s = connection.createStatement()) {
            s.execute(statement);
        }
    }

    private int count(String table) throws SQLException {
        try (var connection = dataSource.getConnection();
                var s = connection.createStatement();
                var row = s.executeQuery("select count(*) from " + table)) {
            row.next();
            return row.getInt(1);
        }
    }
}
