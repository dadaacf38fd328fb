package dev.kiln.store;

import static dev.kiln.sandbox.ScriptedSandbox.exited;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.job.ClaimedJob;
import dev.kiln.job.JobId;
import dev.kiln.job.JobSpec;
import dev.kiln.job.Placement;
import dev.kiln.job.Submission;
import dev.kiln.store.TenantCapStore.Cap;
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
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose job comes next: turns between tenants, times to run at, caps; on a real PostgreSQL. */
@QuarkusTest
@TestProfile(StoreProfile.class)
class TurnsIT {
    private static final Duration LEASE = Duration.ofSeconds(20);
    private static final String FLOOD = "flood";

    @Inject SubmissionStore submissions;
    @Inject ClaimStore claims;
    @Inject WorkerStore workers;
    @Inject ResultStore results;
    @Inject LeaseStore leases;
    @Inject RetryStore retries;
    @Inject TurnStore turns;
    @Inject TenantCapStore caps;
    @Inject QueueStore queue;
    @Inject DemandStore demands;
    @Inject AgroalDataSource dataSource;

    /** After each too: other tests must not find jobs without payload. */
    @BeforeEach
    @AfterEach
    void empty() throws SQLException {
        sql("truncate job, tenant_cap cascade");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7})
    void a_tenant_waits_for_one_job_of_each_other_whatever_these_have_queued(int slots) {
        flood(2_000);
        take(5 * slots);
        int others = 9;
        var tenants = IntStream.range(0, others).mapToObj(i -> "t" + i).toList();
        tenants.forEach(tenant -> submit(tenant, 0, 3));

        List<String> order = new ArrayList<>();
        while (order.size() < 3 * (others + 1)) {
            claim(slots).forEach(job -> order.add(job.spec().placement().tenant()));
        }
        for (String tenant : tenants) {
            for (int nth = 0; nth < 3; nth++) {
                // Of each tenant, the flood too, at most one job a turn comes before it; and what
                // had the same turn when it came.
                assertThat(place(order, tenant, nth))
                        .as("%s, job %d of 3, in %s", tenant, nth + 1, order)
                        .isLessThan((nth + 2) * (others + 1));
            }
        }
    }

    @Test
    void a_tenant_that_was_away_has_no_more_than_its_share_when_it_comes_back() {
        submit("rare", 0, 1);
        flood(500);
        take(100);
        submit("rare", 0, 50);
        var tenants = take(60).stream().map(job -> job.spec().placement().tenant()).toList();
        assertThat(tenants.stream().filter("rare"::equals).count()).isBetween(25L, 31L);
    }

    @Test
    void a_tenant_s_own_jobs_stay_in_the_order_in_which_they_came() {
        List<JobId> submitted = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            submitted.addAll(submit("a", 0, 10));
            submit("b", 0, 7);
        }
        var mine = ids(take(85).stream().filter(job -> tenant(job).equals("a")));
        assertThat(mine).containsExactlyElementsOf(submitted);
    }

    @Test
    void an_interactive_job_comes_before_any_batch_job_of_any_tenant() {
        flood(50);
        submit("a", 0, 5);
        var urgent = submit(FLOOD, 9, 2);
        var other = submit("a", 9, 1);
        assertThat(ids(take(3).stream()))
                .containsExactlyInAnyOrder(urgent.get(0), urgent.get(1), other.getFirst());
    }

    @Test
    void a_tenant_that_submits_from_many_connections_at_once_has_no_more_jobs_than_turns()
            throws Exception {
        flood(10);
        atOnce(
                8,
                () -> {
                    for (int i = 0; i < 25; i++) {
                        submit("many", 0, 1);
                    }
                    return null;
                });
        assertThat(
                        one(
                                """
                                select count(*) from (
                                    select turn - min(turn) over () + 1 as turns, row_number() over (order by turn) as jobs
                                      from job where tenant = 'many') t
                                 where jobs > turns
                                """))
                .as("turns until which the tenant had more jobs than turns")
                .isZero();
    }

    @Test
    void a_job_put_off_is_in_nobody_s_way_and_comes_when_its_time_has_come() throws Exception {
        var later = Jobs.runAt(Instant.now().plusSeconds(3600));
        submissions.insert(List.of(later));
        assertThat(turns.bringIn()).isZero();
        assertThat(claim(1)).isEmpty();
        assertThat(queue.runnable(10)).isZero();
        sql("update job set run_at = now()");
        assertThat(claim(1)).as("not in the line yet").isEmpty();
        assertThat(turns.bringIn()).isEqualTo(1);
        assertThat(ids(claim(1).stream())).containsExactly(later.id());
    }

    @Test
    void many_that_are_due_at_once_take_their_turns_like_any_others() throws Exception {
        sql(
                """
                insert into job (id, tenant, language, priority, run_at, memory_bytes)
                select gen_random_uuid(), 'nightly', 'python', 0, now(), 1 from generate_series(1, 2500)
                """);
        assertThat(turns.bringIn()).isEqualTo(2_500);
        assertThat(one("select count(distinct turn) from job")).isEqualTo(2_500);
        assertThat(turns.bringIn()).isZero();
    }

    @Test
    void what_was_given_up_comes_back_at_the_end_of_its_tenant_s_line() throws Exception {
        var first = submit("a", 0, 1).getFirst();
        var job = claim(1).getFirst();
        leases.abandon(job.lease(), LeaseStore.By.HOLDER, "the engine is gone", "given up");
        submit("a", 0, 3);
        assertThat(retries.retry(List.of(first))).containsEntry(first, "ABANDONED");
        assertThat(ids(claim(4).stream())).hasSize(4).endsWith(first);
    }

    @Test
    void no_more_jobs_of_a_tenant_run_than_its_cap_whoever_claims() throws Exception {
        caps.set(new Cap("capped", 3));
        submit("capped", 0, 40);
        submit("free", 0, 40);
        var ended = new AtomicInteger();
        atOnce(
                6,
                () -> {
                    while (ended.get() < 80) {
                        turns.bringIn();
                        for (ClaimedJob job : claim(4)) {
                            assertThat(
                                            one(
                                                    "select count(*) from job where state = 'RUNNING' and tenant = 'capped'"))
                                    .isLessThanOrEqualTo(3);
                            finish(job);
                            ended.incrementAndGet();
                        }
                    }
                    return null;
                });
        assertThat(one("select count(*) from job where state = 'FINISHED'")).isEqualTo(80);
    }

    @Test
    void a_cap_holds_for_what_is_queued_and_runs_already() throws Exception {
        var waiting = new ArrayList<>(submit("late", 0, 20));
        var before = claim(2);
        assertThat(before).hasSize(2);
        caps.set(new Cap("late", 3));
        var third = claim(10);
        assertThat(third).as("two of three run already").hasSize(1);
        waiting.removeAll(ids(Stream.concat(before.stream(), third.stream())));
        assertThat(waiting).hasSize(17);
        for (var id : waiting) {
            assertThat(demands.unmet(id)).contains("the tenant late runs at most 3 at once");
        }
        assertThat(turns.bringIn()).isZero();
        assertThat(claim(10)).isEmpty();
        assertThat(queue.runnable(100)).as("they wait all the same").isEqualTo(17);

        caps.set(new Cap("late", 5));
        var two = claim(10);
        assertThat(two).hasSize(2);
        leases.putBack(
                two.getFirst().lease(),
                LeaseStore.By.HOLDER,
                "the engine is gone",
                true,
                Duration.ZERO);
        assertThat(turns.bringIn()).as("what comes back still counts").isZero();
        assertThat(claim(10)).hasSize(1);

        assertThat(caps.lift("late")).isTrue();
        assertThat(caps.lift("late")).isFalse();
        assertThat(claim(30)).hasSize(15);
        assertThat(caps.all()).isEmpty();
    }

    @Test
    void jobs_put_off_before_their_tenant_was_capped_come_in_under_the_cap() throws Exception {
        for (int i = 0; i < 5; i++) {
            submissions.insert(List.of(Jobs.runAt(Instant.now().plusSeconds(3600))));
        }
        caps.set(new Cap("default", 2));
        sql("update job set run_at = now()");
        turns.bringIn();
        assertThat(claim(5)).hasSize(2);
        caps.lift("default");
        assertThat(claim(5)).hasSize(3);
    }

    @Test
    void a_job_that_was_submitted_while_its_tenant_s_cap_was_lifted_is_not_forgotten()
            throws Exception {
        caps.set(new Cap("t", 1));
        submit("t", 0, 2);
        caps.lift("t");
        // As of an insert that had seen the cap, and committed after it was lifted.
        sql("update job set turn = null, capped = true");
        assertThat(claim(5)).isEmpty();
        turns.bringIn();
        assertThat(claim(5)).hasSize(2);
    }

    private void flood(int jobs) {
        submit(FLOOD, 0, jobs);
    }

    private List<JobId> submit(String tenant, int priority, int jobs) {
        var list = Stream.generate(() -> job(tenant, priority)).limit(jobs).toList();
        submissions.insert(list);
        return list.stream().map(Submission::id).toList();
    }

    private static Submission job(String tenant, int priority) {
        var spec = Jobs.python("pass").spec();
        return Jobs.submission(
                Jobs.id(),
                new JobSpec(
                        spec.program(),
                        spec.limits(),
                        new Placement(tenant, null, priority, Map.of(), null, null)));
    }

    /** Claims so many, one after another. */
    private List<ClaimedJob> take(int jobs) {
        return IntStream.range(0, jobs).mapToObj(_ -> claim(1)).flatMap(List::stream).toList();
    }

    private List<ClaimedJob> claim(int most) {
        return Workers.claim(workers, claims, most, LEASE);
    }

    private void finish(ClaimedJob job) {
        results.finish(job.lease(), exited(0, "", Jobs.LIMITS));
    }

    private static String tenant(ClaimedJob job) {
        return job.spec().placement().tenant();
    }

    private static List<JobId> ids(Stream<ClaimedJob> jobs) {
        return jobs.map(job -> job.lease().job()).toList();
    }

    /** How many were claimed before the nth of that tenant. */
    private static int place(List<String> order, String tenant, int nth) {
        return IntStream.range(0, order.size())
                .filter(i -> order.get(i).equals(tenant))
                .skip(nth)
                .findFirst()
                .orElse(Integer.MAX_VALUE);
    }

    private static void atOnce(int threads, Callable<Void> work) throws Exception {
        try (var executor = Executors.newFixedThreadPool(threads)) {
            for (var done :
                    executor.invokeAll(Stream.generate(() -> work).limit(threads).toList())) {
                done.get();
            }
        }
    }

    private void sql(String statement) throws SQLException {
        try (var connection = dataSource.getConnection();
                var s = connection.createStatement()) {
            s.execute(statement);
        }
    }

    private int one(String query) throws SQLException {
        try (var connection = dataSource.getConnection();
                var s = connection.createStatement();
                var row = s.executeQuery(query)) {
            row.next();
            return row.getInt(1);
        }
    }
}
