package dev.kiln.event;

import static dev.kiln.sandbox.ScriptedSandbox.exited;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kiln.job.Lease;
import dev.kiln.store.BatchStore;
import dev.kiln.store.ClaimStore;
import dev.kiln.store.LeaseStore;
import dev.kiln.store.ResultStore;
import dev.kiln.store.RetryStore;
import dev.kiln.store.SubmissionStore;
import dev.kiln.store.WorkerStore;
import dev.kiln.testing.Jobs;
import dev.kiln.testing.KilnProcess;
import dev.kiln.testing.Servers;
import dev.kiln.testing.StoreProfile;
import dev.kiln.testing.Topics;
import dev.kiln.testing.Workers;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two relays in processes of their own, one of which is killed, on a real broker and PostgreSQL.
 */
@QuarkusTest
@TestProfile(StoreProfile.class)
class RelaysIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration LEASE = Duration.ofMinutes(5);
    private static final int ROUNDS = 12;
    private static final int JOBS = 50;

    @Inject SubmissionStore submissions;
    @Inject ClaimStore claims;
    @Inject WorkerStore workers;
    @Inject LeaseStore leases;
    @Inject ResultStore results;
    @Inject RetryStore retries;
    @Inject BatchStore batches;
    @Inject AgroalDataSource dataSource;
    @TempDir Path logs;

    /** What other tests left would join the first batch. */
    @BeforeEach
    void empty() throws SQLException {
        try (var connection = dataSource.getConnection();
                var statement = connection.createStatement()) {
            statement.execute("truncate job, batch cascade");
        }
    }

    @Test
    void every_event_arrives_and_each_jobs_in_their_order_though_one_relay_is_killed()
            throws Exception {
        Map<String, List<String>> expected = new LinkedHashMap<>();
        var first = relay("first").awaitReady();
        try (var second = relay("second").awaitReady()) {
            for (int round = 0; round < ROUNDS; round++) {
                endJobs(expected);
                closeBatch("r" + round);
                if (round == ROUNDS / 2) {
                    first.kill();
                }
            }
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> outbox() == 0);
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> unannounced() == 0);
            assertThat(second.isReady()).isTrue();
        }
        Map<String, Set<String>> delivered = delivered(expected.keySet());
        assertThat(delivered).hasSize(expected.size());
        // A set in the order of first deliveries: what the killed relay left is sent once more.
        expected.forEach(
                (job, ends) -> assertThat(List.copyOf(delivered.get(job))).as(job).isEqualTo(ends));
        assertBatchesComplete();
    }

    /** What is in no batch yet becomes one that is whole, in the moment in which it is complete. */
    private void closeBatch(String name) throws SQLException {
        try (var connection = dataSource.getConnection();
                var s = connection.createStatement()) {
            s.execute("insert into batch (tenant, name) values ('default', '%s')".formatted(name));
            s.execute("update job set batch = '%s' where batch is null".formatted(name));
        }
        batches.close("default", name);
    }

    private static void assertBatchesComplete() throws Exception {
        Map<String, Set<String>> told = new LinkedHashMap<>();
        try (var topics = new Topics(Servers.bootstrapServers())) {
            for (var record :
                    topics.all(
                            "kiln.completions",
                            r -> r.key().startsWith("default/r"),
                            Duration.ofSeconds(5))) {
                told.computeIfAbsent(record.key(), _ -> new LinkedHashSet<>()).add(record.value());
            }
        }
        assertThat(told).hasSize(ROUNDS);
        // What the killed one had not marked is told again, word for word.
        assertThat(told.values()).allSatisfy(events -> assertThat(events).hasSize(1));
        assertThat(JSON.readTree(told.get("default/r0").iterator().next()).at("/data/jobs").asInt())
                .isEqualTo(JOBS);
    }

    /** Half of them finish; the others are abandoned, retried at once, and finish then. */
    private void endJobs(Map<String, List<String>> expected) {
        submissions.insert(
                IntStream.range(0, JOBS).mapToObj(i -> Jobs.python("pass #" + i)).toList());
        for (Lease lease : claim()) {
            var id = lease.job();
            var ends = expected.computeIfAbsent(id.toString(), _ -> new ArrayList<>());
            if (ends.isEmpty() && expected.size() % 2 == 0) {
                leases.abandon(lease, LeaseStore.By.HOLDER, "died", "gave up");
                ends.add(id + "/" + lease.epoch() + " ABANDONED");
                retries.retry(List.of(id));
            } else {
                finish(lease, ends);
            }
        }
        for (Lease again : claim()) {
            finish(again, expected.get(again.job().toString()));
        }
    }

    private void finish(Lease lease, List<String> ends) {
        results.finish(lease, exited(0, "", Jobs.LIMITS));
        ends.add(lease.job() + "/" + lease.epoch() + " FINISHED");
    }

    private List<Lease> claim() {
        return Workers.claim(workers, claims, JOBS, LEASE).stream().map(c -> c.lease()).toList();
    }

    private static Map<String, Set<String>> delivered(Set<String> jobs) throws Exception {
        Map<String, Set<String>> delivered = new LinkedHashMap<>();
        try (var topics = new Topics(Servers.bootstrapServers())) {
            for (var record :
                    topics.all(
                            "kiln.completions",
                            r -> jobs.contains(r.key()),
                            Duration.ofSeconds(5))) {
                var event = JSON.readTree(record.value());
                delivered
                        .computeIfAbsent(record.key(), _ -> new LinkedHashSet<>())
                        .add(event.at("/id").asText() + " " + event.at("/data/state").asText());
            }
        }
        return delivered;
    }

    private KilnProcess relay(String name) {
        return KilnProcess.start(
                logs.resolve(name),
                Map.of(
                        "KILN_ROLES", "relay",
                        "KAFKA_BOOTSTRAP_SERVERS", Servers.bootstrapServers(),
                        "QUARKUS_DATASOURCE_JDBC_URL", setting("url", "jdbc."),
                        "QUARKUS_DATASOURCE_USERNAME", setting("username", ""),
                        "QUARKUS_DATASOURCE_PASSWORD", setting("password", "")));
    }

    private static String setting(String name, String under) {
        return ConfigProvider.getConfig()
                .getValue("quarkus.datasource." + under + name, String.class);
    }

    private int outbox() throws SQLException {
        return count("outbox");
    }

    private int unannounced() throws SQLException {
        return count("batch where announced_at is null");
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
