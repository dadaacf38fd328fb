package dev.kiln.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kiln.job.Capabilities;
import dev.kiln.job.ClaimedJob;
import dev.kiln.job.JobId;
import dev.kiln.job.JobSpec;
import dev.kiln.job.Lack;
import dev.kiln.job.Limits;
import dev.kiln.job.Needs;
import dev.kiln.job.Placement;
import dev.kiln.job.Program;
import dev.kiln.job.Submission;
import dev.kiln.testing.Jobs;
import dev.kiln.testing.StoreProfile;
import dev.kiln.testing.Workers;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which worker gets which job, and what is said of a job that none gets; on a real PostgreSQL. */
@QuarkusTest
@TestProfile(StoreProfile.class)
class MatchingIT {
    private static final Duration LEASE = Duration.ofSeconds(20);
    private static final long GIB = 1L << 30;
    private static final Needs NETWORK = new Needs(null, true);
    private static final Needs RUBY = new Needs("acme/ruby:3", false);

    @Inject SubmissionStore submissions;
    @Inject ClaimStore claims;
    @Inject WorkerStore workers;
    @Inject DemandStore demands;
    @Inject AgroalDataSource dataSource;

    @BeforeEach
    void empty() throws SQLException {
        sql("truncate job, worker cascade");
    }

    @Test
    void a_worker_gets_the_jobs_of_its_languages_and_leaves_the_others_to_others() {
        var node = submit("node", Needs.NOTHING, GIB, 1);
        var python = submit("python", Needs.NOTHING, GIB, 1);
        register(Workers.of("p", "python"));
        register(Workers.of("n", "node"));
        assertThat(claim("p", 10, 64 * GIB)).containsExactly(python);
        assertThat(claim("n", 10, 64 * GIB)).containsExactly(node);
    }

    @Test
    void a_job_that_needs_a_network_goes_where_there_is_one() {
        var job = submit("python", NETWORK, GIB, 1);
        register(Workers.of("without", "python"));
        register(Workers.with("with", can(Set.of(), true, 4, 8 * GIB)));
        assertThat(claim("without", 10, 64 * GIB)).isEmpty();
        assertThat(claim("with", 10, 8 * GIB)).containsExactly(job);
    }

    @Test
    void a_job_with_an_image_of_its_own_goes_where_that_is() {
        var job = submit("python", RUBY, GIB, 1);
        register(Workers.of("without", "python"));
        register(Workers.with("with", can(Set.of("acme/ruby:3"), false, 4, 8 * GIB)));
        assertThat(claim("without", 10, 64 * GIB)).isEmpty();
        assertThat(claim("with", 10, 8 * GIB)).containsExactly(job);
    }

    @Test
    void a_job_goes_only_where_its_processors_and_its_memory_can_be_given() {
        var wide = submit("python", Needs.NOTHING, GIB, 3.5);
        var large = submit("python", Needs.NOTHING, 4 * GIB, 1);
        var plain = submit("python", Needs.NOTHING, 3 * GIB, 3);
        register(Workers.with("narrow", can(Set.of(), false, 3, 4 * GIB - 1)));
        assertThat(claim("narrow", 10, 64 * GIB)).containsExactly(plain);
        register(Workers.with("exact", can(Set.of(), false, 4, 4 * GIB)));
        assertThat(claim("exact", 10, 64 * GIB)).containsExactly(wide, large);
    }

    @Test
    void who_is_not_registered_or_is_cordoned_gets_nothing() {
        var job = submit("python", Needs.NOTHING, GIB, 1);
        assertThat(claim("w", 1, GIB)).isEmpty();
        register(Workers.of("w", "python"));
        assertThat(workers.cordon("w", true)).isTrue();
        assertThat(claim("w", 1, GIB)).isEmpty();
        assertThat(register(Workers.of("w", "python"))).as("still cordoned").isTrue();
        assertThat(workers.cordon("w", false)).isTrue();
        assertThat(claim("w", 1, GIB)).containsExactly(job);
    }

    @Test
    void only_a_live_worker_can_be_cordoned() throws Exception {
        register(Workers.of("w", "python"));
        assertThat(workers.cordon("nobody", true)).isFalse();
        die("w");
        assertThat(workers.cordon("w", true)).isFalse();
    }

    @Test
    void a_cordon_outlasts_an_outage_in_which_the_row_was_deleted() {
        register(Workers.of("w", "python"));
        workers.unregister("w");
        assertThat(workers.register(Workers.of("w", "python"), LEASE, true)).isTrue();
    }

    @Test
    void demands_are_served_in_the_order_of_their_jobs() {
        register(Workers.of("w", "python", "node"));
        var first = submit("python", Needs.NOTHING, GIB, 1);
        var second = submit("node", Needs.NOTHING, GIB, 1);
        var third = submit("python", Needs.NOTHING, 2 * GIB, 1);
        var fourth = submit("node", Needs.NOTHING, GIB, 1);
        assertThat(claim("w", 3, 64 * GIB)).containsExactly(first, second, third);
        assertThat(claim("w", 3, 64 * GIB)).containsExactly(fourth);
    }

    @Test
    void no_more_is_claimed_than_fits_into_the_free_memory() {
        register(Workers.of("w", "python"));
        var first = submit("python", Needs.NOTHING, 2 * GIB, 1);
        var second = submit("python", Needs.NOTHING, 2 * GIB, 1);
        submit("python", Needs.NOTHING, 2 * GIB, 1);
        assertThat(claim("w", 10, 4 * GIB)).containsExactly(first, second);
        assertThat(claim("w", 10, 2 * GIB - 1)).isEmpty();
    }

    @Test
    void a_large_job_at_the_head_keeps_the_memory_that_small_ones_behind_it_would_take() {
        register(Workers.of("w", "python"));
        var large = submit("python", Needs.NOTHING, 4 * GIB, 1);
        var small = submit("python", Needs.NOTHING, GIB, 1);
        assertThat(claim("w", 10, 3 * GIB)).isEmpty();
        assertThat(claim("w", 10, 5 * GIB)).containsExactly(large, small);
    }

    @Test
    void a_job_too_large_for_a_worker_ever_keeps_nothing_there() {
        submit("python", Needs.NOTHING, 4 * GIB, 1);
        var small = submit("python", Needs.NOTHING, GIB, 1);
        register(Workers.with("w", can(Set.of(), false, 4, 3 * GIB)));
        assertThat(claim("w", 10, 3 * GIB)).containsExactly(small);
    }

    @Test
    void a_job_that_no_live_worker_can_run_says_what_is_lacking() throws Exception {
        var node = submit("node", Needs.NOTHING, GIB, 1);
        var online = submit("python", NETWORK, GIB, 1);
        var ruby = submit("python", RUBY, GIB, 1);
        var large = submit("python", Needs.NOTHING, 8 * GIB, 2.5);
        var plain = submit("python", Needs.NOTHING, GIB, 1);
        assertThat(demands.unmet(plain)).contains("no worker is alive");

        register(Workers.with("w", can(Set.of(), false, 4, 4 * GIB)));
        assertThat(demands.unmet(node)).contains("no live worker runs language node");
        assertThat(demands.unmet(online))
                .contains("no live worker runs language python with network");
        assertThat(demands.unmet(ruby))
                .contains("no live worker that could run it has the image acme/ruby:3");
        assertThat(demands.unmet(large))
                .contains(
                        "no live worker that could run it can give a job 8192 MiB of memory and 3 processors");
        assertThat(demands.unmet(plain)).isEmpty();
        assertThat(demands.unrunnable())
                .isEqualTo(
                        Map.of(Lack.LANGUAGE, 1L, Lack.NETWORK, 1L, Lack.IMAGE, 1L, Lack.SIZE, 1L));

        workers.cordon("w", true);
        assertThat(demands.unmet(plain))
                .contains("every live worker that could run it is cordoned");
        register(Workers.inTrouble("w", "python"));
        assertThat(demands.unmet(plain))
                .contains("every live worker that could run it is in trouble");
        register(Workers.of("second", "python"));
        assertThat(demands.unmet(plain)).isEmpty();
        die("w");
        die("second");
        assertThat(demands.unmet(plain)).contains("no worker is alive");
        assertThat(demands.unrunnable()).isEqualTo(Map.of(Lack.WORKER, 5L));
    }

    @Test
    void what_two_workers_have_only_together_is_lacking() {
        var job = submit("node", NETWORK, GIB, 1);
        register(Workers.of("node-without-network", "node"));
        register(Workers.with("python-with-network", can(Set.of(), true, 4, 8 * GIB)));
        assertThat(demands.unmet(job)).contains("no live worker runs language node with network");
    }

    @Test
    void a_job_that_is_not_queued_waits_for_no_worker() {
        var job = submit("python", Needs.NOTHING, GIB, 1);
        register(Workers.of("w", "python"));
        claim("w", 1, GIB);
        workers.unregister("w");
        assertThat(demands.unmet(job)).isEmpty();
        assertThat(demands.unmet(Jobs.id())).isEmpty();
        assertThat(demands.unrunnable()).isEmpty();
    }

    @Test
    void workers_are_listed_with_what_they_said_and_the_dead_are_forgotten_later()
            throws Exception {
        submit("python", Needs.NOTHING, GIB, 1);
        var said = Workers.inTrouble("w", "python");
        register(said);
        claim("w", 1, GIB);
        var listed = workers.list().getFirst();
        assertThat(listed.entry()).isEqualTo(said);
        assertThat(listed.busy()).isEqualTo(1);
        assertThat(listed.live()).isTrue();
        assertThat(listed.silent()).isLessThan(Duration.ofMinutes(1));

        die("w");
        register(Workers.of("other", "python"));
        assertThat(workers.list()).extracting(ListedWorker::live).containsExactly(true, false);
        assertThat(workers.live()).isEqualTo(1);
        sql("update worker set live_until = now() - interval '11 minutes' where id = 'w'");
        register(Workers.of("other", "python"));
        assertThat(workers.list()).extracting(w -> w.entry().id()).containsExactly("other");
    }

    @Test
    void a_claim_reads_only_what_it_may_take_whatever_is_queued_before_it() throws Exception {
        // As it is when a flood meets a queue that was empty until now.
        sql("analyze job");
        queue(120_000, "node", false, GIB / 2);
        queue(40_000, "python", true, GIB / 2);
        queue(40_000, "python", false, 8 * GIB);
        var mine = submit("python", Needs.NOTHING, GIB, 1);
        register(Workers.with("w", can(Set.of(), false, 4, 4 * GIB)));

        assertReadsLittle(explain("w", 2, 4 * GIB));
        sql("analyze job");
        assertReadsLittle(explain("w", 2, 4 * GIB));
        assertThat(claim("w", 2, 4 * GIB)).containsExactly(mine);
        assertThat(demands.unrunnable())
                .isEqualTo(
                        Map.of(Lack.LANGUAGE, 120_000L, Lack.NETWORK, 40_000L, Lack.SIZE, 40_000L));
    }

    @Test
    void a_plan_that_was_made_while_the_queue_was_empty_reads_little_when_it_is_full()
            throws Exception {
        register(Workers.with("w", can(Set.of(), false, 4, 4 * GIB)));
        try (var connection = dataSource.getConnection();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("prepare claim as " + numbered(ClaimStore.CLAIM));
            String execute = "execute claim ('w', 12, 12, %d, 'w', 20000)".formatted(4 * GIB);
            statement.execute(execute);
            connection.commit();
            queue(40_000, "python", false, GIB / 8);

            try (var row =
                    statement.executeQuery("explain (analyze, buffers, format json) " + execute)) {
                row.next();
                var plan = new ObjectMapper().readTree(row.getString(1)).get(0);
                assertReadsLittle(plan);
                assertThat(plan.findParents("Node Type"))
                        .filteredOn(node -> node.get("Node Type").asText().equals("LockRows"))
                        .singleElement()
                        .satisfies(
                                node -> assertThat(node.get("Actual Rows").asInt()).isEqualTo(12));
            } finally {
                connection.rollback();
                statement.execute("deallocate claim");
                connection.setAutoCommit(true);
            }
        }
    }

    @Test
    void what_waits_is_counted_by_indexes_of_its_own_and_no_further_than_asked() throws Exception {
        try (var connection = dataSource.getConnection();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("prepare runnable as " + numbered(QueueStore.RUNNABLE));
            statement.execute("prepare queued as " + numbered(QueueStore.QUEUED));
            // Which keeps the plans of an empty queue.
            statement.execute("execute runnable (100, 100, 100)");
            statement.execute("execute queued ('default', 100)");
            connection.commit();
            queue(40_000, "python", false, GIB / 8);
            submit("python", Needs.NOTHING, GIB, 1);

            for (String execute :
                    List.of(
                            "execute runnable (100, 100, 100)",
                            "execute queued ('default', 100)")) {
                try (var row =
                        statement.executeQuery(
                                "explain (analyze, buffers, format json) " + execute)) {
                    row.next();
                    var plan = new ObjectMapper().readTree(row.getString(1)).get(0);
                    assertThat(plan.findValuesAsText("Index Name"))
                            .isNotEmpty()
                            .isSubsetOf("job_tenant_turn", "job_capped", "job_put_off");
                    assertThat(
                                    plan.at("/Plan/Shared Hit Blocks").asLong()
                                            + plan.at("/Plan/Shared Read Blocks").asLong())
                            .as(execute)
                            .isBetween(1L, 200L);
                }
            }
            connection.rollback();
            statement.execute("deallocate runnable");
            statement.execute("deallocate queued");
            connection.setAutoCommit(true);
        }
    }

    /** As a server numbers its parameters. */
    private static String numbered(String statement) {
        var number = new AtomicInteger();
        return Pattern.compile("\\?")
                .matcher(statement)
                .replaceAll(_ -> "\\$" + number.incrementAndGet());
    }

    /** Measured: some 40 pages of 8 KiB, less than a millisecond; the rows fill thousands. */
    private static void assertReadsLittle(JsonNode plan) {
        assertThat(plan.toString()).doesNotContain("Seq Scan on job", "\"Sort Method\":\"external");
        assertThat(plan.findValues("Node Type").stream().map(JsonNode::asText))
                .contains("Index Scan", "LockRows");
        assertThat(
                        plan.at("/Plan/Shared Hit Blocks").asLong()
                                + plan.at("/Plan/Shared Read Blocks").asLong())
                .isBetween(1L, 400L);
    }

    private void queue(int jobs, String language, boolean network, long memory)
            throws SQLException {
        sql(
                """
                insert into job (id, tenant, language, priority, run_at, memory_bytes, network, turn)
                select gen_random_uuid(), 'default', '%s', 5, now() - interval '1 hour', %d, %b, n
                  from generate_series(1, %d) as n
                """
                        .formatted(language, memory, network, jobs));
    }

    private JsonNode explain(String worker, int most, long memory) throws Exception {
        try (var connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            try (var statement =
                    connection.prepareStatement(
                            "explain (analyze, buffers, format json) " + ClaimStore.CLAIM)) {
                ClaimStore.bind(statement, worker, most, memory, LEASE);
                try (var row = statement.executeQuery()) {
                    row.next();
                    return new ObjectMapper().readTree(row.getString(1)).get(0);
                }
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        }
    }

    private static Capabilities can(Set<String> images, boolean network, int cpus, long memory) {
        return new Capabilities(Set.of("python"), images, network, cpus, memory);
    }

    private boolean register(WorkerEntry worker) {
        return workers.register(worker, LEASE, false);
    }

    private List<JobId> claim(String worker, int most, long memory) {
        return claims.claim(worker, most, memory, LEASE).stream()
                .map(ClaimedJob::lease)
                .map(lease -> lease.job())
                .toList();
    }

    private JobId submit(String language, Needs needs, long memory, double cpus) {
        var program =
                new Program(
                        language, new byte[0], new byte[0], List.of(), Map.of(), List.of(), needs);
        var limits = new Limits(Duration.ofSeconds(1), memory, cpus, 10, 0, 1 << 20);
        var placement = new Placement("default", null, 0, Map.of(), null, null);
        Submission job = Jobs.submission(Jobs.id(), new JobSpec(program, limits, placement));
        submissions.insert(List.of(job));
        return job.id();
    }

    private void die(String worker) throws SQLException {
        sql(
                "update worker set live_until = now() - interval '1 second' where id = '%s'"
                        .formatted(worker));
    }

    private void sql(String statement) throws SQLException {
        try (var connection = dataSource.getConnection();
                var s = connection.createStatement()) {
            s.execute(statement);
        }
    }
}
