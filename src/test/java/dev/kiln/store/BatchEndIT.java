package dev.kiln.store;

import static dev.kiln.sandbox.ScriptedSandbox.exited;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kiln.job.JobId;
import dev.kiln.job.JobSpec;
import dev.kiln.job.Lease;
import dev.kiln.job.Submission;
import dev.kiln.store.SubmissionStore.Outcome;
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
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When batches are closed and complete, against a real PostgreSQL; nobody sweeps but the tests. */
@QuarkusTest
@TestProfile(StoreProfile.class)
class BatchEndIT {
    private static final Duration LEASE = Duration.ofMinutes(5);
    private static final int MOST = 20;
    private static final int ROUNDS = 40;

    @Inject SubmissionStore submissions;
    @Inject BatchStore batches;
    @Inject ClaimStore claims;
    @Inject WorkerStore workers;
    @Inject ResultStore results;
    @Inject LeaseStore leases;
    @Inject RetryStore retries;
    @Inject RerunStore reruns;
    @Inject JobReader reader;
    @Inject CancelStore cancels;
    @Inject AgroalDataSource dataSource;

    @BeforeEach
    void empty() throws SQLException {
        sql("truncate job, batch cascade");
    }

    @Test
    void a_batch_is_complete_when_it_is_closed_and_its_last_job_has_ended() {
        submissions.insert(List.of(job("b"), job("b")));
        var running = claim(2);
        finish(running.get(0));
        assertThat(batches.complete(MOST)).as("one runs, and it is open").isZero();
        assertThat(batches.close("default", "b")).isPresent();
        assertThat(batches.complete(MOST)).as("one runs").isZero();
        finish(running.get(1));
        assertThat(batches.complete(MOST)).isEqualTo(1);
        assertThat(batches.complete(MOST)).as("once").isZero();
        var event = announced().getFirst();
        assertThat(event.name()).isEqualTo("b");
        assertThat(event.jobs().states()).isEqualTo(Map.of("FINISHED", 2L));
        assertThat(event.jobs().causes()).isEqualTo(Map.of("exited", 2L));
        assertThat(event.jobs().succeeded()).isEqualTo(2);
        assertThat(announced()).as("once").isEmpty();
    }

    @Test
    void every_end_counts_and_an_open_batch_has_none() {
        var jobs = List.of(job("b"), job("b"), job("open"));
        submissions.insert(jobs);
        batches.close("default", "b");
        jobs.forEach(job -> cancels.cancel(job.id()));
        assertThat(batches.complete(MOST)).isEqualTo(1);
        var event = announced();
        assertThat(event).hasSize(1);
        assertThat(event.getFirst().jobs().states()).isEqualTo(Map.of("CANCELLED", 2L));
    }

    @Test
    void two_last_jobs_that_end_at_once_complete_their_batch_once_whoever_looks() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            String name = "r" + round;
            submissions.insert(List.of(job(name), job(name)));
            batches.close("default", name);
            var running = claim(2);
            var complete = new ArrayList<Integer>();
            // Two ends and two sweepers, as of two nodes.
            complete.addAll(
                    atOnce(
                            () -> {
                                finish(running.get(0));
                                return 0;
                            },
                            () -> {
                                finish(running.get(1));
                                return 0;
                            },
                            () -> batches.complete(MOST),
                            () -> batches.complete(MOST)));
            complete.add(batches.complete(MOST));
            assertThat(complete.stream().mapToInt(i -> i).sum()).as(name).isEqualTo(1);
        }
        var events = atOnce(this::announced, this::announced).stream().flatMap(List::stream);
        var all = new ArrayList<>(events.map(BatchEnd::name).toList());
        announced().forEach(left -> all.add(left.name()));
        assertThat(all).hasSize(ROUNDS).doesNotHaveDuplicates();
    }

    @Test
    void what_a_sweeper_had_in_hand_when_it_died_is_done_by_the_next() throws Exception {
        submissions.insert(List.of(job("b")));
        batches.close("default", "b");
        finish(claim(1).getFirst());
        try (var dying = dataSource.getConnection()) {
            dying.setAutoCommit(false);
            dying.createStatement()
                    .execute(
                            "update batch set completed_at = now(), facts = '{}' where name = 'b'");
            assertThat(batches.complete(MOST)).as("another has it in hand").isZero();
            dying.rollback();
        }
        assertThat(batches.complete(MOST)).isEqualTo(1);
        List<BatchEnd> seen = new ArrayList<>();
        assertThatThrownBy(
                        () ->
                                batches.announce(
                                        MOST,
                                        events -> {
                                            seen.addAll(events);
                                            throw new IllegalStateException("the broker is away");
                                        }))
                .hasMessageContaining("the broker is away");
        var again = announced();
        assertThat(again).isEqualTo(seen).hasSize(1);
        assertThat(announced()).isEmpty();
    }

    @Test
    void who_closes_waits_for_those_who_are_just_joining() throws Exception {
        submissions.insert(List.of(job("b")));
        finish(claim(1).getFirst());
        try (var joining = dataSource.getConnection();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            joining.setAutoCommit(false);
            var late = job("b");
            var alone = new Arrivals().of(List.of(late));
            assertThat(SubmissionStore.insert(joining, List.of(late), alone))
                    .containsValue(Outcome.ACCEPTED);
            var closed = threads.submit(() -> batches.close("default", "b"));
            await().until(() -> waitingForLocks() == 1);
            assertThat(batches.complete(MOST)).isZero();
            joining.commit();
            assertThat(closed.get()).isPresent();
            assertThat(batches.complete(MOST)).as("the late job is in it").isZero();
            finish(claim(1).getFirst());
            assertThat(batches.complete(MOST)).isEqualTo(1);
            assertThat(announced().getFirst().jobs().jobs()).isEqualTo(2);
        }
    }

    @Test
    void no_job_slips_into_a_batch_that_is_closed_at_the_same_time() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            String name = "r" + round;
            submissions.insert(List.of(job(name)));
            finish(claim(1).getFirst());
            var late = job(name);
            atOnce(
                    () -> submissions.insert(List.of(late)).get(late.id()),
                    () -> batches.close("default", name),
                    () -> batches.complete(MOST));
            boolean joined = reader.find(late.id()).isPresent();
            batches.complete(MOST);
            assertThat(completed(name)).as(name).isEqualTo(!joined);
            cancels.cancel(late.id());
            assertThat(completed(name) || batches.complete(MOST) == 1).as(name).isTrue();
        }
    }

    @Test
    void a_closed_batch_knows_its_jobs_and_takes_no_others() {
        var known = job("b");
        submissions.insert(List.of(known));
        batches.close("default", "b");
        var late = job("b");
        var elsewhere = job("c");
        assertThat(submissions.insert(sorted(List.of(known, late, elsewhere))))
                .isEqualTo(
                        Map.of(
                                known.id(), Outcome.KNOWN,
                                late.id(), Outcome.BATCH_CLOSED,
                                elsewhere.id(), Outcome.ACCEPTED));
        assertThat(reader.find(late.id())).isEmpty();
        assertThat(batches.close("default", "nobody's")).isEmpty();
        assertThat(batches.close("other", "b")).isEmpty();
    }

    @Test
    void a_batch_with_a_size_is_closed_by_its_last_distinct_job() {
        var jobs = IntStream.range(0, 3).mapToObj(_ -> sized("b", 3)).toList();
        submissions.insert(List.of(jobs.get(0)));
        submissions.insert(List.of(jobs.get(0)));
        submissions.insert(List.of(jobs.get(1)));
        assertThat(standing("b").closedAt()).as("two of three").isNull();
        submissions.insert(sorted(jobs));
        assertThat(standing("b").closedAt()).isNotNull();
        assertThat(standing("b").size()).isEqualTo(3);
        jobs.forEach(job -> cancels.cancel(job.id()));
        assertThat(batches.complete(MOST)).isEqualTo(1);
        assertThat(submissions.insert(List.of(jobs.get(2)))).containsValue(Outcome.KNOWN);
        assertThat(submissions.insert(List.of(sized("b", 3)))).containsValue(Outcome.BATCH_CLOSED);
    }

    @Test
    void who_contradicts_the_size_is_refused_and_nobody_else() throws SQLException {
        submissions.insert(List.of(job("b"), job("b")));
        assertThat(submissions.insert(List.of(sized("b", 2)))).containsValue(Outcome.BATCH_SIZE);
        assertThat(standing("b").size()).isNull();
        assertThat(submissions.insert(List.of(sized("b", 4)))).containsValue(Outcome.ACCEPTED);
        assertThat(submissions.insert(List.of(sized("b", 5)))).containsValue(Outcome.BATCH_SIZE);
        // Who says nothing of the size counts as well; one of the two is one too many.
        assertThat(submissions.insert(sorted(List.of(job("b"), job("b")))).values())
                .containsExactlyInAnyOrder(Outcome.ACCEPTED, Outcome.BATCH_SIZE);
        assertThat(standing("b").closedAt()).isNotNull();
        assertThat(count("job where batch = 'b'")).isEqualTo(4);
    }

    @Test
    void a_size_is_kept_exactly_though_many_join_at_once() throws Exception {
        var jobs = IntStream.range(0, 60).mapToObj(_ -> sized("b", 50)).toList();
        Callable<Integer> all =
                () -> {
                    for (int i = 0; i < jobs.size(); i += 6) {
                        insertAgain(sorted(jobs.subList(i, i + 6)));
                    }
                    return 0;
                };
        atOnce(all, all, all, all);
        assertThat(count("job where batch = 'b'")).isEqualTo(50);
        assertThat(count("batch where name = 'b' and jobs = 50 and closed_at is not null"))
                .isEqualTo(1);
    }

    /** As every door does it when the database broke a deadlock. */
    private void insertAgain(List<Submission> jobs) {
        try {
            submissions.insert(jobs);
        } catch (StoreUnavailable mayPass) {
            insertAgain(jobs);
        }
    }

    @Test
    void a_job_that_is_run_again_does_not_open_its_batch_again() {
        var job = job("b");
        submissions.insert(List.of(job));
        batches.close("default", "b");
        leases.abandon(claim(1).getFirst(), LeaseStore.By.HOLDER, "died", "gave up");
        assertThat(batches.complete(MOST)).isEqualTo(1);
        var fresh = Jobs.id();
        assertThat(reruns.rerun(job.id(), fresh, null)).isEqualTo(RerunStore.Outcome.QUEUED);
        assertThat(batchOf(fresh)).isNull();
        retries.retry(List.of(job.id()));
        assertThat(batches.complete(MOST)).isZero();
        cancels.cancel(job.id());
        assertThat(batches.complete(MOST)).isZero();
        assertThat(announced()).hasSize(1);
    }

    @Test
    void a_job_that_is_run_again_stays_in_a_batch_that_is_open() {
        var job = job("b");
        submissions.insert(List.of(job));
        finish(claim(1).getFirst());
        var fresh = Jobs.id();
        reruns.rerun(job.id(), fresh, null);
        assertThat(batchOf(fresh)).isEqualTo("b");
    }

    /** With figures as they are where jobs have run: of an empty table every index is as good. */
    @Test
    void a_look_is_planned_on_the_indexes_that_are_nearly_empty() throws SQLException {
        submissions.insert(IntStream.range(0, 2000).mapToObj(_ -> job("old")).toList());
        cancels.cancel("default", "old", 2000);
        submissions.insert(List.of(job("b")));
        batches.close("default", "b");
        sql(
                """
                insert into batch (tenant, name, closed_at, completed_at, facts, announced_at)
                select 'default', 'ended' || n, now(), now(), '{}', now() from generate_series(1, 2000) n
                """);
        sql("vacuum (analyze) job, batch");
        assertThat(plan(BatchStore.TAKE_ENDED))
                .contains("using batch_closed on batch", "using job_batch_live on job")
                .doesNotContain("Seq Scan", "Hash", "Merge");
        assertThat(plan(BatchStore.TAKE_UNANNOUNCED)).contains("using batch_due on batch");
    }

    private String plan(String sql) throws SQLException {
        try (var connection = dataSource.getConnection();
                var explain = connection.prepareStatement("explain " + sql)) {
            explain.setInt(1, MOST);
            var plan = new StringBuilder();
            try (var line = explain.executeQuery()) {
                while (line.next()) {
                    plan.append(line.getString(1)).append('\n');
                }
            }
            return plan.toString();
        }
    }

    private @Nullable String batchOf(JobId job) {
        return reader.find(job).orElseThrow().batch();
    }

    private List<BatchEnd> announced() {
        List<BatchEnd> events = new ArrayList<>();
        batches.announce(MOST * ROUNDS, events::addAll);
        return events;
    }

    private BatchStore.Standing standing(String batch) {
        return batches.find("default", batch).orElseThrow();
    }

    private boolean completed(String batch) {
        return standing(batch).completedAt() != null;
    }

    private static Submission job(String batch) {
        return job(batch, null);
    }

    private static Submission sized(String batch, int size) {
        return job(batch, size);
    }

    private static Submission job(String batch, @Nullable Integer size) {
        var plain = Jobs.python("pass");
        var spec = plain.spec();
        return Jobs.submission(
                plain.id(),
                new JobSpec(spec.program(), spec.limits(), spec.placement().in(batch, size)));
    }

    private static List<Submission> sorted(List<Submission> jobs) {
        return jobs.stream().sorted(Comparator.comparing(Submission::id)).toList();
    }

    private List<Lease> claim(int jobs) {
        var leases =
                Workers.claim(workers, claims, jobs, LEASE).stream().map(c -> c.lease()).toList();
        assertThat(leases).hasSize(jobs);
        return leases;
    }

    private void finish(Lease lease) {
        assertThat(results.finish(lease, exited(0, "", Jobs.LIMITS))).isTrue();
    }

    @SafeVarargs
    private static <T> List<T> atOnce(Callable<? extends T>... tasks) throws Exception {
        var start = new CyclicBarrier(tasks.length);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var running = new ArrayList<Future<T>>();
            for (Callable<? extends T> task : tasks) {
                running.add(
                        threads.submit(
                                () -> {
                                    start.await();
                                    return task.call();
                                }));
            }
            List<T> outcomes = new ArrayList<>();
            for (var each : running) {
                outcomes.add(each.get());
            }
            return outcomes;
        }
    }

    private int waitingForLocks() throws SQLException {
        return count(
                "pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'");
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
