package dev.kiln.cli.bench.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.cli.bench.queue.QueueFill.Where;
import dev.kiln.job.JobSpec;
import dev.kiln.job.Limits;
import dev.kiln.job.Placement;
import dev.kiln.job.Program;
import dev.kiln.job.Submission;
import dev.kiln.store.ClaimProbe;
import dev.kiln.store.ClaimStore;
import dev.kiln.store.SubmissionStore;
import dev.kiln.store.TenantCapStore;
import dev.kiln.store.TenantCapStore.Cap;
import dev.kiln.store.WorkerStore;
import dev.kiln.testing.Jobs;
import dev.kiln.testing.StoreProfile;
import dev.kiln.testing.Workers;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a claim costs, counted and not timed, in a queue that is filled as {@code ./kiln bench
 * claim} fills it; on a real PostgreSQL.
 */
@QuarkusTest
@TestProfile(StoreProfile.class)
class ClaimCostIT {
    private static final String WORKER = "w";
    private static final int SIZE = 8;
    private static final int ROWS = 20_000;
    private static final Duration LEASE = Duration.ofSeconds(20);

    /**
     * Of 8 KiB, for eight jobs: the table of the jobs has a thousand, and four with their indexes.
     */
    private static final long PAGES = 400;

    /**
     * All of a row that is not chance: ids, moments, and the hash of a body that was never sent.
     */
    private static final String CONTENT =
            """
            select (to_jsonb(j) - array['id', 'run_at', 'submitted_at'] || jsonb_build_object('due', j.run_at <= now())
                    || (to_jsonb(p) - array['job_id', 'body_hash']))::text
              from job j join job_payload p on p.job_id = j.id order by 1
            """;

    @Inject SubmissionStore submissions;
    @Inject TenantCapStore caps;
    @Inject WorkerStore workers;
    @Inject ClaimStore claims;
    @Inject AgroalDataSource dataSource;

    /** After each too: other tests would claim thousands before their own. */
    @BeforeEach
    @AfterEach
    void empty() throws SQLException {
        sql("truncate job, worker, tenant_cap cascade");
    }

    @ParameterizedTest
    @EnumSource(Where.class)
    void rows_are_filled_in_as_submissions_make_them(Where where) throws Exception {
        int tenants = 3;
        if (where == Where.BEYOND_A_CAP) {
            IntStream.range(0, tenants).forEach(i -> caps.set(new Cap("t" + i, 1)));
        }
        var submitted = new ArrayList<List<String>>();
        for (int jobs : List.of(24, 6)) {
            submissions.insert(submissions(where, tenants, jobs));
            submitted.add(content());
            take();
        }
        sql("truncate job cascade");
        var filled = new ArrayList<List<String>>();
        for (int jobs : List.of(24, 6)) {
            fill(new QueueFill(jobs, tenants, 0, where));
            filled.add(content());
            take();
        }
        assertThat(submitted.getFirst()).hasSize(24).first().asString().contains(QueueFill.DEMAND);
        assertThat(filled).isEqualTo(submitted);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 1000})
    void a_claim_reads_a_few_pages_of_one_index_and_no_row_that_it_does_not_take(int tenants)
            throws Exception {
        register();
        fill(QueueFill.inLine(ROWS, tenants));
        assertReadsLittle("that nobody has analyzed");
        sql("analyze job");
        assertReadsLittle("that was analyzed");
        fill(new QueueFill(ROWS / 2, tenants, 0, Where.PUT_OFF));
        fill(new QueueFill(ROWS / 2, tenants, 0, Where.BEYOND_A_CAP));
        assertReadsLittle("beside jobs that are not in the line");
    }

    @Test
    void jobs_at_the_head_that_wait_for_another_attempt_are_passed_over_within_the_index()
            throws Exception {
        register();
        fill(QueueFill.inLine(ROWS, 1000));
        sql(
                """
                update job set epoch = 1, attempt = 1, reason = 'gone', run_at = now() + interval '1 hour'
                 where id = any (array(select id from job order by turn, id limit 2000))""");
        // Without the entries of before the update, of which the first scan alone reads the rows.
        sql("vacuum (index_cleanup on) job");
        assertReadsLittle("behind two thousand");
    }

    @Test
    void a_claim_is_one_statement_however_many_wait() throws Exception {
        register();
        fill(QueueFill.inLine(2_000, 1000));
        List<String> calls = new ArrayList<>();
        try (var connection = dataSource.getConnection()) {
            var probe = probe(recording(connection, calls));
            calls.clear();
            assertThat(probe.claim()).isEqualTo(SIZE);
            connection.rollback();
            connection.setAutoCommit(true);
        }
        assertThat(calls).containsExactly("prepareStatement", "executeQuery");
    }

    private void assertReadsLittle(String queue) throws Exception {
        try (var connection = dataSource.getConnection()) {
            var plan = ClaimPlan.of(probe(connection).explain(ClaimProbe.Format.JSON));
            connection.setAutoCommit(true);
            assertThat(plan.scans())
                    .as("a queue %s", queue)
                    .contains("Index Scan job_ready")
                    .isSubsetOf(
                            "Index Scan job_ready",
                            "Index Only Scan job_ready",
                            "Index Scan job_pkey",
                            // Of the ids alone that are taken.
                            "Bitmap Index Scan job_pkey",
                            "Index Scan job_payload_pkey",
                            "Index Scan worker_pkey");
            assertThat(plan.locked()).as("jobs locked in a queue %s", queue).isEqualTo(SIZE);
            assertThat(plan.sorted()).as("rows sorted").isLessThanOrEqualTo(SIZE);
            assertThat(plan.buffers()).as("pages of a queue %s", queue).isBetween(1L, PAGES);
        }
    }

    private static ClaimProbe probe(Connection connection) throws SQLException {
        return new ClaimProbe(connection, WORKER, SIZE, 2 * SIZE * QueueFill.MEMORY, LEASE);
    }

    /** The same connection, which writes down what is sent by it. */
    private static Connection recording(Connection connection, List<String> calls) {
        return (Connection) recording(Connection.class, connection, calls);
    }

    private static Object recording(Class<?> type, Object target, List<String> calls) {
        return Proxy.newProxyInstance(
                ClaimCostIT.class.getClassLoader(),
                new Class<?>[] {type},
                (_, method, arguments) -> {
                    String name = method.getName();
                    if (name.startsWith("prepare") || name.startsWith("execute")) {
                        calls.add(name);
                    }
                    try {
                        Object made = method.invoke(target, arguments);
                        boolean statement =
                                Statement.class.isAssignableFrom(method.getReturnType());
                        return statement ? recording(method.getReturnType(), made, calls) : made;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    /** As many of each tenant, those of one after those of another, as the rows are filled in. */
    private static List<Submission> submissions(Where where, int tenants, int jobs) {
        return IntStream.range(0, jobs)
                .mapToObj(i -> submission(where, "t" + i * tenants / jobs))
                .toList();
    }

    private static Submission submission(Where where, String tenant) {
        var runAt = where == Where.PUT_OFF ? Instant.now().plusSeconds(86_400) : null;
        int priority = where == Where.IN_LINE ? 0 : 9;
        return Jobs.submission(
                Jobs.id(),
                new JobSpec(
                        Program.of("scripted", "exit 0"),
                        new Limits(
                                Duration.ofSeconds(30),
                                QueueFill.MEMORY,
                                1,
                                50,
                                1 << 20,
                                64L << 20),
                        new Placement(tenant, null, priority, Map.of(), runAt, null)));
    }

    private void fill(QueueFill fill) throws SQLException {
        try (var connection = dataSource.getConnection()) {
            fill.into(connection);
        }
    }

    private void register() {
        workers.register(Workers.of(WORKER, "scripted"), LEASE, false);
    }

    /** The first jobs are gone, and with them their turns: what comes then begins at the head. */
    private void take() throws SQLException {
        sql(
                """
                delete from job where id = any (array(
                    select id from job where turn is not null order by turn, id limit 9))""");
    }

    private List<String> content() throws SQLException {
        try (var connection = dataSource.getConnection();
                var statement = connection.createStatement();
                var row = statement.executeQuery(CONTENT)) {
            List<String> content = new ArrayList<>();
            while (row.next()) {
                content.add(row.getString(1));
            }
            return content;
        }
    }

    private void sql(String statement) throws SQLException {
        try (var connection = dataSource.getConnection();
                var s = connection.createStatement()) {
            s.execute(statement);
        }
    }
}
