package dev.kiln.store;

import static dev.kiln.sandbox.ScriptedSandbox.exited;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.job.Capabilities;
import dev.kiln.job.CapturedStream;
import dev.kiln.job.ClaimedJob;
import dev.kiln.job.ExecutionResult;
import dev.kiln.job.InputFile;
import dev.kiln.job.JobId;
import dev.kiln.job.JobSpec;
import dev.kiln.job.JobState;
import dev.kiln.job.Lease;
import dev.kiln.job.Needs;
import dev.kiln.job.Placement;
import dev.kiln.job.Program;
import dev.kiln.store.LeaseStore.Left;
import dev.kiln.store.SubmissionStore.Outcome;
import dev.kiln.testing.Jobs;
import dev.kiln.testing.StoreProfile;
import dev.kiln.testing.Workers;
import dev.kiln.wire.Samples;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The queue's statements, against a real PostgreSQL. */
@QuarkusTest
@TestProfile(StoreProfile.class)
class StoreIT {
    private static final Duration LEASE = Duration.ofSeconds(20);

    @Inject SubmissionStore submissions;
    @Inject ClaimStore claims;
    @Inject WorkerStore workers;
    @Inject LeaseStore leases;
    @Inject ResultStore results;
    @Inject OutboxStore outbox;
    @Inject JobReader reader;
    @Inject RejectionStore rejections;
    @Inject AgroalDataSource dataSource;

    @BeforeEach
    void empty() throws SQLException {
        sql("truncate job, rejected cascade");
    }

    @Test
    void a_new_job_is_queued_and_visible() {
        var job = Jobs.python("print(1)");
        assertThat(submissions.insert(List.of(job)))
                .containsExactly(Map.entry(job.id(), Outcome.ACCEPTED));
        assertThat(state(job.id())).isInstanceOf(JobState.Queued.class);
    }

    @Test
    void the_same_submission_again_is_known_and_another_body_conflicts() {
        var first = Jobs.python("print(1)");
        var other = Jobs.withId(first.id(), "print(2)");
        var fresh = Jobs.python("print(3)");
        submissions.insert(List.of(first));
        assertThat(submissions.insert(List.of(fresh, first)))
                .containsOnly(
                        Map.entry(first.id(), Outcome.KNOWN),
                        Map.entry(fresh.id(), Outcome.ACCEPTED));
        assertThat(submissions.insert(List.of(other)))
                .containsOnly(Map.entry(first.id(), Outcome.CONFLICT));
        assertThat(code(claim("w", 10), first.id())).isEqualTo("print(1)".getBytes());
    }

    @Test
    void inserts_that_share_ids_at_once_accept_each_id_once() throws Exception {
        var jobs = IntStream.range(0, 200).mapToObj(i -> Jobs.python("print(" + i + ")")).toList();
        var accepted =
                atOnce(4, () -> submissions.insert(jobs).values()).stream()
                        .flatMap(c -> c.stream())
                        .filter(o -> o == Outcome.ACCEPTED)
                        .count();
        assertThat(accepted).isEqualTo(jobs.size());
    }

    @Test
    void what_was_submitted_reaches_the_worker_byte_for_byte() {
        byte[] code = {'#', 0, (byte) 0xff, '\n'};
        byte[] stdin = {0, 1, (byte) 0x80};
        var spec =
                new JobSpec(
                        new Program(
                                "python",
                                code,
                                stdin,
                                List.of("-x", "ü\u2028"),
                                Map.of("K", "v"),
                                List.of(new InputFile("d/f.bin", new byte[] {0, (byte) 0xfe})),
                                new Needs("example/image@sha256:1", true)),
                        Jobs.LIMITS,
                        new Placement("acme", "nightly", 7, Map.of("l", "v"), null, null));
        var id = Jobs.id();
        submissions.insert(List.of(Jobs.submission(id, spec)));
        var able =
                new Capabilities(
                        Set.of("python"), Set.of("example/image@sha256:1"), true, 1, 1L << 30);
        var claimed = claim(Workers.with("w", able), 1).getFirst().spec();
        assertThat(claimed.program().code()).isEqualTo(code);
        assertThat(claimed.program().stdin()).isEqualTo(stdin);
        assertThat(claimed.program().args()).isEqualTo(spec.program().args());
        assertThat(claimed.program().env()).isEqualTo(spec.program().env());
        assertThat(claimed.program().files().getFirst().path()).isEqualTo("d/f.bin");
        assertThat(claimed.program().files().getFirst().content())
                .isEqualTo(new byte[] {0, (byte) 0xfe});
        assertThat(claimed.program().needs()).isEqualTo(spec.program().needs());
        assertThat(claimed.limits()).isEqualTo(Jobs.LIMITS);
        var job = reader.find(id).orElseThrow();
        assertThat(job.labels()).isEqualTo(Map.of("l", "v"));
        assertThat(job.batch()).isEqualTo("nightly");
        assertThat(job.tenant()).isEqualTo("acme");
    }

    @Test
    void claims_go_by_priority_then_age_and_never_beyond_what_was_asked() {
        var first = Jobs.priority(0);
        var second = Jobs.priority(0);
        var urgent = Jobs.priority(5);
        submissions.insert(List.of(first));
        submissions.insert(List.of(second));
        submissions.insert(List.of(urgent));
        assertThat(ids(claim("w", 2))).containsExactly(urgent.id(), first.id());
        assertThat(ids(claim("w", 2))).containsExactly(second.id());
        assertThat(claim("w", 2)).isEmpty();
    }

    @Test
    void a_job_is_not_claimed_before_its_time_nor_by_who_cannot_run_it() {
        var later = Jobs.runAt(Instant.now().plusSeconds(3600));
        var cobol = Jobs.language("cobol");
        submissions.insert(List.of(later, cobol));
        assertThat(claim("w", 10)).isEmpty();
        assertThat(ids(claim(Workers.of("w", "cobol", "python"), 10))).containsExactly(cobol.id());
    }

    @Test
    void workers_that_claim_at_once_never_get_the_same_job() throws Exception {
        var jobs = IntStream.range(0, 300).mapToObj(i -> Jobs.python("pass #" + i)).toList();
        submissions.insert(jobs);
        var claimed =
                atOnce(
                                6,
                                () -> {
                                    List<JobId> mine = new ArrayList<>();
                                    List<ClaimedJob> next;
                                    do {
                                        next = claim("w" + Thread.currentThread().threadId(), 7);
                                        assertThat(next).hasSizeLessThanOrEqualTo(7);
                                        mine.addAll(ids(next));
                                    } while (!next.isEmpty());
                                    return mine;
                                })
                        .stream()
                        .flatMap(List::stream)
                        .toList();
        assertThat(claimed).doesNotHaveDuplicates().hasSize(jobs.size());
    }

    @Test
    void a_compile_step_is_kept_and_its_absence_too() {
        for (var result :
                List.of(Samples.compiled(), Samples.compiledTooLong(), Samples.exited(0))) {
            var lease = running("print(1)");
            assertThat(results.finish(lease, result)).isTrue();

            var kept = ((JobState.Finished) state(lease.job())).result();
            assertThat(kept.compile()).usingRecursiveComparison().isEqualTo(result.compile());
            assertThat(kept.termination()).isEqualTo(result.termination());
            assertThat(kept.evidence()).isEqualTo(result.evidence());
        }
    }

    @Test
    void a_result_is_kept_with_its_bytes_and_its_event() {
        var lease = running("print(1)");
        var plain = exited(3, "", Jobs.LIMITS);
        byte[] output = {'a', 0, (byte) 0xff};
        var result =
                new ExecutionResult(
                        plain.termination(),
                        plain.exitCode(),
                        null,
                        new CapturedStream(output, 10),
                        CapturedStream.EMPTY,
                        null,
                        plain.usage(),
                        plain.evidence(),
                        plain.provenance());
        assertThat(results.finish(lease, result)).isTrue();
        var finished = (JobState.Finished) state(lease.job());
        assertThat(finished.result().stdout().kept()).isEqualTo(output);
        assertThat(finished.result().stdout().truncated()).isTrue();
        assertThat(finished.result().exitCode()).isEqualTo(3);
        assertThat(finished.result().provenance()).isEqualTo(plain.provenance());
        assertThat(finished.result().evidence()).isEqualTo(plain.evidence());
        assertThat(finished.worker()).isEqualTo("w");
        assertThat(relayed()).containsExactly(lease.job() + "/" + lease.epoch());
    }

    @Test
    void a_finish_whose_answer_was_lost_is_recognised_and_not_repeated() {
        var lease = running("print(1)");
        assertThat(results.finish(lease, exited(0, "first", Jobs.LIMITS))).isTrue();
        assertThat(results.finish(lease, exited(0, "first", Jobs.LIMITS))).isTrue();
        assertThat(relayed()).hasSize(1);
    }

    @Test
    void a_late_worker_can_no_longer_write() throws SQLException {
        var stale = running("print(1)");
        leases.putBack(stale, LeaseStore.By.HOLDER, "fault", true, Duration.ZERO);
        var fresh = claim("other", 1).getFirst().lease();
        assertThat(fresh.epoch()).isGreaterThan(stale.epoch());

        assertThat(results.finish(stale, exited(1, "stale", Jobs.LIMITS))).isFalse();
        assertThat(leases.putBack(stale, LeaseStore.By.HOLDER, "late", true, Duration.ZERO).now())
                .isEqualTo(Left.LEASE_LOST);
        assertThat(leases.abandon(stale, LeaseStore.By.HOLDER, "late", "late").now())
                .isEqualTo(Left.LEASE_LOST);
        assertThat(leases.extend(List.of(stale), LEASE)).isEmpty();

        assertThat(results.finish(fresh, exited(0, "fresh", Jobs.LIMITS))).isTrue();
        assertThat(((JobState.Finished) state(fresh.job())).result().stdout().text())
                .isEqualTo("fresh");
        assertThat(count("execution_result")).isEqualTo(1);
        assertThat(relayed()).containsExactly(fresh.job() + "/" + fresh.epoch());
    }

    @Test
    void a_heartbeat_extends_what_is_held_and_tells_what_is_not() {
        var held = running("print(1)");
        var lost = running("print(2)");
        results.finish(lost, exited(0, "", Jobs.LIMITS));
        assertThat(leases.extend(List.of(held, lost), Duration.ofMinutes(5)))
                .extracting(LeaseStore.Extended::job)
                .containsExactly(held.job());
        assertThat(((JobState.Running) state(held.job())).lease().until())
                .isAfter(held.until().plusSeconds(200));
    }

    @Test
    void an_attempt_that_does_not_count_is_not_held_against_the_job() {
        var lease = running("print(1)");
        leases.putBack(lease, LeaseStore.By.HOLDER, "host sick", false, Duration.ZERO);
        var again = claim("w", 1).getFirst().lease();
        assertThat(again.attempt()).isEqualTo(1);
        leases.putBack(again, LeaseStore.By.HOLDER, "sandbox died", true, Duration.ZERO);
        assertThat(((JobState.Queued) state(lease.job())).lastFault()).isEqualTo("sandbox died");
        assertThat(claim("w", 1).getFirst().lease().attempt()).isEqualTo(2);
    }

    @Test
    void the_reaper_takes_only_leases_that_have_lapsed() throws SQLException {
        var lease = running("print(1)");
        assertThat(leases.lapsed(10)).isEmpty();
        assertThat(leases.putBack(lease, LeaseStore.By.REAPER, "silent", true, Duration.ZERO).now())
                .isEqualTo(Left.LEASE_LOST);
        lapse(lease);
        assertThat(leases.lapsed(10)).extracting(Lease::job).containsExactly(lease.job());
        assertThat(leases.putBack(lease, LeaseStore.By.REAPER, "silent", true, Duration.ZERO).now())
                .isEqualTo(Left.QUEUED);
        assertThat(count("job_attempt")).isEqualTo(1);
    }

    @Test
    void an_abandoned_job_says_why_and_has_its_event() {
        var lease = running("print(1)");
        assertThat(leases.abandon(lease, LeaseStore.By.HOLDER, "died", "gave up: died").now())
                .isEqualTo(Left.ABANDONED);
        assertThat(((JobState.Abandoned) state(lease.job())).reason()).isEqualTo("gave up: died");
        assertThat(relayed()).hasSize(1);
    }

    @Test
    void a_job_expires_only_when_its_deadline_passes_before_its_first_start() throws SQLException {
        var soon = Instant.now().plusSeconds(3600);
        var never = Jobs.deadline(soon);
        var started = Jobs.deadline(soon);
        submissions.insert(List.of(started));
        var lease = claim("w", 1).getFirst().lease();
        leases.putBack(lease, LeaseStore.By.HOLDER, "fault", true, Duration.ZERO);
        submissions.insert(List.of(never));
        sql("update job set deadline = now() - interval '1 second'");

        assertThat(leases.expireLate(10)).isEqualTo(1);
        assertThat(state(never.id())).isInstanceOf(JobState.Expired.class);
        assertThat(relayed()).containsExactly(never.id() + "/0");
        assertThat(ids(claim("w", 10))).containsExactly(started.id());
    }

    @Test
    void an_event_that_was_not_acknowledged_is_relayed_again() {
        var lease = running("print(1)");
        results.finish(lease, exited(0, "", Jobs.LIMITS));
        try {
            outbox.relay(
                    10, publisher(new ArrayList<>(), new IllegalStateException("broker gone")));
        } catch (RuntimeException expected) {
            assertThat(expected).hasStackTraceContaining("broker gone");
        }
        assertThat(relayed()).hasSize(1);
        assertThat(relayed()).isEmpty();
    }

    @Test
    void a_rejection_is_remembered_and_does_not_burn_the_id() {
        var id = Jobs.id();
        rejections.remember(id, "[{\"pointer\":\"/code\",\"message\":\"NUL \\u0000\"}]", null);
        rejections.remember(id, "[]", "acme");
        assertThat(reader.rejection(id).orElseThrow().reason()).isEqualTo("[]");
        assertThat(reader.find(id)).isEmpty();
        assertThat(submissions.insert(List.of(Jobs.withId(id, "pass"))))
                .containsValue(Outcome.ACCEPTED);
    }

    private Lease running(String code) {
        submissions.insert(List.of(Jobs.python(code)));
        return claim("w", 1).getFirst().lease();
    }

    private List<ClaimedJob> claim(String worker, int most) {
        return claim(Workers.of(worker, "python"), most);
    }

    private List<ClaimedJob> claim(WorkerEntry worker, int most) {
        workers.register(worker, LEASE, false);
        return claims.claim(worker.id(), most, worker.capabilities().memoryBytes(), LEASE);
    }

    private JobState state(JobId id) {
        return reader.find(id).orElseThrow().state();
    }

    private static List<JobId> ids(List<ClaimedJob> jobs) {
        return jobs.stream().map(j -> j.lease().job()).toList();
    }

    private static byte[] code(List<ClaimedJob> jobs, JobId id) {
        return jobs.stream()
                .filter(j -> j.lease().job().equals(id))
                .findFirst()
                .orElseThrow()
                .spec()
                .program()
                .code();
    }

    /** A column that a later migration adds costs each autovacuum unless it says so too. */
    @Test
    void of_results_only_what_plans_read_is_counted() throws SQLException {
        var counted = new ArrayList<String>();
        try (var connection = dataSource.getConnection();
                var statement = connection.createStatement();
                var rows =
                        statement.executeQuery(
                                "select attname from pg_attribute where attrelid = 'execution_result'::regclass"
                                        + " and attnum > 0 and not attisdropped and attstattarget is distinct from 0")) {
            while (rows.next()) {
                counted.add(rows.getString(1));
            }
        }
        assertThat(counted).containsExactlyInAnyOrder("job_id", "created_at");
    }

    @Test
    void what_was_written_of_a_job_goes_with_it_and_nothing_of_others() throws SQLException {
        var gone = Jobs.python("print(1)");
        var kept = Jobs.python("print(2)");
        submissions.insert(List.of(gone, kept));
        for (var job : claim("w", 2)) {
            assertThat(results.finish(job.lease(), exited(0, "", Jobs.LIMITS))).isTrue();
        }

        sql("delete from job where id = '" + gone.id() + "'");

        for (String table : List.of("job_payload", "execution_result", "outbox")) {
            assertThat(count(table)).as(table).isEqualTo(1);
            assertThat(count(table + " where job_id = '" + kept.id() + "'")).as(table).isEqualTo(1);
        }

        sql("truncate job cascade");

        for (String table : List.of("job_payload", "execution_result", "outbox")) {
            assertThat(count(table)).as(table).isZero();
        }
    }

    private List<String> relayed() {
        List<String> events = new ArrayList<>();
        outbox.relay(100, publisher(events, null));
        return events;
    }

    private static OutboxStore.Publisher publisher(List<String> events, RuntimeException failure) {
        return taken -> {
            taken.forEach(event -> events.add(event.job() + "/" + event.epoch()));
            if (failure != null) {
                throw failure;
            }
        };
    }

    private void lapse(Lease lease) throws SQLException {
        sql(
                "update job set lease_until = now() - interval '1 second' where id = '"
                        + lease.job()
                        + "'");
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

    private static <T> List<T> atOnce(int threads, Callable<T> call) throws Exception {
        try (var executor = Executors.newFixedThreadPool(threads)) {
            var futures = executor.invokeAll(Stream.generate(() -> call).limit(threads).toList());
            List<T> answers = new ArrayList<>();
            for (Future<T> future : futures) {
                answers.add(future.get());
            }
            return answers;
        }
    }
}
