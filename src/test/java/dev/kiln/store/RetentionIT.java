package dev.kiln.store;

import static dev.kiln.sandbox.ScriptedSandbox.exited;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kiln.job.Aftercare;
import dev.kiln.job.JobId;
import dev.kiln.job.JobSpec;
import dev.kiln.job.Lease;
import dev.kiln.job.Submission;
import dev.kiln.store.SubmissionStore.Outcome;
import dev.kiln.testing.Jobs;
import dev.kiln.testing.StoreProfile;
import dev.kiln.testing.Workers;
import dev.kiln.wire.Json;
import dev.kiln.wire.WireJson;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is removed when, and what is then said of it, against a real PostgreSQL. */
@QuarkusTest
@TestProfile(StoreProfile.class)
class RetentionIT {
    private static final Duration LEASE = Duration.ofMinutes(5);
    private static final int BATCH = 200;

    @TestHTTPResource("/")
    URI server;

    @Inject RetentionStore retention;
    @Inject BatchStore batches;
    @Inject SubmissionStore submissions;
    @Inject ClaimStore claims;
    @Inject WorkerStore workers;
    @Inject ResultStore results;
    @Inject LeaseStore leases;
    @Inject RetryStore retries;
    @Inject RejectionStore rejections;
    @Inject JobReader reader;
    @Inject AgroalDataSource dataSource;

    @BeforeEach
    void empty() throws SQLException {
        sql("truncate job, rejected, retired_id, batch cascade");
    }

    @Test
    void a_job_is_kept_for_its_ttl_after_its_end_and_then_removed_with_all_it_had()
            throws Exception {
        var brief = kept(Duration.ofHours(1), "pass # 1");
        var lasting = kept(Duration.ofHours(3), "pass # 2");
        submissions.insert(List.of(brief));
        submissions.insert(List.of(lasting));
        assertThat(json(get("v1/jobs/" + brief.id())).at("/expires_at").isNull()).isTrue();
        finishAll();
        assertThat(retention.removeExpired(BATCH)).isZero();
        var document = json(get("v1/jobs/" + brief.id()));
        assertThat(Instant.parse(document.at("/expires_at").asText()))
                .isEqualTo(
                        Instant.parse(document.at("/finished_at").asText())
                                .plus(Duration.ofHours(1)));

        endedAgo("2 hours");
        assertThat(retention.removeExpired(BATCH)).isEqualTo(1);
        assertThat(reader.find(brief.id())).isEmpty();
        assertThat(reader.find(lasting.id())).isPresent();
        for (String table : List.of("job", "job_payload", "execution_result")) {
            assertThat(count(table)).as(table).isEqualTo(1);
        }
        var retired = retention.find(brief.id()).orElseThrow();
        assertThat(retired.tenant()).isEqualTo("default");
        assertThat(retention.find(lasting.id())).isEmpty();
    }

    @Test
    void neither_attempts_nor_keys_nor_refusals_are_left() throws Exception {
        var first = post("{\"language\": \"python\", \"code\": \"1\", \"ttl\": 1}", "order 7");
        var id = JobId.parse(json(first).at("/id").asText());
        var lease = claim().getFirst();
        leases.putBack(lease, LeaseStore.By.HOLDER, "the engine is gone", true, Duration.ZERO);
        finishAll();
        rejections.remember(id, "[]", "default");
        endedAgo("2 seconds");

        assertThat(retention.removeExpired(BATCH)).isEqualTo(1);
        for (String table : List.of("job", "job_attempt", "idempotency_key", "rejected")) {
            assertThat(count(table)).as(table).isZero();
        }
        // The key is free with its job gone: it stands for a new one.
        var again = post("{\"language\": \"python\", \"code\": \"1\", \"ttl\": 1}", "order 7");
        assertThat(again.statusCode()).isEqualTo(202);
        assertThat(again.body()).doesNotContain(id.toString());
    }

    @Test
    void what_has_not_ended_or_was_not_told_yet_is_never_removed() throws Exception {
        var told = Jobs.python("told");
        submissions.insert(List.of(told));
        var running = claim();
        submissions.insert(List.of(Jobs.python("queued")));
        sql(
                "update job set submitted_at = now() - interval '1 year', run_at = now() - interval '1 year'");
        assertThat(retention.removeExpired(BATCH)).isZero();

        results.finish(running.getFirst(), exited(0, "", Jobs.LIMITS));
        sql("update job set finished_at = now() - interval '1 year' where finished_at is not null");
        assertThat(count("outbox")).isEqualTo(1);
        assertThat(retention.removeExpired(BATCH)).isZero();
        sql("delete from outbox");
        assertThat(retention.removeExpired(BATCH)).isEqualTo(1);
        assertThat(reader.find(told.id())).isEmpty();
        assertThat(count("job")).isEqualTo(1);
    }

    @Test
    void a_job_stays_as_long_as_its_webhook_waits_and_takes_its_deliveries_along()
            throws Exception {
        var plain = Jobs.python("pass");
        var spec = plain.spec();
        submissions.insert(
                List.of(
                        new Submission(
                                plain.id(),
                                new JobSpec(
                                        spec.program(),
                                        spec.limits(),
                                        spec.placement(),
                                        new Aftercare(
                                                Duration.ofSeconds(1), "https://[::1]:7/in?x")),
                                plain.bodyHash())));
        finishAll();
        endedAgo("1 year");
        assertThat(count("webhook_delivery where host = '[::1]' and state = 'PENDING'"))
                .isEqualTo(1);
        assertThat(retention.removeExpired(BATCH)).isZero();
        sql("update webhook_delivery set state = 'FAILED'");
        assertThat(retention.removeExpired(BATCH)).isEqualTo(1);
        assertThat(count("webhook_delivery")).isZero();
    }

    @Test
    void a_batch_goes_when_its_last_job_has_gone_and_its_end_was_told() throws Exception {
        String document =
                "{\"language\": \"python\", \"code\": \"1\", \"ttl\": 1, \"batch\": \"b\", \"batch_size\": 1}";
        assertThat(post(document, null).statusCode()).isEqualTo(202);
        finishAll();
        assertThat(batches.complete(BATCH)).isEqualTo(1);
        assertThat(removedBatches()).isZero();
        assertThat(get("v1/batches/b").statusCode()).isEqualTo(200);
        assertThat(post(document, null).statusCode()).isEqualTo(409);

        endedAgo("2 seconds");
        assertThat(retention.removeExpired(BATCH)).isEqualTo(1);
        assertThat(removedBatches()).isZero();
        assertThat(get("v1/batches/b").statusCode()).isEqualTo(404);
        batches.announce(BATCH, _ -> {});
        assertThat(removedBatches()).isEqualTo(1);
        assertThat(count("batch")).isZero();
        assertThat(get("v1/batches/b").statusCode()).isEqualTo(404);
        assertThat(post(document, null).statusCode()).isEqualTo(202);
    }

    @Test
    void of_batches_without_jobs_those_stay_that_still_say_something() throws SQLException {
        sql(
                """
                insert into batch (tenant, name, size, jobs, closed_at, completed_at, facts, announced_at) values
                    ('a', 'open', null, null, null, null, null, null),
                    ('a', 'open-with-room', 2, 1, null, null, null, null),
                    ('a', 'closed', null, null, now(), null, null, null),
                    ('a', 'not-announced', null, null, now(), now(), '{}', null),
                    ('b', 'announced', 1, 1, now(), now(), '{}', now())""");
        assertThat(removedBatches()).isEqualTo(2);
        assertThat(count("batch where name in ('open', 'announced')")).isZero();
        assertThat(count("batch")).isEqualTo(3);
    }

    @Test
    void batches_are_looked_at_a_few_at_a_time_and_in_turn() throws SQLException {
        sql(
                "insert into batch (tenant, name) select 't' || i % 2, 'b' || i from generate_series(1, 5) i");
        var step = retention.removeEmptyBatches(RetentionStore.BatchName.FIRST, 2);
        assertThat(step)
                .isEqualTo(
                        new RetentionStore.BatchStep(2, new RetentionStore.BatchName("t0", "b4")));
        step = retention.removeEmptyBatches(step.last(), 2);
        assertThat(step)
                .isEqualTo(
                        new RetentionStore.BatchStep(2, new RetentionStore.BatchName("t1", "b3")));
        assertThat(retention.removeEmptyBatches(step.last(), 2))
                .isEqualTo(new RetentionStore.BatchStep(1, RetentionStore.BatchName.FIRST));
    }

    @Test
    void a_job_that_joins_a_batch_keeps_it() throws Exception {
        sql("insert into batch (tenant, name) values ('default', 'b')");
        try (var joining = dataSource.getConnection()) {
            joining.setAutoCommit(false);
            try (var s = joining.createStatement()) {
                s.execute("select from batch where name = 'b' for share");
                assertThat(removedBatches()).isZero();
                joining.rollback();
            } finally {
                joining.setAutoCommit(true);
            }
        }
        assertThat(removedBatches()).isEqualTo(1);
    }

    private int removedBatches() {
        return retention.removeEmptyBatches(RetentionStore.BatchName.FIRST, BATCH).removed();
    }

    @Test
    void a_retry_gives_an_abandoned_job_its_time_back() throws Exception {
        var job = Jobs.python("pass");
        submissions.insert(List.of(job));
        leases.abandon(claim().getFirst(), LeaseStore.By.HOLDER, "died", "gave up");
        sql("delete from outbox");
        endedAgo("1 year");
        retries.retry(List.of(job.id()));
        assertThat(retention.removeExpired(BATCH)).isZero();
        leases.abandon(claim().getFirst(), LeaseStore.By.HOLDER, "died", "gave up");
        sql("delete from outbox");
        endedAgo("1 year");
        assertThat(retention.removeExpired(BATCH)).isEqualTo(1);
    }

    @Test
    void a_removed_id_runs_nothing_however_it_comes_again() throws Exception {
        var job = Jobs.python("pass");
        var fresh = Jobs.python("new");
        removed(job);
        assertThat(submissions.insert(List.of(job, fresh)))
                .containsOnly(
                        Map.entry(job.id(), Outcome.RETIRED),
                        Map.entry(fresh.id(), Outcome.ACCEPTED));
        assertThat(submissions.insert(List.of(Jobs.withId(job.id(), "another body"))))
                .containsOnly(Map.entry(job.id(), Outcome.RETIRED));
        assertThat(count("job")).isEqualTo(1);

        String document =
                "{\"language\": \"python\", \"code\": \"1\", \"id\": \"%s\"}".formatted(job.id());
        var alone = post(document, null);
        assertThat(alone.statusCode()).isEqualTo(410);
        assertThat(json(alone).at("/type").asText()).isEqualTo("/problems/job-removed");
        assertThat(json(alone).at("/errors/0/pointer").asText()).isEqualTo("/id");
        assertThat(post(document, "key").statusCode()).isEqualTo(410);
        assertThat(count("idempotency_key")).isZero();
        assertThat(count("job")).isEqualTo(1);
    }

    @Test
    void an_insert_that_waited_for_the_removal_of_its_job_does_not_bring_it_back()
            throws Exception {
        var job = Jobs.python("pass");
        submissions.insert(List.of(job));
        finishAll();
        try (var remover = dataSource.getConnection();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            remover.setAutoCommit(false);
            try (var s = remover.createStatement()) {
                s.execute("insert into retired_id (id, tenant) select id, tenant from job");
                s.execute("delete from job");
                var waiting = threads.submit(() -> submissions.insert(List.of(job)));
                await().until(() -> count("pg_locks where not granted") > 0);
                remover.commit();
                assertThat(waiting.get()).containsOnly(Map.entry(job.id(), Outcome.RETIRED));
            } finally {
                remover.setAutoCommit(true);
            }
        }
        assertThat(count("job")).isZero();
        assertThat(count("job_payload")).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/attempts",
                "/stdout",
                "/stderr",
                "/compile/output",
                "/artifacts",
                "/artifacts/a.txt"
            })
    void polling_says_when_it_was_removed_as_long_as_the_id_is_remembered(String resource)
            throws Exception {
        var job = Jobs.python("pass");
        removed(job);
        var gone = get("v1/jobs/" + job.id() + resource);
        assertThat(gone.statusCode()).isEqualTo(410);
        assertThat(gone.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        JsonNode problem = json(gone);
        assertThat(problem.at("/type").asText()).isEqualTo("/problems/job-removed");
        assertThat(problem.at("/detail").asText())
                .contains(
                        "was removed at "
                                + WireJson.time(retention.find(job.id()).orElseThrow().at()));

        sql("update retired_id set retired_at = now() - interval '16 days'");
        assertThat(retention.forgetIds(Duration.ofDays(15), BATCH)).isEqualTo(1);
        assertThat(get("v1/jobs/" + job.id() + resource).statusCode()).isEqualTo(404);
    }

    @Test
    void other_requests_about_it_are_answered_alike_and_unknown_ids_stay_unknown()
            throws Exception {
        var job = Jobs.python("pass");
        removed(job);
        assertThat(send("DELETE", "v1/jobs/" + job.id()).statusCode()).isEqualTo(410);
        assertThat(send("POST", "v1/jobs/" + job.id() + ":rerun").statusCode()).isEqualTo(410);
        assertThat(get("v1/jobs/" + Jobs.id()).statusCode()).isEqualTo(404);
        assertThat(send("DELETE", "v1/jobs/" + Jobs.id()).statusCode()).isEqualTo(404);
    }

    @Test
    void ids_and_refusals_are_forgotten_a_few_at_a_time() throws SQLException {
        sql(
                "insert into retired_id select gen_random_uuid(), 'acme', now() - i * interval '1 hour'"
                        + " from generate_series(1, 48) i");
        sql(
                "insert into rejected select gen_random_uuid(), '[]', now() - i * interval '1 hour'"
                        + " from generate_series(1, 48) i");
        var day = Duration.ofHours(24).plusMinutes(30);
        assertThat(List.of(retention.forgetIds(day, 10), retention.forgetIds(day, 10)))
                .containsExactly(10, 10);
        assertThat(retention.forgetIds(day, 10)).isEqualTo(4);
        assertThat(retention.forgetRejections(day, 100)).isEqualTo(24);
        assertThat(count("retired_id")).isEqualTo(24);
        assertThat(count("rejected")).isEqualTo(24);
    }

    @Test
    void twenty_thousand_jobs_go_in_small_steps_by_two_at_once_while_others_are_claimed()
            throws Exception {
        sql(
                """
                insert into job (id, tenant, language, state, priority, run_at, memory_bytes, finished_at)
                select gen_random_uuid(), 'acme', 'python', 'FINISHED', 0, now(), 1, now() - interval '8 days'
                  from generate_series(1, 20000)""");
        sql("insert into job_payload select id, '', '', '', '', 1, 1, 1, 1, 1, 1 from job");
        var live = IntStream.range(0, 300).mapToObj(i -> Jobs.python("pass #" + i)).toList();
        submissions.insert(live);

        var steps = new ArrayList<Integer>();
        var claimed = new ArrayList<Lease>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<List<Integer>> remover =
                    () -> {
                        var own = new ArrayList<Integer>();
                        for (int n = BATCH; n > 0; own.add(n)) {
                            n = retention.removeExpired(BATCH);
                        }
                        return own;
                    };
            var first = threads.submit(remover);
            var second = threads.submit(remover);
            while (claimed.size() < live.size()) {
                var leased = claim(3);
                leased.forEach(l -> results.finish(l, exited(0, "", Jobs.LIMITS)));
                claimed.addAll(leased);
            }
            steps.addAll(first.get());
            steps.addAll(second.get());
        }
        assertThat(steps).allMatch(n -> n <= BATCH);
        assertThat(steps.stream().mapToInt(n -> n).sum()).isEqualTo(20_000);
        assertThat(count("retired_id")).isEqualTo(20_000);
        assertThat(count("job")).isEqualTo(live.size());
        assertThat(count("job_payload")).isEqualTo(live.size());
        assertThat(claimed).extracting(Lease::job).doesNotHaveDuplicates();
        assertThat(count("execution_result")).isEqualTo(live.size());
    }

    @Test
    void an_insert_probes_an_index_of_retired_ids_and_reads_no_more_of_them() throws SQLException {
        String plan = String.join("\n", planOfInsert());
        sql(
                "insert into retired_id select gen_random_uuid(), 'acme' from generate_series(1, 50000)");
        sql("analyze retired_id");
        assertThat(plan).contains("SubPlan", "retired_id_pkey").doesNotContain("hashed");
        assertThat(String.join("\n", planOfInsert()))
                .contains("SubPlan", "Index Only Scan using retired_id_pkey")
                .doesNotContain("hashed");
    }

    private List<String> planOfInsert() throws SQLException {
        try (var connection = dataSource.getConnection();
                var s =
                        connection.prepareStatement(
                                "explain (costs off) " + SubmissionStore.INSERT_JOBS)) {
            var columns = new ArrayColumns<>(s, List.of(Jobs.python("pass")));
            columns.uuids(job -> job.id().value());
            for (int text = 0; text < 3; text++) {
                columns.texts(_ -> "python");
            }
            columns.ints(_ -> 0);
            columns.texts(_ -> null);
            columns.texts(_ -> null);
            columns.longs(_ -> 1L);
            columns.texts(_ -> null);
            columns.texts(_ -> null);
            columns.booleans(_ -> false);
            columns.ints(_ -> 1);
            columns.ints(_ -> 0);
            columns.ints(_ -> 1);
            columns.texts(_ -> null);
            List<String> lines = new ArrayList<>();
            try (var rows = s.executeQuery()) {
                while (rows.next()) {
                    lines.add(rows.getString(1));
                }
            }
            return lines;
        }
    }

    private static Submission kept(Duration ttl, String code) {
        var job = Jobs.python(code);
        var spec = job.spec();
        return new Submission(
                job.id(),
                new JobSpec(
                        spec.program(), spec.limits(), spec.placement(), new Aftercare(ttl, null)),
                job.bodyHash());
    }

    private void removed(Submission job) throws SQLException {
        submissions.insert(List.of(job));
        finishAll();
        endedAgo("8 days");
        assertThat(retention.removeExpired(BATCH)).isEqualTo(1);
    }

    /** Finishes what is queued, and takes the events as if a relay had sent them. */
    private void finishAll() throws SQLException {
        claim().forEach(lease -> results.finish(lease, exited(0, "hi\n", Jobs.LIMITS)));
        sql("delete from outbox");
    }

    private List<Lease> claim() {
        return claim(BATCH);
    }

    private List<Lease> claim(int most) {
        return Workers.claim(workers, claims, most, LEASE).stream().map(c -> c.lease()).toList();
    }

    private void endedAgo(String interval) throws SQLException {
        sql(
                "update job set finished_at = now() - interval '%s' where finished_at is not null"
                        .formatted(interval));
    }

    private HttpResponse<String> post(String document, String key) throws Exception {
        var request =
                HttpRequest.newBuilder(server.resolve("v1/jobs"))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(document, StandardCharsets.UTF_8));
        if (key != null) {
            request.header("Idempotency-Key", key);
        }
        return send(request.build());
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return Json.ofBytes(answer.body().getBytes(StandardCharsets.UTF_8));
    }

    private HttpResponse<String> get(String path) throws Exception {
        return send("GET", path);
    }

    private HttpResponse<String> send(String method, String path) throws Exception {
        return send(
                HttpRequest.newBuilder(server.resolve(path))
                        .method(method, BodyPublishers.noBody())
                        .build());
    }

    private static HttpResponse<String> send(HttpRequest request) throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            return client.send(request, BodyHandlers.ofString());
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
