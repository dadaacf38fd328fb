package dev.kiln.webhook;

import static dev.kiln.sandbox.ScriptedSandbox.exited;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kiln.job.JobId;
import dev.kiln.job.Lease;
import dev.kiln.store.ClaimStore;
import dev.kiln.store.LeaseStore;
import dev.kiln.store.ResultStore;
import dev.kiln.store.RetryStore;
import dev.kiln.store.WorkerStore;
import dev.kiln.testing.Jobs;
import dev.kiln.testing.LogCapture;
import dev.kiln.testing.Servers;
import dev.kiln.testing.TestCa;
import dev.kiln.testing.Topics;
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
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** From a job's end to its receiver, with a real PostgreSQL, broker and receiver. */
@QuarkusTest
@TestProfile(WebhookProfile.class)
class WebhookIT {
    private static final Duration LEASE = Duration.ofMinutes(5);

    @TestHTTPResource("/")
    URI server;

    @Inject ClaimStore claims;
    @Inject WorkerStore workers;
    @Inject ResultStore results;
    @Inject LeaseStore leases;
    @Inject RetryStore retries;
    @Inject AgroalDataSource dataSource;
    private Receiver receiver;

    @BeforeEach
    void start() throws Exception {
        sql("truncate job, rejected, retired_id cascade");
        receiver = new Receiver();
    }

    @AfterEach
    void stop() {
        receiver.close();
    }

    @Test
    void a_job_s_end_is_posted_signed_and_as_on_the_topic() throws Exception {
        var id = submit("default", "127.0.0.1", "/in");
        assertThat(json(get(id, "/webhook")).at("/deliveries")).isEmpty();
        assertThat(send("POST", id, "/webhook:redeliver").statusCode()).isEqualTo(409);
        finishAll();
        awaitState(id, "DELIVERED");

        assertThat(receiver.posts).hasSize(1);
        var post = receiver.posts.getFirst();
        assertThat(post.path()).isEqualTo("/in");
        assertThat(post.id()).isEqualTo(id + "/1");
        assertThat(post.signature()).isEqualTo("v1," + hmac(WebhookProfile.SECRET, post));
        assertThat(Json.ofBytes(post.body()).at("/data/state").asText()).isEqualTo("FINISHED");
        try (var topics = new Topics(Servers.bootstrapServers())) {
            var record = topics.await("kiln.completions", r -> id.toString().equals(r.key()));
            assertThat(new String(post.body(), StandardCharsets.UTF_8)).isEqualTo(record.value());
        }
        var shown = json(get(id, "/webhook"));
        assertThat(shown.at("/url").asText()).isEqualTo(receiver.url("127.0.0.1", "/in"));
        assertThat(shown.at("/deliveries/0/event_id").asText()).isEqualTo(id + "/1");
        assertThat(shown.at("/deliveries/0/attempts").asInt()).isEqualTo(1);
        assertThat(shown.at("/deliveries/0/last_status").asInt()).isEqualTo(204);
        assertThat(shown.at("/deliveries/0/next_attempt_at").isNull()).isTrue();
    }

    /** As {@link PosterTest} has it in all ways; here, what becomes of the event. */
    @Test
    void a_receiver_whose_certificate_is_not_trusted_gets_nothing_and_the_tenant_is_told()
            throws Exception {
        try (var secure = Receiver.tls(TestCa.create().server("localhost"))) {
            var id = submit("default", secure.url("localhost", "/in"));
            finishAll();
            awaitState(id, "FAILED");
            var delivery = json(get(id, "/webhook")).at("/deliveries/0");
            assertThat(delivery.at("/attempts").asInt()).isEqualTo(3);
            assertThat(delivery.at("/last_error").asText())
                    .isEqualTo("the receiver's certificate or TLS is not accepted");
            assertThat(secure.posts).isEmpty();
        }
    }

    @Test
    void with_two_secrets_it_is_signed_with_both() throws Exception {
        var id = submit("acme", "127.0.0.1", "/");
        finishAll();
        awaitState(id, "DELIVERED");
        var post = receiver.posts.getFirst();
        assertThat(post.signature().split(" "))
                .containsExactly(
                        "v1," + hmac(WebhookProfile.SECRET, post),
                        "v1," + hmac(WebhookProfile.NEXT_SECRET, post));
    }

    @Test
    void a_tenant_without_a_secret_and_a_bad_url_are_refused() throws Exception {
        var none = post(document("zeta", "https://hooks.example/in"));
        assertThat(none.statusCode()).isEqualTo(400);
        assertThat(json(none).at("/errors/0/pointer").asText()).isEqualTo("/webhook");
        assertThat(json(none).at("/errors/0/detail").asText())
                .contains("kiln.webhooks.secrets.zeta");
        var odd = post(document("acme", "https://me@hooks.example/in"));
        assertThat(odd.statusCode()).isEqualTo(400);
        assertThat(json(odd).at("/errors/0/pointer").asText()).isEqualTo("/webhook/url");
    }

    @Test
    void no_secret_and_no_signature_is_ever_in_the_log() throws Exception {
        try (var log = new LogCapture()) {
            var good = submit("acme", "127.0.0.1", "/in");
            finishAll();
            awaitState(good, "DELIVERED");
            receiver.handler = exchange -> Receiver.answer(exchange, 500);
            var bad = submit("default", "127.0.0.1", "/in");
            finishAll();
            awaitState(bad, "FAILED");

            var signature = receiver.posts.getFirst().signature().split(" ")[0].substring(3);
            assertThat(log.lines()).anyMatch(line -> line.contains("outcome=accepted"));
            for (String secret :
                    List.of(WebhookProfile.SECRET, WebhookProfile.NEXT_SECRET, signature)) {
                assertThat(log.lines()).noneMatch(line -> line.contains(secret));
            }
        }
    }

    @Test
    void a_job_without_a_webhook_has_no_delivery() throws Exception {
        var answer = post("{\"language\": \"python\", \"code\": \"1\"}");
        var id = JobId.parse(json(answer).at("/id").asText());
        finishAll();
        assertThat(count("webhook_delivery")).isZero();
        var none = get(id, "/webhook");
        assertThat(none.statusCode()).isEqualTo(404);
        assertThat(json(none).at("/type").asText()).isEqualTo("/problems/no-webhook");
        assertThat(send("POST", id, "/webhook:redeliver").statusCode()).isEqualTo(404);
    }

    @Test
    void what_fails_is_posted_again_with_the_same_id_until_it_is_taken() throws Exception {
        var answers = new AtomicInteger();
        receiver.handler =
                exchange -> Receiver.answer(exchange, answers.incrementAndGet() < 3 ? 500 : 200);
        var id = submit("default", "127.0.0.1", "/");
        finishAll();
        awaitState(id, "DELIVERED");
        assertThat(receiver.posts).hasSize(3);
        assertThat(receiver.posts).extracting(Receiver.Post::id).containsOnly(id + "/1");
        for (var post : receiver.posts) {
            assertThat(post.signature()).isEqualTo("v1," + hmac(WebhookProfile.SECRET, post));
        }
    }

    @Test
    void after_its_schedule_it_is_given_up_and_can_be_posted_again_by_hand() throws Exception {
        receiver.handler = exchange -> Receiver.answer(exchange, 500);
        var id = submit("default", "127.0.0.1", "/");
        finishAll();
        awaitState(id, "FAILED");
        assertThat(receiver.posts).hasSize(3);
        var shown = json(get(id, "/webhook")).at("/deliveries/0");
        assertThat(shown.at("/attempts").asInt()).isEqualTo(3);
        assertThat(shown.at("/last_status").asInt()).isEqualTo(500);
        assertThat(shown.at("/last_error").asText()).contains("status 500");

        receiver.handler = exchange -> Receiver.answer(exchange, 200);
        var again = send("POST", id, "/webhook:redeliver");
        assertThat(again.statusCode()).isEqualTo(202);
        awaitState(id, "DELIVERED");
        assertThat(receiver.posts).hasSize(4);
        assertThat(receiver.posts).extracting(Receiver.Post::id).containsOnly(id + "/1");
        assertThat(json(get(id, "/webhook")).at("/deliveries/0/last_error").isNull()).isTrue();
    }

    @Test
    void a_receiver_that_is_gone_is_not_asked_again() throws Exception {
        receiver.handler = exchange -> Receiver.answer(exchange, 410);
        var id = submit("default", "127.0.0.1", "/");
        finishAll();
        awaitState(id, "FAILED");
        assertThat(receiver.posts).hasSize(1);
    }

    @Test
    void a_busy_receiver_is_left_alone_for_as_long_as_it_says() throws Exception {
        receiver.handler =
                exchange -> {
                    exchange.getResponseHeaders().add("Retry-After", "3600");
                    Receiver.answer(exchange, 503);
                };
        var id = submit("default", "127.0.0.1", "/");
        finishAll();
        await().until(() -> count("webhook_delivery where failures = 1") == 1);
        assertThat(
                        count(
                                "webhook_delivery where state = 'PENDING' and next_at > now() + interval '50 minutes'"))
                .isEqualTo(1);
        assertThat(json(get(id, "/webhook")).at("/deliveries/0/next_attempt_at").isNull())
                .isFalse();
    }

    @Test
    void each_end_of_a_job_is_posted_as_what_it_was() throws Exception {
        var tried = submit("default", "127.0.0.1", "/tried");
        leases.abandon(claim().getFirst(), LeaseStore.By.HOLDER, "died", "gave up");
        retries.retry(List.of(tried));
        finishAll();
        var cancelled = submit("default", "127.0.0.1", "/cancelled");
        assertThat(send("DELETE", cancelled, "").statusCode()).isEqualTo(200);

        await().until(() -> receiver.posts.size() == 3);
        assertThat(receiver.posts("/tried"))
                .extracting(post -> Json.ofBytes(post.body()).at("/data/state").asText())
                .containsExactlyInAnyOrder("ABANDONED", "FINISHED");
        assertThat(receiver.posts("/tried")).extracting(Receiver.Post::id).doesNotHaveDuplicates();
        assertThat(
                        Json.ofBytes(receiver.posts("/cancelled").getFirst().body())
                                .at("/data/state")
                                .asText())
                .isEqualTo("CANCELLED");
        await().until(() -> count("webhook_delivery where state = 'DELIVERED'") == 3);
        var shown = json(get(tried, "/webhook")).at("/deliveries");
        assertThat(shown).hasSize(2);
        assertThat(shown.at("/0/event_id").asText()).isEqualTo(tried + "/3");
    }

    @Test
    void an_event_that_was_posted_and_not_marked_is_posted_again_with_the_same_id()
            throws Exception {
        // As if the process, or its connection, died between the answer and the mark.
        sql(
                """
                create or replace function lose_mark() returns trigger language plpgsql as
                $$ begin if new.state = 'DELIVERED' and new.attempts = 1 then
                   raise exception using errcode = '57P01', message = 'terminating connection'; end if;
                   return new; end $$""");
        sql(
                "create or replace trigger lose_mark before update on webhook_delivery for each row execute function lose_mark()");
        try {
            var id = submit("default", "127.0.0.1", "/");
            finishAll();
            awaitState(id, "DELIVERED");
            assertThat(receiver.posts).hasSize(2);
            assertThat(receiver.posts).extracting(Receiver.Post::id).containsOnly(id + "/1");
        } finally {
            sql("drop trigger lose_mark on webhook_delivery");
        }
    }

    @Test
    void a_slow_receiver_holds_up_nobody_else() throws Exception {
        var goOn = new CountDownLatch(1);
        var atOnce = new AtomicInteger();
        receiver.handler =
                exchange -> {
                    if (exchange.getRequestURI().getPath().equals("/slow")) {
                        atOnce.incrementAndGet();
                        try {
                            goOn.await();
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                    }
                    Receiver.answer(exchange, 200);
                };
        for (int i = 0; i < 40; i++) {
            submit("default", "127.0.0.1", "/slow");
        }
        finishAll();
        await().until(() -> atOnce.get() >= WebhookProfile.PER_HOST);
        var quick = submit("default", "localhost", "/quick");
        finishAll();
        awaitState(quick, "DELIVERED");
        assertThat(count("webhook_delivery where host = '127.0.0.1' and state = 'DELIVERED'"))
                .isZero();
        goOn.countDown();
        assertThat(count("webhook_delivery where host = '127.0.0.1'")).isEqualTo(40);
    }

    private JobId submit(String tenant, String host, String path) throws Exception {
        return submit(tenant, receiver.url(host, path));
    }

    private JobId submit(String tenant, String url) throws Exception {
        var answer = post(document(tenant, url));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        return JobId.parse(json(answer).at("/id").asText());
    }

    private static String document(String tenant, String url) {
        return "{\"language\": \"python\", \"code\": \"1\", \"tenant\": \"%s\", \"webhook\": {\"url\": \"%s\"}}"
                .formatted(tenant, url);
    }

    private void finishAll() {
        claim().forEach(lease -> results.finish(lease, exited(0, "hi\n", Jobs.LIMITS)));
    }

    private List<Lease> claim() {
        return Workers.claim(workers, claims, 100, LEASE).stream().map(c -> c.lease()).toList();
    }

    private void awaitState(JobId id, String state) {
        await().atMost(Duration.ofSeconds(30))
                .until(
                        () ->
                                json(get(id, "/webhook"))
                                        .at("/deliveries/0/state")
                                        .asText()
                                        .equals(state));
    }

    /** By the words of the specification, apart from the code that signs. */
    private static String hmac(String secret, Receiver.Post post) throws Exception {
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(Base64.getDecoder().decode(secret), "HmacSHA256"));
        String signed =
                post.id()
                        + "."
                        + post.timestamp()
                        + "."
                        + new String(post.body(), StandardCharsets.UTF_8);
        return Base64.getEncoder()
                .encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8)));
    }

    private HttpResponse<String> post(String document) throws Exception {
        return send(
                HttpRequest.newBuilder(server.resolve("v1/jobs"))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(document))
                        .build());
    }

    private HttpResponse<String> get(JobId id, String resource) throws Exception {
        return send("GET", id, resource);
    }

    private HttpResponse<String> send(String method, JobId id, String resource) throws Exception {
        return send(
                HttpRequest.newBuilder(server.resolve("v1/jobs/" + id + resource))
                        .method(method, BodyPublishers.noBody())
                        .build());
    }

    private static HttpResponse<String> send(HttpRequest request) throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            return client.send(request, BodyHandlers.ofString());
        }
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return Json.ofBytes(answer.body().getBytes(StandardCharsets.UTF_8));
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
