package dev.kiln.store;

import static dev.kiln.sandbox.ScriptedSandbox.exited;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.job.ClaimedJob;
import dev.kiln.job.JobId;
import dev.kiln.job.Lease;
import dev.kiln.testing.Jobs;
import dev.kiln.testing.StoreProfile;
import dev.kiln.testing.Workers;
import dev.kiln.wire.Json;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the dashboard reads, of a real PostgreSQL. */
@QuarkusTest
@TestProfile(StoreProfile.class)
class DashboardReadsIT {
    @TestHTTPResource("/v1/jobs")
    URI jobs;

    @Inject QueueDepths depths;
    @Inject PaceReader pace;
    @Inject RecentBatches batches;
    @Inject Backlogs backlogs;
    @Inject OutboxStore outbox;
    @Inject JobDetailsReader details;
    @Inject ClaimStore claims;
    @Inject WorkerStore workers;
    @Inject ResultStore results;
    @Inject RetentionStore retention;
    @Inject AgroalDataSource dataSource;

    @BeforeEach
    void empty() throws SQLException {
        execute("truncate job cascade");
        execute("truncate batch, publication, worker");
    }

    @Test
    void the_queue_is_counted_by_tenant_and_priority() throws Exception {
        submit("\"tenant\": \"acme\", \"priority\": 5");
        submit("\"tenant\": \"acme\", \"priority\": 5");
        submit("\"tenant\": \"acme\"");
        submit("\"tenant\": \"beta\", \"priority\": -1");
        submit("\"tenant\": \"beta\", \"run_at\": \"2099-01-01T00:00:00Z\"");

        assertThat(depths.read(null))
                .containsExactly(
                        new QueueDepth("acme", 5, 2, false),
                        new QueueDepth("acme", 0, 1, false),
                        new QueueDepth("beta", -1, 1, false));
        assertThat(depths.read("beta")).containsExactly(new QueueDepth("beta", -1, 1, false));
        assertThat(depths.read("nobody")).isEmpty();
    }

    @Test
    void results_are_counted_by_minute_with_how_long_their_jobs_took() throws Exception {
        for (int i = 0; i < 4; i++) {
            submit("");
        }
        Instant minute = Instant.now().truncatedTo(ChronoUnit.MINUTES).minusSeconds(600);
        int seconds = 0;
        for (ClaimedJob claimed : Workers.claim(workers, claims, 4, Duration.ofMinutes(1))) {
            Lease lease = claimed.lease();
            results.finish(lease, exited(0, "", Jobs.LIMITS));
            seconds++;
            execute(
                    "update job set submitted_at = finished_at - interval '%d seconds' where id = '%s'"
                            .formatted(seconds, lease.job()));
        }
        execute("update execution_result set created_at = '%s'".formatted(minute.plusSeconds(3)));

        assertThat(pace.since(minute)).containsExactly(new Pace(minute, 4, 2000, 4000));
        assertThat(pace.since(minute.plusSeconds(60))).isEmpty();
        assertThat(plan(PaceReader.READ.replace("?", "now()")))
                .contains("execution_result_created")
                .doesNotContain("Seq Scan on execution_result", "Seq Scan on job");
    }

    @Test
    void batches_are_those_begun_last_with_how_many_have_ended() throws Exception {
        submit("\"batch\": \"old\"");
        submit("\"batch\": \"new\", \"tenant\": \"acme\", \"batch_size\": 2");
        submit("\"batch\": \"new\", \"tenant\": \"acme\"");
        execute("update batch set created_at = created_at - interval '1 hour' where name = 'old'");
        execute(
                "update job set state = 'CANCELLED', finished_at = now(), turn = null where id = (select id from job where batch = 'new' limit 1)");

        var listed = batches.list(null);
        assertThat(listed).extracting(RecentBatch::name).containsExactly("new", "old");
        assertThat(listed.getFirst().size()).isEqualTo(2);
        assertThat(listed.getFirst().jobs()).isEqualTo(2);
        assertThat(listed.getFirst().live()).isEqualTo(1);
        assertThat(listed.getFirst().closedAt()).isNotNull();
        assertThat(listed.getLast().closedAt()).isNull();
        assertThat(batches.list("default")).extracting(RecentBatch::name).containsExactly("old");
    }

    @Test
    void a_tenants_batches_are_found_behind_any_number_of_those_of_others() throws Exception {
        submit("\"batch\": \"mine\", \"tenant\": \"acme\"");
        execute(
                "insert into batch (tenant, name, created_at) select 'busy', 'b' || n, now() from generate_series(1, 30000) n");
        execute("analyze batch");
        assertThat(batches.list("acme")).extracting(RecentBatch::name).containsExactly("mine");
        assertThat(plan(RecentBatches.OF_ONE.replace("?", "'acme'")))
                .contains("batch_tenant_created")
                .doesNotContain("Seq Scan on batch");
    }

    @Test
    void when_an_event_was_published_is_told_once_the_broker_has_it() throws Exception {
        JobId first = finished();
        JobId second = finished();
        assertThat(detailsOf(first).unpublished()).isTrue();
        assertThat(detailsOf(first).publishedAt()).isNull();
        assertThat(outbox.relay(1, events -> {})).isEqualTo(1);
        assertThat(detailsOf(first).unpublished()).isFalse();
        assertThat(detailsOf(second).publishedAt()).isNull();
        assertThatThrownBy(
                        () ->
                                outbox.relay(
                                        1,
                                        events -> {
                                            throw new IllegalStateException("no broker");
                                        }))
                .hasStackTraceContaining("no broker");
        assertThat(detailsOf(second).publishedAt()).isNull();
        outbox.relay(10, events -> {});

        Instant one = detailsOf(first).publishedAt();
        Instant two = detailsOf(second).publishedAt();
        assertThat(one).isAfter(detailsOf(first).claimedAt());
        assertThat(two).isAfter(one);
        // One row for a group, and those go that are too old.
        JobId third = finished();
        JobId fourth = finished();
        execute("update publication set last_ended = last_ended - interval '8 days'");
        outbox.relay(10, events -> {});
        assertThat(retention.forgetPublications(Duration.ofDays(7), 1)).isEqualTo(1);
        assertThat(retention.forgetPublications(Duration.ofDays(7), 10)).isEqualTo(1);
        assertThat(rows("publication")).isEqualTo(1);
        assertThat(detailsOf(third).publishedAt()).isEqualTo(detailsOf(fourth).publishedAt());
        assertThat(detailsOf(first).publishedAt()).isNull();
    }

    private JobId finished() throws Exception {
        JobId id = submit("");
        for (ClaimedJob claimed : Workers.claim(workers, claims, 4, Duration.ofMinutes(1))) {
            results.finish(claimed.lease(), exited(0, "", Jobs.LIMITS));
        }
        return id;
    }

    private JobDetails detailsOf(JobId id) {
        return details.find(id, 1).orElseThrow();
    }

    @Test
    void the_queue_is_as_old_as_the_next_job_of_its_slowest_line_that_can_be_run()
            throws Exception {
        assertThat(backlogs.read().nextJob()).isZero();
        JobId next = submit("\"priority\": 5");
        JobId behind = submit("\"priority\": 5");
        JobId low = submit("\"priority\": 1");
        // Behind all others by its submitter's wish.
        age(submit("\"priority\": -5"), 2000);
        JobId elsewhere = submit("\"sandbox\": {\"memory_limit\": \"64m\"}, \"priority\": 7");
        age(next, 100);
        age(behind, 900);
        age(low, 300);
        age(elsewhere, 50);
        assertThat(backlogs.read().nextJob()).as("no worker").isZero();
        workers.register(Workers.of("w", "python"), Duration.ofMinutes(5), false);
        assertThat(backlogs.read().nextJob()).isBetween(seconds(300), seconds(400));
        age(elsewhere, 500);
        assertThat(backlogs.read().nextJob()).isBetween(seconds(500), seconds(600));
        execute("update job set run_at = now() + interval '1 hour'");
        assertThat(backlogs.read().nextJob()).isZero();
    }

    @Test
    void webhooks_that_wait_are_counted_and_those_that_are_due_are_late() throws Exception {
        JobId job = submit("");
        execute(
                """
                insert into webhook_delivery (job_id, epoch, tenant, url, host, state, next_at)
                select '%s', n, 'acme', 'https://a/', 'a', case when n > 3 then 'DELIVERED' else 'PENDING' end,
                       now() + interval '1 hour' from generate_series(1, 5) n
                """
                        .formatted(job));
        assertThat(backlogs.read().webhooks()).isEqualTo(3);
        assertThat(backlogs.read().webhooksOverdue()).isZero();
        execute(
                "update webhook_delivery set next_at = now() - interval '7 minutes' where epoch in (2, 5)");
        assertThat(backlogs.read().webhooksOverdue()).isBetween(seconds(420), seconds(520));
    }

    private void age(JobId job, int seconds) throws SQLException {
        execute(
                "update job set run_at = now() - interval '%d seconds' where id = '%s'"
                        .formatted(seconds, job));
    }

    private static Duration seconds(int seconds) {
        return Duration.ofSeconds(seconds);
    }

    private int rows(String table) throws SQLException {
        try (var connection = dataSource.getConnection();
                var statement = connection.createStatement();
                var row = statement.executeQuery("select count(*) from " + table)) {
            row.next();
            return row.getInt(1);
        }
    }

    @Test
    void details_are_cut_where_a_page_ends_and_say_how_much_there_is() throws Exception {
        JobId id = submit("\"stdin\": \"12345\", \"args\": [\"a\", \"b\"]");
        var found = details.find(id, 3).orElseThrow();
        assertThat(new String(found.code(), StandardCharsets.UTF_8)).isEqualTo("pas");
        assertThat(found.codeBytes()).isEqualTo(4);
        assertThat(new String(found.stdin(), StandardCharsets.UTF_8)).isEqualTo("123");
        assertThat(found.stdinBytes()).isEqualTo(5);
        assertThat(found.args()).containsExactly("a", "b");
        assertThat(found.limits().wall()).isEqualTo(Duration.ofSeconds(30));
        assertThat(found.unpublished()).isFalse();
        assertThat(details.find(Jobs.id(), 3)).isEmpty();
    }

    /** A Python program with these members besides. */
    private JobId submit(String members) throws Exception {
        String document =
                "{\"language\": \"python\", \"code\": \"pass\"%s}"
                        .formatted(members.isEmpty() ? "" : ", " + members);
        try (var http = HttpClient.newHttpClient()) {
            var answer =
                    http.send(
                            HttpRequest.newBuilder(jobs)
                                    .header("Content-Type", "application/json")
                                    .POST(BodyPublishers.ofString(document))
                                    .build(),
                            BodyHandlers.ofByteArray());
            assertThat(answer.statusCode()).isEqualTo(202);
            return JobId.parse(Json.ofBytes(answer.body()).at("/id").asText());
        }
    }

    private String plan(String sql) throws SQLException {
        var plan = new StringBuilder();
        try (var connection = dataSource.getConnection();
                var statement = connection.createStatement();
                var row = statement.executeQuery("explain " + sql)) {
            while (row.next()) {
                plan.append(row.getString(1)).append('\n');
            }
        }
        return plan.toString();
    }

    private void execute(String sql) throws SQLException {
        try (var connection = dataSource.getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
