package dev.kiln.poll;

import static dev.kiln.sandbox.ScriptedSandbox.exited;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.kiln.job.JobId;
import dev.kiln.store.CancelStore;
import dev.kiln.store.ClaimStore;
import dev.kiln.store.ResultStore;
import dev.kiln.store.SubmissionStore;
import dev.kiln.store.WorkerStore;
import dev.kiln.testing.Jobs;
import dev.kiln.testing.KilnProcess;
import dev.kiln.testing.StoreProfile;
import dev.kiln.testing.Workers;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.Vertx;
import jakarta.inject.Inject;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server in a process of its own for which ten thousand wait; the jobs end in this one. {@code
 * ./kiln bench waiters} measures what they cost.
 */
@QuarkusTest
@TestProfile(StoreProfile.class)
@Timeout(400)
class WaitersIT {
    private static final int WAITERS = 10_000;
    private static final int JOBS = 200;

    /** For all of them and the server itself. */
    private static final String HEAP = "-Xmx224m";

    /** What both processes open besides. */
    private static final int OTHER_FILES = 2_000;

    /** For its claim, its result, its cancel and the hints of them. */
    private static final long STATEMENTS_A_JOB = 10;

    private static final Duration LEASE = Duration.ofMinutes(10);

    /** Each look is a transaction itself. */
    private static final Duration LOOK = Duration.ofSeconds(1);

    /** Transactions that a look makes, and what else looks at an idle database. */
    private static final int LOOKS = 5;

    private static final Duration PATIENCE = Duration.ofSeconds(120);

    @ConfigProperty(name = "quarkus.datasource.jdbc.url")
    String url;

    @ConfigProperty(name = "quarkus.datasource.username")
    String username;

    @ConfigProperty(name = "quarkus.datasource.password")
    String password;

    @Inject Vertx vertx;
    @Inject SubmissionStore submissions;
    @Inject ClaimStore claims;
    @Inject WorkerStore workers;
    @Inject ResultStore results;
    @Inject CancelStore cancels;
    @Inject AgroalDataSource dataSource;
    @TempDir Path logs;

    @BeforeEach
    @AfterEach
    void empty() throws SQLException {
        try (var connection = dataSource.getConnection();
                var statement = connection.createStatement()) {
            statement.execute("truncate job cascade");
        }
    }

    @Test
    void ten_thousand_wait_in_bounded_memory_and_each_hears_of_its_job_s_end_by_two_looks()
            throws Exception {
        requireFiles();
        var jobs = Stream.generate(() -> Jobs.python("pass")).limit(JOBS).toList();
        submissions.insert(jobs);
        List<JobId> ids = jobs.stream().map(job -> job.id()).toList();
        long before = settledTransactions();
        int asked;
        Set<JobId> finished = new HashSet<>();
        try (var small = smallServer().awaitReady();
                var crowd = new Crowd(vertx, small.url(), WAITERS)) {
            crowd.add(
                    Collections.nCopies(WAITERS / JOBS, ids).stream()
                            .flatMap(List::stream)
                            .toList());
            await("each was looked for once")
                    .atMost(PATIENCE)
                    .pollInterval(LOOK)
                    .until(() -> transactions() - before >= WAITERS);
            assertThat(crowd.answers()).as("before any job has ended").isEmpty();

            finished.addAll(finishHalf());
            ids.stream().filter(id -> !finished.contains(id)).forEach(cancels::cancel);
            await().atMost(PATIENCE)
                    .failFast("the server ran out of memory", () -> !small.isLive())
                    .until(() -> crowd.answered() >= WAITERS);
            for (var answer : crowd.answers()) {
                assertThat(answer).isEqualTo(expected(answer.asked(), finished));
            }
            assertThat(
                            crowd.answers().stream()
                                    .collect(groupingBy(Crowd.Answer::asked, counting())))
                    .hasSize(JOBS)
                    .allSatisfy((_, clients) -> assertThat(clients).isEqualTo(WAITERS / JOBS));
            asked = crowd.asked();
            assertThat(small.output()).noneMatch(line -> line.contains("OutOfMemoryError:"));
        }
        assertThat(asked).as("requests").isLessThan(3 * WAITERS);
        // A connection's count is whole when it has ended, as those of the server have.
        await().atMost(PATIENCE)
                .pollInterval(LOOK)
                .until(() -> transactions() - before >= 2L * WAITERS);
        assertThat(transactions() - before)
                .as("statements, of %d requests", asked)
                .isLessThan(2L * asked + STATEMENTS_A_JOB * JOBS);
    }

    private static void requireFiles() {
        var host = (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        assertThat(host.getMaxFileDescriptorCount())
                .as("open files that a process may have: raise the hard limit (ulimit -Hn)")
                .isGreaterThan(WAITERS + OTHER_FILES);
    }

    private Set<JobId> finishHalf() {
        Set<JobId> finished = new HashSet<>();
        for (var claimed : Workers.claim(workers, claims, JOBS / 2, LEASE)) {
            JobId id = claimed.lease().job();
            results.finish(claimed.lease(), exited(0, "of " + id, Jobs.LIMITS));
            finished.add(id);
        }
        assertThat(finished).hasSize(JOBS / 2);
        return finished;
    }

    private static Crowd.Answer expected(JobId id, Set<JobId> finished) {
        return finished.contains(id)
                ? new Crowd.Answer(id, id.toString(), "FINISHED", "of " + id)
                : new Crowd.Answer(id, id.toString(), "CANCELLED", "");
    }

    /** On the database of this process, where nothing happens by itself. */
    private KilnProcess smallServer() {
        return KilnProcess.start(
                logs.resolve("small"),
                Map.of(
                        "JAVA_TOOL_OPTIONS",
                        // What does not fit ends the process, and does not hang it.
                        HEAP + " -XX:+ExitOnOutOfMemoryError",
                        "KILN_ROLES",
                        "api",
                        "KILN_CLAIM_SWEEP",
                        "1h",
                        "KILN_CLAIM_TURNS",
                        "1h",
                        "QUARKUS_DATASOURCE_JDBC_URL",
                        url,
                        "QUARKUS_DATASOURCE_USERNAME",
                        username,
                        "QUARKUS_DATASOURCE_PASSWORD",
                        password));
    }

    /**
     * Those of the tests before too, whose connections are still open and tell seconds later: a
     * connection's count is whole when it has ended.
     */
    private long settledTransactions() {
        dataSource.flush(AgroalDataSource.FlushMode.ALL);
        var last = new long[1];
        await().atMost(PATIENCE)
                .pollInterval(LOOK)
                .until(
                        () -> {
                            long before = last[0];
                            last[0] = transactions();
                            return last[0] - before <= LOOKS;
                        });
        return last[0];
    }

    /** That were made on this database, as far as its connections have told. */
    private long transactions() throws SQLException {
        try (var connection = dataSource.getConnection();
                var statement = connection.createStatement();
                var row =
                        statement.executeQuery(
                                "select xact_commit + xact_rollback from pg_stat_database where datname = current_database()")) {
            row.next();
            return row.getLong(1);
        }
    }
}
