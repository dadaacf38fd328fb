package dev.kiln.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.kiln.cli.ApiServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the client makes of servers that refuse, are full, or are not there. */
class KilnClientTest {
    private static final String BUSY =
            "{\"type\":\"/problems/unavailable\",\"title\":\"Unavailable\",\"detail\":\"the database is away\"}";

    @Test
    void the_example_in_the_documentation_is_the_one_that_is_tested() throws Exception {
        String source =
                Files.readString(Path.of("src/test/java/dev/kiln/client/ClientExample.java"));
        String example =
                source.replaceFirst("(?s).*// begin\n(.*)    // end.*", "$1")
                        .stripTrailing()
                        .stripIndent();
        assertThat(example).contains("KilnClient.of");
        assertThat(Files.readString(Path.of("docs/CLIENTS.md"))).contains(example);
    }

    @Test
    void who_waits_comes_back_as_a_busy_server_says() throws Exception {
        try (var api = new ApiServer();
                var kiln = KilnClient.of(URI.create(api.url()))) {
            api.retryAfter("0");
            String request = "GET /v1/jobs/7?wait=60";
            api.on(request, 503, BUSY)
                    .on(request, 502, "<html>")
                    .on(request, 200, "{\"id\":\"7\",\"state\":\"RUNNING\"}")
                    .on(request, 200, "{\"id\":\"7\",\"state\":\"EXPIRED\"}");
            assertThat(kiln.await("7", Duration.ofHours(1)).state()).isEqualTo(JobState.EXPIRED);
            assertThat(api.requests()).hasSize(4);
        }
    }

    @Test
    void a_server_that_answers_too_early_is_not_asked_without_pause() throws Exception {
        var asked = new AtomicInteger();
        var server =
                listen(
                        exchange -> {
                            asked.incrementAndGet();
                            byte[] job = "{\"id\":\"7\",\"state\":\"RUNNING\"}".getBytes(UTF_8);
                            exchange.sendResponseHeaders(200, job.length);
                            exchange.getResponseBody().write(job);
                            exchange.close();
                        });
        try (var kiln = KilnClient.of(address(server))) {
            assertThat(kiln.await("7", Duration.ofMillis(300)).ended()).isFalse();
            assertThat(asked).hasValue(2);
        } finally {
            server.stop(0);
        }
    }

    @Test
    void an_answer_that_does_not_end_is_given_up_and_so_is_one_that_nobody_waits_for()
            throws Exception {
        var begun = new CountDownLatch(2);
        var released = new CountDownLatch(1);
        var server = listen(exchange -> stall(exchange, begun, released));
        try (var kiln = KilnClient.of(address(server))) {
            var http = kiln.http();
            assertThatExceptionOfType(KilnUnreachable.class)
                    .isThrownBy(
                            () -> http.send(http.request("v1/jobs").timeout(Duration.ofSeconds(1))))
                    .satisfies(
                            away ->
                                    assertThat(away.failure())
                                            .isEqualTo(KilnUnreachable.Failure.NO_ANSWER));
            var waiting = new FutureTask<>(() -> http.send(http.request("v1/jobs")));
            var thread = Thread.ofVirtual().start(waiting);
            begun.await();
            thread.interrupt();
            assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(waiting::get)
                    .withCauseInstanceOf(InterruptedException.class);
            // Closing the client waits for requests under way: there are none.
        } finally {
            released.countDown();
            server.stop(0);
        }
    }

    private static void stall(HttpExchange exchange, CountDownLatch begun, CountDownLatch released)
            throws IOException {
        exchange.sendResponseHeaders(200, 100);
        exchange.getResponseBody().flush();
        begun.countDown();
        try (exchange) {
            released.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static HttpServer listen(HttpHandler handler) throws IOException {
        var server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(task -> Thread.ofVirtual().start(task));
        server.createContext("/", handler);
        server.start();
        return server;
    }

    private static URI address(HttpServer server) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    @ParameterizedTest
    @CsvSource({
        "400, false",
        "404, false",
        "429, true",
        "500, false",
        "502, true",
        "503, true",
        "504, true"
    })
    void what_a_server_or_the_proxy_before_it_cannot_do_now_passes(int status, boolean passes)
            throws Exception {
        try (var api = new ApiServer();
                var kiln = KilnClient.of(URI.create(api.url()))) {
            api.on("GET /v1/jobs/7/stdout", status, "<html>");
            assertThatExceptionOfType(KilnProblem.class)
                    .isThrownBy(() -> kiln.stdout("7"))
                    .satisfies(problem -> assertThat(problem.passes()).isEqualTo(passes));
        }
    }

    @Test
    void a_problem_has_what_the_server_said() throws Exception {
        try (var api = new ApiServer();
                var kiln = KilnClient.of(URI.create(api.url()))) {
            api.retryAfter("17");
            api.on("GET /v1/jobs/7", 503, BUSY).on("GET /v1/jobs/8", 500, "<html>");
            assertThatExceptionOfType(KilnProblem.class)
                    .isThrownBy(() -> kiln.job("7"))
                    .withMessage("Kiln refused this (503): the database is away")
                    .satisfies(
                            problem -> {
                                assertThat(problem.type()).isEqualTo("/problems/unavailable");
                                assertThat(problem.retryAfter()).hasValue(Duration.ofSeconds(17));
                                assertThat(problem.passes()).isTrue();
                            });
            assertThatExceptionOfType(KilnProblem.class)
                    .isThrownBy(() -> kiln.job("8"))
                    .withMessage("the server answered 500, and not as a Kiln does")
                    .satisfies(problem -> assertThat(problem.type()).isEmpty());
        }
    }

    @Test
    void a_key_goes_with_every_request_and_what_is_none_with_no_request() throws Exception {
        try (var api = new ApiServer();
                var kiln = KilnClient.of(URI.create(api.url()), "kiln_x")) {
            api.on("GET /v1/jobs/7", 200, "{\"id\":\"7\",\"state\":\"LOST\"}");
            assertThat(kiln.job("7").orElseThrow().state()).isEqualTo(JobState.UNKNOWN);
            assertThat(api.authorizations()).containsExactly("Bearer kiln_x");
        }
        var server = URI.create("https://kiln.example");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KilnClient.of(server, "secret\n"))
                .withMessageNotContaining("secret");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KilnClient.of(URI.create("ftp://kiln.example")))
                .withMessageContaining("not the address of a server");
    }

    @Test
    void a_server_that_is_not_there_is_told_from_one_that_refuses() throws Exception {
        var gone = new ApiServer();
        gone.close();
        try (var kiln = KilnClient.of(URI.create(gone.url()))) {
            assertThatExceptionOfType(KilnUnreachable.class)
                    .isThrownBy(() -> kiln.job("7"))
                    .satisfies(
                            away ->
                                    assertThat(away.failure())
                                            .isEqualTo(KilnUnreachable.Failure.NO_CONNECTION));
            assertThatExceptionOfType(KilnUnreachable.class)
                    .isThrownBy(() -> kiln.await("7", Duration.ZERO));
        }
    }

    @Test
    void a_piece_of_a_stream_for_which_there_is_no_room_is_sent_again_under_the_same_key()
            throws Exception {
        try (var api = new ApiServer();
                var kiln = KilnClient.of(URI.create(api.url()))) {
            String request = "POST /v1/batches?first_line=1&batch=b";
            String line = "{\"line\":1,\"id\":\"7\"}\n";
            api.retryAfter("0");
            api.on(request, 429, BUSY).on(request, 202, line + "{\"done\":true,\"accepted\":1}\n");
            List<KilnException> reasons = new ArrayList<>();
            List<String> ids = new ArrayList<>();
            var sender = kiln.batches().sender("k", "b");
            sender.send(
                    new ByteArrayInputStream("{}\n".getBytes(UTF_8)),
                    new BatchSender.Listener() {
                        @Override
                        public void answered(LineAnswer answer, byte[] text) {
                            ids.add(answer.id().orElseThrow());
                        }

                        @Override
                        public void waiting(KilnException why) {
                            reasons.add(why);
                        }
                    });
            assertThat(ids).containsExactly("7");
            assertThat(reasons).singleElement().isInstanceOf(KilnProblem.class);
            assertThat(api.keys()).containsExactly("k", "k");
            assertThat(sender.sent()).isEqualTo(1);
        }
    }
}
