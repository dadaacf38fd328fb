package dev.kiln.poll;

import static dev.kiln.sandbox.ScriptedSandbox.exited;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kiln.job.Job;
import dev.kiln.job.JobId;
import dev.kiln.job.Lease;
import dev.kiln.store.CancelStore;
import dev.kiln.store.ClaimStore;
import dev.kiln.store.Endings;
import dev.kiln.store.JobReader;
import dev.kiln.store.LeaseStore;
import dev.kiln.store.ResultStore;
import dev.kiln.store.SubmissionStore;
import dev.kiln.store.WorkerStore;
import dev.kiln.testing.Jobs;
import dev.kiln.testing.StoreProfile;
import dev.kiln.testing.Workers;
import dev.kiln.wire.Json;
import dev.kiln.wire.Schemas;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.Socket;
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
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postgresql.PGConnection;

/**
 * Waiting for jobs over HTTP, against a real PostgreSQL. In this profile nobody looks by himself
 * for jobs that ended elsewhere: each test shows that one way of being woken is enough.
 */
@QuarkusTest
@TestProfile(StoreProfile.class)
@Timeout(120)
class LongPollIT {
    /** Longer than the test may take: who is answered was woken. */
    private static final Duration HOUR = Duration.ofHours(1);

    private static final Duration LEASE = Duration.ofSeconds(20);

    private static final String HELLO = "{\"language\": \"python\", \"code\": \"print('hi')\"}";

    @TestHTTPResource("/")
    URI server;

    @Inject Endings endings;
    @Inject EndingWatch watch;
    @Inject JobReader reader;
    @Inject SubmissionStore submissions;
    @Inject ClaimStore claims;
    @Inject WorkerStore workers;
    @Inject LeaseStore leases;
    @Inject ResultStore results;
    @Inject CancelStore cancels;
    @Inject AgroalDataSource dataSource;

    private final HttpClient http = HttpClient.newHttpClient();

    @BeforeEach
    void empty() throws SQLException {
        sql("truncate job cascade");
    }

    @Test
    void a_result_of_this_process_wakes_who_waits_for_it() throws Exception {
        var lease = running();
        var answer = waiting(lease.job());
        results.finish(lease, exited(0, "hi", Jobs.LIMITS));
        var job = json(answer.get());
        assertThat(job.at("/result/stdout").asText()).isEqualTo("hi");
        assertThat(Schemas.objections(Schemas.of("job"), job)).isEmpty();
        assertThat(endings.jobs()).isEmpty();
    }

    @Test
    void so_does_every_other_end() throws Exception {
        var cancelled = queued();
        var answer = waiting(cancelled);
        cancels.cancel(cancelled);
        assertThat(state(answer)).isEqualTo("CANCELLED");

        var abandoned = running();
        answer = waiting(abandoned.job());
        leases.abandon(abandoned, LeaseStore.By.HOLDER, "died", "gave up");
        assertThat(state(answer)).isEqualTo("ABANDONED");

        var marked = running();
        answer = waiting(marked.job());
        cancels.cancel(marked.job());
        leases.putBack(marked, LeaseStore.By.HOLDER, "drained", false, Duration.ZERO);
        assertThat(state(answer)).isEqualTo("CANCELLED");

        var late = Jobs.deadline(Instant.now().plusSeconds(3600));
        submissions.insert(List.of(late));
        answer = waiting(late.id());
        sql("update job set deadline = now() - interval '1 second' where id = '" + late.id() + "'");
        leases.expireLate(10);
        assertThat(state(answer)).isEqualTo("EXPIRED");
    }

    @Test
    void a_hint_of_another_process_wakes_who_waits() throws Exception {
        var id = queued();
        var answer = waiting(id);
        endElsewhere();
        sql("select pg_notify('kiln_ended', '" + Jobs.id() + "," + id + "')");
        assertThat(state(answer)).isEqualTo("CANCELLED");
    }

    @Test
    void where_no_hint_comes_a_look_at_the_table_wakes() throws Exception {
        var id = queued();
        var answer = waiting(id);
        endElsewhere();
        watch.look();
        assertThat(state(answer)).isEqualTo("CANCELLED");
    }

    @Test
    void a_listener_that_was_cut_off_listens_again_and_looks_at_what_it_missed() throws Exception {
        var id = queued();
        var answer = waiting(id);
        endElsewhere();
        // Other tests' servers have listeners too, on other databases.
        sql(
                """
                select pg_terminate_backend(pid) from pg_stat_activity
                 where application_name = 'kiln-hints' and datname = current_database()""");
        assertThat(state(answer)).isEqualTo("CANCELLED");
    }

    @Test
    void others_are_told_of_ends_and_of_queued_jobs() throws Exception {
        try (var connection = dataSource.getConnection();
                var statement = connection.createStatement()) {
            statement.execute("listen kiln_ended; listen kiln_queued");
            var id = queued();
            cancels.cancel(id);
            var hints = connection.unwrap(PGConnection.class);
            await().until(() -> heard(hints, "kiln_queued", ""));
            cancels.cancel(id);
            await().until(() -> heard(hints, "kiln_ended", id.toString()));
            statement.execute("unlisten *");
        }
    }

    @Test
    void two_thousand_waits_cost_two_looks_each_and_one_for_all_of_them() throws Exception {
        int many = 2_000;
        List<JobId> ids = insert(many);
        var reads = new AtomicInteger();
        var poll =
                new LongPoll(
                        endings,
                        id -> {
                            reads.incrementAndGet();
                            return reader.find(id);
                        },
                        _ -> {});
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Optional<Job>>> answers =
                    ids.stream().map(id -> threads.submit(() -> poll.find(id, HOUR))).toList();
            await().atMost(Duration.ofSeconds(60)).until(() -> reads.get() == many);
            endElsewhere();
            watch.look();
            for (var answer : answers) {
                assertThat(answer.get()).get().matches(job -> job.state().terminal());
            }
        }
        assertThat(reads).hasValue(2 * many);
        assertThat(endings.jobs()).isEmpty();
    }

    @Test
    void a_client_that_goes_away_leaves_nobody_behind() throws Exception {
        var id = queued();
        try (var client = new Socket(server.getHost(), server.getPort())) {
            client.getOutputStream()
                    .write(
                            "GET /v1/jobs/%s?wait=60 HTTP/1.1\r\nHost: localhost\r\n\r\n"
                                    .formatted(id)
                                    .getBytes(StandardCharsets.US_ASCII));
            await().until(() -> endings.jobs().contains(id));
        }
        await().until(() -> endings.jobs().isEmpty());
    }

    @Test
    void what_is_not_there_is_not_waited_for() throws Exception {
        assertThat(get(Jobs.id(), "60").statusCode()).isEqualTo(404);
        assertThat(get(queued(), "60.5").statusCode()).isEqualTo(400);
        assertThat(endings.jobs()).isEmpty();
    }

    @Test
    void a_submission_can_wait_for_its_own_result() throws Exception {
        var answer =
                http.sendAsync(post("60"), BodyHandlers.ofString()).orTimeout(40, TimeUnit.SECONDS);
        await().until(() -> !endings.jobs().isEmpty());
        results.finish(claim(), exited(0, "hi", Jobs.LIMITS));
        assertThat(answer.get().statusCode()).isEqualTo(200);
        var job = json(answer.get());
        assertThat(job.at("/result/stdout").asText()).isEqualTo("hi");
        assertThat(answer.get().headers().firstValue("Location"))
                .contains("/v1/jobs/" + job.at("/id").asText());
    }

    @Test
    void a_submission_whose_time_is_up_is_accepted() throws Exception {
        var answer = http.send(post("0.01"), BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(202);
        var job = json(answer);
        assertThat(job.at("/state").asText()).isEqualTo("QUEUED");
        assertThat(job.has("result")).isFalse();
    }

    /** As another process would, that says nothing. */
    private void endElsewhere() throws SQLException {
        sql("update job set state = 'CANCELLED', finished_at = now()");
    }

    private static boolean heard(PGConnection hints, String channel, String text)
            throws SQLException {
        return Stream.of(hints.getNotifications(100))
                .anyMatch(h -> h.getName().equals(channel) && h.getParameter().contains(text));
    }

    private JobId queued() {
        return insert(1).getFirst();
    }

    private List<JobId> insert(int many) {
        var jobs = Stream.generate(() -> Jobs.python("pass")).limit(many).toList();
        submissions.insert(jobs);
        return jobs.stream().map(job -> job.id()).toList();
    }

    private Lease running() {
        queued();
        return claim();
    }

    private Lease claim() {
        return Workers.claim(workers, claims, 1, LEASE).getFirst().lease();
    }

    private CompletableFuture<HttpResponse<String>> waiting(JobId id) {
        var answer = http.sendAsync(request(id, "60"), BodyHandlers.ofString());
        await().until(() -> endings.jobs().contains(id));
        // Sooner than the server would answer by itself.
        return answer.orTimeout(40, TimeUnit.SECONDS);
    }

    private HttpResponse<String> get(JobId id, String wait) throws Exception {
        return http.send(request(id, wait), BodyHandlers.ofString());
    }

    private HttpRequest request(JobId id, String wait) {
        return HttpRequest.newBuilder(server.resolve("v1/jobs/" + id + "?wait=" + wait)).build();
    }

    private HttpRequest post(String wait) {
        return HttpRequest.newBuilder(server.resolve("v1/jobs?wait=" + wait))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(HELLO))
                .build();
    }

    private static String state(CompletableFuture<HttpResponse<String>> answer) throws Exception {
        return json(answer.get()).at("/state").asText();
    }

    private static JsonNode json(HttpResponse<String> response) {
        return Json.ofBytes(response.body().getBytes(StandardCharsets.UTF_8));
    }

    private void sql(String statement) throws SQLException {
        try (var connection = dataSource.getConnection();
                var s = connection.createStatement()) {
            s.execute(statement);
        }
    }
}
