package dev.kiln.store;

import static dev.kiln.sandbox.ScriptedSandbox.cancelled;
import static dev.kiln.sandbox.ScriptedSandbox.exited;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.job.Cancellation;
import dev.kiln.job.JobId;
import dev.kiln.job.JobState;
import dev.kiln.job.Lease;
import dev.kiln.job.Submission;
import dev.kiln.store.CancelStore.Outcome;
import dev.kiln.store.LeaseStore.By;
import dev.kiln.store.LeaseStore.Left;
import dev.kiln.testing.Jobs;
import dev.kiln.testing.StoreProfile;
import dev.kiln.testing.Workers;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A cancel and whatever it may meet, against a real PostgreSQL: both orders of each race, one
 * winner in each, and one completion event.
 */
@QuarkusTest
@TestProfile(StoreProfile.class)
class CancelIT {
    private static final Duration LEASE = Duration.ofSeconds(20);
    private static final Duration MEMORY = Duration.ofHours(1);
    private static final String TENANT = "default";

    @Inject SubmissionStore submissions;
    @Inject ClaimStore claims;
    @Inject WorkerStore workers;
    @Inject LeaseStore leases;
    @Inject ResultStore results;
    @Inject CancelStore cancels;
    @Inject RetryStore retries;
    @Inject OutboxStore outbox;
    @Inject JobReader reader;
    @Inject AgroalDataSource dataSource;

    private Gate gate;

    @BeforeEach
    void empty() throws SQLException {
        sql("truncate job, rejected, early_cancel cascade");
        gate = new Gate(dataSource);
    }

    @AfterEach
    void open() throws SQLException {
        gate.close();
    }

    @Test
    void a_queued_job_is_cancelled_at_once_with_an_event_and_no_result() throws SQLException {
        var id = queued();
        assertThat(cancels.cancel(id)).isEqualTo(new Outcome.Cancelled());
        assertThat(claim()).isEmpty();
        assertCancelled(id, 0);
        assertThat(count("execution_result")).isZero();
    }

    @Test
    void a_cancel_whose_answer_was_lost_is_repeated_without_harm() throws SQLException {
        var id = queued();
        cancels.cancel(id);
        assertThat(cancels.cancel(id)).isEqualTo(new Outcome.Cancelled());
        assertCancelled(id, 0);

        var lease = running();
        assertThat(cancels.cancel(lease.job())).isEqualTo(new Outcome.Requested());
        assertThat(cancels.cancel(lease.job())).isEqualTo(new Outcome.Requested());
    }

    @Test
    void an_unknown_job_is_not_remembered_unless_that_was_asked_for() throws SQLException {
        assertThat(cancels.cancel(Jobs.id())).isEqualTo(new Outcome.Unknown());
        assertThat(count("early_cancel")).isZero();
        assertThat(count("job")).isZero();
    }

    @Test
    void the_heartbeat_brings_the_wish_and_the_stopped_program_leaves_its_partial_result()
            throws SQLException {
        var lease = running();
        cancels.cancel(lease.job());
        assertThat(leases.extend(List.of(lease), LEASE))
                .containsExactly(new LeaseStore.Extended(lease.job(), lease.epoch(), true));
        assertThat(results.finish(lease, cancelled("so far", Jobs.LIMITS))).isTrue();
        var state = (JobState.Cancelled) state(lease.job());
        assertThat(state.partial().stdout().text()).isEqualTo("so far");
        assertThat(results.finish(lease, cancelled("so far", Jobs.LIMITS))).isTrue();
        assertCancelled(lease.job(), lease.epoch());
    }

    @Test
    void claim_then_cancel() throws Exception {
        var id = queued();
        var ends = gate.race(this::claim, () -> cancels.cancel(id));
        assertThat(ends.first()).hasSize(1);
        assertThat(ends.second()).isEqualTo(new Outcome.Requested());
        assertThat(state(id)).isInstanceOf(JobState.Running.class);
        assertThat(leases.extend(ends.first(), LEASE).getFirst().cancelRequested()).isTrue();
    }

    @Test
    void cancel_then_claim() throws Exception {
        var id = queued();
        var ends = gate.race(() -> cancels.cancel(id), this::claim);
        assertThat(ends.first()).isEqualTo(new Outcome.Cancelled());
        assertThat(ends.second()).isEmpty();
        assertThat(claim()).isEmpty();
        assertCancelled(id, 0);
    }

    @Test
    void finish_then_cancel() throws Exception {
        var lease = running();
        var ends = gate.race(() -> finish(lease), () -> cancels.cancel(lease.job()));
        assertThat(ends.first()).isTrue();
        assertThat(ends.second()).isEqualTo(new Outcome.Ended("FINISHED"));
        assertThat(state(lease.job())).isInstanceOf(JobState.Finished.class);
        assertThat(relayed()).hasSize(1);
    }

    @Test
    void cancel_then_a_finish_that_was_under_way() throws Exception {
        var lease = running();
        var ends = gate.race(() -> cancels.cancel(lease.job()), () -> finish(lease));
        assertThat(ends.first()).isEqualTo(new Outcome.Requested());
        assertThat(ends.second()).isTrue();
        assertThat(state(lease.job())).isInstanceOf(JobState.Finished.class);
        assertThat(cancels.cancel(lease.job())).isEqualTo(new Outcome.Ended("FINISHED"));
        assertThat(relayed()).hasSize(1);
    }

    @Test
    void reaper_then_cancel() throws Exception {
        var lease = lapsed();
        var ends = gate.race(() -> reap(lease), () -> cancels.cancel(lease.job()));
        assertThat(ends.first()).isEqualTo(Left.QUEUED);
        assertThat(ends.second()).isEqualTo(new Outcome.Cancelled());
        assertEndedForGood(lease);
    }

    @Test
    void cancel_then_reaper() throws Exception {
        var lease = lapsed();
        var ends = gate.race(() -> cancels.cancel(lease.job()), () -> reap(lease));
        assertThat(ends.first()).isEqualTo(new Outcome.Requested());
        assertThat(ends.second()).isEqualTo(Left.CANCELLED);
        assertEndedForGood(lease);
    }

    @Test
    void drain_then_cancel() throws Exception {
        var lease = running();
        var ends = gate.race(() -> giveBack(lease, false), () -> cancels.cancel(lease.job()));
        assertThat(ends.first()).isEqualTo(Left.QUEUED);
        assertThat(ends.second()).isEqualTo(new Outcome.Cancelled());
        assertEndedForGood(lease);
    }

    @Test
    void cancel_then_drain() throws Exception {
        var lease = running();
        var ends = gate.race(() -> cancels.cancel(lease.job()), () -> giveBack(lease, false));
        assertThat(ends.first()).isEqualTo(new Outcome.Requested());
        assertThat(ends.second()).isEqualTo(Left.CANCELLED);
        assertEndedForGood(lease);
    }

    @Test
    void fault_then_cancel() throws Exception {
        var lease = running();
        var ends = gate.race(() -> giveBack(lease, true), () -> cancels.cancel(lease.job()));
        assertThat(ends.first()).isEqualTo(Left.QUEUED);
        assertThat(ends.second()).isEqualTo(new Outcome.Cancelled());
        assertEndedForGood(lease);
    }

    @Test
    void cancel_then_fault() throws Exception {
        var lease = running();
        var ends = gate.race(() -> cancels.cancel(lease.job()), () -> giveBack(lease, true));
        assertThat(ends.first()).isEqualTo(new Outcome.Requested());
        assertThat(ends.second()).isEqualTo(Left.CANCELLED);
        assertEndedForGood(lease);
    }

    @Test
    void last_fault_then_cancel() throws Exception {
        var lease = running();
        var ends = gate.race(() -> abandon(lease), () -> cancels.cancel(lease.job()));
        assertThat(ends.first()).isEqualTo(Left.ABANDONED);
        assertThat(ends.second()).isEqualTo(new Outcome.Ended("ABANDONED"));
        assertThat(relayed()).hasSize(1);
    }

    @Test
    void cancel_then_last_fault() throws Exception {
        var lease = running();
        var ends = gate.race(() -> cancels.cancel(lease.job()), () -> abandon(lease));
        assertThat(ends.first()).isEqualTo(new Outcome.Requested());
        assertThat(ends.second()).isEqualTo(Left.CANCELLED);
        assertEndedForGood(lease);
    }

    @Test
    void deadline_then_cancel() throws Exception {
        var id = late();
        var ends = gate.race(() -> leases.expireLate(10), () -> cancels.cancel(id));
        assertThat(ends.first()).isEqualTo(1);
        assertThat(ends.second()).isEqualTo(new Outcome.Ended("EXPIRED"));
        assertThat(relayed()).hasSize(1);
    }

    @Test
    void cancel_then_deadline() throws Exception {
        var id = late();
        var ends = gate.race(() -> cancels.cancel(id), () -> leases.expireLate(10));
        assertThat(ends.first()).isEqualTo(new Outcome.Cancelled());
        assertThat(ends.second()).isZero();
        assertCancelled(id, 0);
    }

    @Test
    void last_fault_then_retry() throws Exception {
        var lease = running();
        var id = lease.job();
        var ends = gate.race(() -> abandon(lease), () -> retries.retry(List.of(id)));
        assertThat(ends.first()).isEqualTo(Left.ABANDONED);
        assertThat(ends.second()).containsEntry(id, "ABANDONED");
        assertThat(state(id)).isInstanceOf(JobState.Queued.class);
        assertThat(relayed()).containsExactly(id + "/1 ABANDONED");
    }

    @Test
    void retry_then_cancel() throws Exception {
        var lease = running();
        abandon(lease);
        var id = lease.job();
        var ends = gate.race(() -> retries.retry(List.of(id)), () -> cancels.cancel(id));
        assertThat(ends.first()).containsEntry(id, "ABANDONED");
        assertThat(ends.second()).isEqualTo(new Outcome.Cancelled());
        assertThat(state(id)).isInstanceOf(JobState.Cancelled.class);
        // The end before and the end after the retry; never one id for both.
        assertThat(relayed()).containsExactly(id + "/1 ABANDONED");
        assertThat(relayed()).containsExactly(id + "/2 CANCELLED");
    }

    @Test
    void a_cancel_that_comes_before_its_job_is_remembered_and_the_job_never_starts()
            throws SQLException {
        var job = Jobs.python("pass");
        var other = Jobs.python("pass");
        assertThat(early(job.id(), TENANT)).isEqualTo(new Outcome.Remembered());
        assertThat(early(job.id(), TENANT)).isEqualTo(new Outcome.Remembered());
        submissions.insert(List.of(job, other));
        assertThat(claim()).extracting(Lease::job).containsExactly(other.id());
        assertCancelled(job.id(), 0);
        assertThat(count("early_cancel")).isZero();
        assertThat(submissions.insert(List.of(job))).containsValue(SubmissionStore.Outcome.KNOWN);
    }

    @Test
    void only_a_job_of_the_same_tenant_is_meant() throws SQLException {
        var early = Jobs.python("pass");
        assertThat(early(early.id(), "another")).isEqualTo(new Outcome.Remembered());
        submissions.insert(List.of(early));
        assertThat(state(early.id())).isInstanceOf(JobState.Queued.class);
        assertThat(count("early_cancel")).isEqualTo(1);

        assertThat(early(early.id(), "another")).isEqualTo(new Outcome.OtherTenant());
        assertThat(state(early.id())).isInstanceOf(JobState.Queued.class);
        var both =
                cancels.cancelOrRemember(
                        List.of(
                                new Cancellation(early.id(), "another"),
                                new Cancellation(early.id(), TENANT)),
                        MEMORY);
        assertThat(both).containsExactly(new Outcome.OtherTenant(), new Outcome.Cancelled());
    }

    @Test
    void a_memory_ends() throws SQLException {
        var swept = Jobs.python("pass");
        var old = Jobs.python("pass");
        cancels.cancelOrRemember(List.of(new Cancellation(swept.id(), TENANT)), Duration.ZERO);
        cancels.cancelOrRemember(List.of(new Cancellation(old.id(), TENANT)), Duration.ZERO);
        submissions.insert(List.of(old));
        assertThat(state(old.id())).isInstanceOf(JobState.Queued.class);
        early(Jobs.id(), TENANT);
        assertThat(cancels.forgetOld()).isEqualTo(2);
        assertThat(count("early_cancel")).isEqualTo(1);
    }

    @Test
    void early_cancel_then_insert() throws Exception {
        var job = Jobs.python("pass");
        var ends = gate.race(() -> early(job.id(), TENANT), insert(job));
        assertThat(ends.first()).isEqualTo(new Outcome.Remembered());
        assertCancelled(job.id(), 0);
        assertThat(count("early_cancel")).isZero();
    }

    @Test
    void insert_then_early_cancel() throws Exception {
        var job = Jobs.python("pass");
        var ends = gate.race(insert(job), () -> early(job.id(), TENANT));
        assertThat(ends.second()).isEqualTo(new Outcome.Cancelled());
        assertCancelled(job.id(), 0);
        assertThat(count("early_cancel")).isZero();
    }

    private JobId queued() {
        var job = Jobs.python("pass");
        submissions.insert(List.of(job));
        return job.id();
    }

    private Lease running() {
        queued();
        return claim().getFirst();
    }

    private Lease lapsed() throws SQLException {
        var lease = running();
        sql("update job set lease_until = now() - interval '1 second'");
        return lease;
    }

    private JobId late() throws SQLException {
        var job = Jobs.deadline(Instant.now().plusSeconds(3600));
        submissions.insert(List.of(job));
        sql("update job set deadline = now() - interval '1 second'");
        return job.id();
    }

    private Callable<?> insert(Submission job) {
        return () -> submissions.insert(List.of(job));
    }

    private List<Lease> claim() {
        return Workers.claim(workers, claims, 10, LEASE).stream().map(c -> c.lease()).toList();
    }

    private Outcome early(JobId id, String tenant) {
        return cancels.cancelOrRemember(List.of(new Cancellation(id, tenant)), MEMORY).getFirst();
    }

    private boolean finish(Lease lease) {
        return results.finish(lease, exited(0, "", Jobs.LIMITS));
    }

    private Left reap(Lease lease) {
        return leases.putBack(lease, By.REAPER, "fell silent", true, Duration.ZERO).now();
    }

    private Left giveBack(Lease lease, boolean counted) {
        return leases.putBack(lease, By.HOLDER, "given back", counted, Duration.ZERO).now();
    }

    private Left abandon(Lease lease) {
        return leases.abandon(lease, By.HOLDER, "died", "gave up: died").now();
    }

    /** Cancelled, whatever the worker still does, with the attempt in its history. */
    private void assertEndedForGood(Lease lease) throws SQLException {
        assertThat(count("job_attempt")).isEqualTo(1);
        assertThat(claim()).isEmpty();
        assertThat(leases.extend(List.of(lease), LEASE)).isEmpty();
        assertThat(finish(lease)).isFalse();
        assertThat(giveBack(lease, true)).isEqualTo(Left.LEASE_LOST);
        assertCancelled(lease.job(), lease.epoch());
    }

    private void assertCancelled(JobId id, long epoch) {
        assertThat(state(id)).isInstanceOf(JobState.Cancelled.class);
        assertThat(relayed()).containsExactly(id + "/" + epoch + " CANCELLED");
        assertThat(relayed()).isEmpty();
    }

    private JobState state(JobId id) {
        return reader.find(id).orElseThrow().state();
    }

    private List<String> relayed() {
        List<String> events = new ArrayList<>();
        outbox.relay(
                100,
                taken ->
                        taken.forEach(
                                event ->
                                        events.add(
                                                event.job()
                                                        + "/"
                                                        + event.epoch()
                                                        + " "
                                                        + event.end().state())));
        return events;
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
