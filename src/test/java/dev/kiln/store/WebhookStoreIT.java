package dev.kiln.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.testing.StoreProfile;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who posts which event when, against a real PostgreSQL. */
@QuarkusTest
@TestProfile(StoreProfile.class)
class WebhookStoreIT {
    private static final Duration LEASE = Duration.ofMinutes(1);

    @Inject WebhookStore webhooks;
    @Inject AgroalDataSource dataSource;

    @BeforeEach
    void empty() throws SQLException {
        sql("truncate job cascade");
    }

    @Test
    void each_host_gets_what_it_has_free_and_all_together_no_more_than_asked() throws Exception {
        ended("a.example", 40);
        ended("b.example", 3);
        ended("c.example", 1);
        var first = webhooks.claim(32, 2, Map.of(), LEASE);
        assertThat(first)
                .extracting(DueWebhook::host)
                .containsExactlyInAnyOrder(
                        "a.example", "a.example", "b.example", "b.example", "c.example");
        assertThat(webhooks.claim(32, 2, Map.of("a.example", 2, "b.example", 1), LEASE))
                .extracting(DueWebhook::host)
                .containsExactly("b.example");
        assertThat(webhooks.claim(3, 10, Map.of("b.example", 20), LEASE)).hasSize(3);
    }

    @Test
    void two_at_once_begin_nothing_twice() throws Exception {
        ended("a.example", 300);
        List<Long> begun = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var all =
                    threads.invokeAll(
                            IntStream.range(0, 4)
                                    .<Callable<List<Long>>>mapToObj(_ -> this::claimAll)
                                    .toList());
            for (var own : all) {
                begun.addAll(own.get());
            }
        }
        assertThat(begun).hasSize(300).doesNotHaveDuplicates();
    }

    private List<Long> claimAll() throws SQLException {
        List<Long> begun = new ArrayList<>();
        while (count("webhook_delivery where attempts = 0") > 0) {
            webhooks.claim(10, 10, Map.of(), LEASE).forEach(due -> begun.add(due.delivery()));
        }
        return begun;
    }

    @Test
    void an_attempt_without_a_word_is_lost_and_its_late_answer_counts_for_nothing()
            throws Exception {
        ended("a.example", 1);
        var lost = webhooks.claim(1, 1, Map.of(), LEASE).getFirst();
        assertThat(webhooks.claim(1, 1, Map.of(), LEASE)).isEmpty();
        sql("update webhook_delivery set next_at = now()");
        var again = webhooks.claim(1, 1, Map.of(), LEASE).getFirst();
        assertThat(again.delivery()).isEqualTo(lost.delivery());
        assertThat(again.attempt()).isEqualTo(2);
        assertThat(again.event()).isEqualTo(lost.event());

        webhooks.failed(lost, 500, "late", null);
        assertThat(state()).isEqualTo("PENDING");
        webhooks.delivered(again, 200);
        assertThat(state()).isEqualTo("DELIVERED");
        webhooks.failed(again, null, "too late", Duration.ZERO);
        assertThat(state()).isEqualTo("DELIVERED");
    }

    private void ended(String host, int jobs) throws SQLException {
        sql(
                """
                insert into job (id, tenant, language, priority, run_at, memory_bytes, webhook)
                select gen_random_uuid(), 'acme', 'python', 0, now(), 1, 'https://%s:8443/in?x'
                  from generate_series(1, %d)"""
                        .formatted(host, jobs));
        sql("update job set state = 'CANCELLED', finished_at = now() where finished_at is null");
    }

    private String state() throws SQLException {
        try (var connection = dataSource.getConnection();
                var s = connection.createStatement();
                var row = s.executeQuery("select state from webhook_delivery")) {
            row.next();
            return row.getString(1);
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

    private void sql(String statement) throws SQLException {
        try (var connection = dataSource.getConnection();
                var s = connection.createStatement()) {
            s.execute(statement);
        }
    }
}
