package dev.kiln.store;

import static dev.kiln.sandbox.ScriptedSandbox.exited;
import static dev.kiln.sandbox.ScriptedSandbox.timedOut;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
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
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Jobs are listed, against a real PostgreSQL. */
@QuarkusTest
@TestProfile(StoreProfile.class)
class JobListIT {
    private static final JobQuery ALL =
            new JobQuery(null, null, null, null, null, null, null, Map.of(), null);

    /**
     * More than the walk of a page, so that an index is worth its while, and a page meets its end.
     */
    private static final int MANY = 25_000;

    @TestHTTPResource("/")
    URI server;

    @Inject SubmissionStore submissions;
    @Inject ClaimStore claims;
    @Inject WorkerStore workers;
    @Inject ResultStore results;
    @Inject CancelStore cancels;
    @Inject JobList list;
    @Inject AgroalDataSource dataSource;

    @BeforeEach
    void empty() throws SQLException {
        sql("truncate job cascade");
    }

    @Test
    void each_filter_leaves_those_for_which_it_holds() throws Exception {
        var slow = running();
        results.finish(slow, timedOut("", Jobs.LIMITS));
        var good = running();
        results.finish(good, exited(0, "", Jobs.LIMITS));
        var cancelled = submit();
        cancels.cancel(cancelled);
        var queued = submit();
        sql(
                "update job set tenant = 'acme', batch = 'b', labels = '{\"team\": \"red\", \"k\": \"v\"}' where id = '%s'"
                        .formatted(queued));
        sql(
                "update job set submitted_at = '2020-01-01T00:00:00Z', batch = 'b', language = 'c' where id = '%s'"
                        .formatted(cancelled));

        assertThat(ids("")).containsExactly(queued, good.job(), slow.job(), cancelled);
        assertThat(ids("state=FINISHED")).containsExactly(good.job(), slow.job());
        assertThat(ids("state=QUEUED")).containsExactly(queued);
        assertThat(ids("state=RUNNING")).isEmpty();
        assertThat(ids("state=CANCELLED")).containsExactly(cancelled);
        assertThat(ids("cause=timed_out")).containsExactly(slow.job());
        assertThat(ids("cause=exited&state=FINISHED")).containsExactly(good.job());
        assertThat(ids("cause=cancelled")).isEmpty();
        assertThat(ids("tenant=acme")).containsExactly(queued);
        assertThat(ids("tenant=default&state=QUEUED")).isEmpty();
        assertThat(ids("batch=b")).containsExactly(queued, cancelled);
        assertThat(ids("batch=b&tenant=default")).containsExactly(cancelled);
        assertThat(ids("language=c")).containsExactly(cancelled);
        assertThat(ids("label=team%3Dred")).containsExactly(queued);
        assertThat(ids("label=team%3Dred&label=k%3Dv")).containsExactly(queued);
        assertThat(ids("label=team%3Dblue")).isEmpty();
        assertThat(ids("until=2020-01-01T00:00:00Z")).isEmpty();
        assertThat(ids("since=2020-01-01T00:00:00Z&until=2020-01-01T00:00:01Z"))
                .containsExactly(cancelled);
        assertThat(ids("since=2020-01-01T00:00:01Z")).hasSize(3).doesNotContain(cancelled);
    }

    @Test
    void a_job_is_told_without_its_output() throws Exception {
        var lease = running();
        results.finish(lease, exited(3, "secret", Jobs.LIMITS));
        var answer = get("");
        var job = json(answer).at("/jobs/0");
        assertThat(answer.body()).doesNotContain("secret");
        assertThat(job.at("/id").asText()).isEqualTo(lease.job().toString());
        assertThat(job.at("/state").asText()).isEqualTo("FINISHED");
        assertThat(job.at("/termination").asText()).isEqualTo("exited");
        assertThat(job.at("/exit_code").asInt()).isEqualTo(3);
        assertThat(job.at("/success").asBoolean(true)).isFalse();
        assertThat(job.at("/worker").asText()).isNotEmpty();
        var polled = json(get("/" + lease.job()));
        for (String same : List.of("submitted_at", "started_at", "finished_at", "attempt")) {
            assertThat(job.get(same)).as(same).isEqualTo(polled.get(same));
        }
        assertThat(json(answer).at("/next").isNull()).isTrue();
    }

    @Test
    void bad_values_are_refused_with_the_parameter() throws Exception {
        var answer = get("?limit=201");
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(json(answer).at("/type").asText()).isEqualTo("/problems/invalid-request");
        assertThat(json(answer).at("/detail").asText())
                .isEqualTo("the query's limit must be a whole number from 1 to 200");
    }

    @Test
    void pages_neither_repeat_nor_leave_out_while_jobs_come() throws Exception {
        Set<JobId> before = new HashSet<>();
        for (int i = 0; i < 25; i++) {
            before.add(submit());
        }
        // Of one moment, as a batch is: their ids tell them apart.
        sql(
                "update job set submitted_at = '2026-01-01T00:00:00Z' where id in (select id from job limit 12)");
        List<JobId> told = new ArrayList<>();
        String next = "";
        do {
            var page = json(get("?limit=4" + next));
            page.at("/jobs").forEach(job -> told.add(JobId.parse(job.at("/id").asText())));
            next = page.at("/next").isNull() ? null : "&after=" + page.at("/next").asText();
            submit();
            submit();
        } while (next != null);
        assertThat(told).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(before);
    }

    @Test
    void a_page_ends_when_it_has_looked_far_enough_and_says_where_to_go_on() throws SQLException {
        List<JobId> all = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            all.addFirst(submit());
        }
        sql(
                "update job set language = 'c' where id in ('%s', '%s')"
                        .formatted(all.get(7), all.get(9)));
        var query = new JobQuery(null, null, null, null, "c", null, null, Map.of(), null);
        List<Integer> sizes = new ArrayList<>();
        List<JobId> told = new ArrayList<>();
        JobList.Page page;
        try (var connection = dataSource.getConnection()) {
            do {
                page = list.list(connection, query, 5, 4);
                sizes.add(page.jobs().size());
                page.jobs().forEach(job -> told.add(job.id()));
                query =
                        new JobQuery(
                                null, null, null, null, "c", null, null, Map.of(), page.next());
            } while (page.next() != null);
        }
        assertThat(told).containsExactly(all.get(7), all.get(9));
        assertThat(sizes).containsExactly(0, 1, 1);
    }

    @Test
    void among_many_jobs_a_page_is_read_from_an_index_and_not_sorted() throws SQLException {
        many();
        assertThat(plan(ALL)).contains("job_submitted").doesNotContain("Seq Scan", "Sort");
        var later =
                new JobQuery(
                        null,
                        null,
                        null,
                        null,
                        "python",
                        Instant.parse("2026-01-01T00:00:00Z"),
                        null,
                        Map.of(),
                        new JobQuery.Place(
                                Instant.parse("2026-01-01T02:00:00Z"), Jobs.id().value()));
        assertThat(plan(later))
                .contains(
                        "job_submitted",
                        "Index Cond: ((ROW(submitted_at, id) < ",
                        "(submitted_at >= ")
                .doesNotContain("Seq Scan", "Sort");
        var running = new JobQuery("RUNNING", null, null, null, null, null, null, Map.of(), null);
        assertThat(plan(running)).doesNotContain("Seq Scan on job");
        var batch = new JobQuery(null, null, "acme", "b", null, null, null, Map.of(), null);
        assertThat(plan(batch)).contains("job_batch").doesNotContain("Seq Scan on job");
        var slow = new JobQuery(null, "timed_out", null, null, null, null, null, Map.of(), null);
        assertThat(plan(slow)).contains("job_submitted").doesNotContain("Seq Scan on job");
    }

    @Test
    void all_of_many_jobs_are_told_once() throws SQLException {
        many();
        Set<JobId> told = new HashSet<>();
        var query = ALL;
        int pages = 0;
        JobList.Page page;
        do {
            page = list.list(query, 1_000);
            page.jobs().forEach(job -> assertThat(told.add(job.id())).isTrue());
            query = new JobQuery(null, null, null, null, null, null, null, Map.of(), page.next());
            pages++;
        } while (page.next() != null);
        assertThat(told).hasSize(MANY);
        assertThat(pages).isEqualTo(MANY / 1_000);
    }

    /** A second between each, with one batch of a hundred and one job that runs. */
    private void many() throws SQLException {
        sql(
                """
                insert into job (id, tenant, batch, language, priority, run_at, memory_bytes, state, submitted_at,
                                 started_at, finished_at, owner, lease_until)
                select gen_random_uuid(), 'acme', case when n <= 100 then 'b' else 'b' || n end, 'python', 0, now(), 1,
                       case when n = 7 then 'RUNNING' else 'ABANDONED' end,
                       timestamptz '2026-01-01T00:00:00Z' + n * interval '1 second', now(),
                       case when n = 7 then null else now() end, case when n = 7 then 'w' end,
                       case when n = 7 then now() end
                  from generate_series(1, %d) n
                """
                        .formatted(MANY));
        sql("analyze job");
    }

    private String plan(JobQuery query) throws SQLException {
        try (var connection = dataSource.getConnection();
                var statement =
                        JobList.prepare(connection, "explain ", query, 51, JobList.MOST_WALKED);
                var row = statement.executeQuery()) {
            var plan = new StringBuilder();
            while (row.next()) {
                plan.append(row.getString(1)).append('\n');
            }
            return plan.toString();
        }
    }

    private JobId submit() {
        var job = Jobs.python("pass");
        submissions.insert(List.of(job));
        return job.id();
    }

    private Lease running() {
        submit();
        return Workers.claim(workers, claims, 1, Duration.ofMinutes(5)).getFirst().lease();
    }

    private List<JobId> ids(String query) throws Exception {
        List<JobId> ids = new ArrayList<>();
        json(get("?" + query)).at("/jobs").forEach(j -> ids.add(JobId.parse(j.at("/id").asText())));
        return ids;
    }

    private HttpResponse<String> get(String rest) throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            return http.send(
                    HttpRequest.newBuilder(URI.create(server + "v1/jobs" + rest)).build(),
                    BodyHandlers.ofString());
        }
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return Json.ofBytes(answer.body().getBytes(StandardCharsets.UTF_8));
    }

    private void sql(String statement) throws SQLException {
        try (var connection = dataSource.getConnection();
                var s = connection.createStatement()) {
            s.execute(statement);
        }
    }
}
