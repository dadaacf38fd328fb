package dev.kiln.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.job.TraceParent;
import dev.kiln.testing.TestCa;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Posts to a real server, under names that only the test knows. */
class PosterTest {
    private static final byte[] BODY = "{}".getBytes(StandardCharsets.UTF_8);
    private static final Signature SIGNATURE =
            Signature.of("p", List.of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
    private static final InetAddress HERE = InetAddress.getLoopbackAddress();
    private final Names names = new Names();
    private Receiver receiver;

    @BeforeEach
    void start() throws Exception {
        receiver = new Receiver();
    }

    @AfterEach
    void stop() {
        receiver.close();
    }

    @Test
    void a_message_is_posted_to_the_name_at_the_address_that_was_checked() {
        names.next(HERE);
        assertThat(post("hooks.example", "/in?x=1", _ -> true)).isEqualTo(new Attempt.Taken(204));
        var post = receiver.posts.getFirst();
        assertThat(post.path()).isEqualTo("/in");
        assertThat(post.host()).isEqualTo("hooks.example:" + receiver.port());
        assertThat(post.id()).isEqualTo("event/1");
        assertThat(post.type()).startsWith("application/cloudevents+json");
        assertThat(post.body()).isEqualTo(BODY);
        assertThat(names.asked).containsExactly("hooks.example");
    }

    @Test
    void the_receiver_is_told_the_trace() {
        var headers = new ArrayList<String>();
        receiver.handler =
                exchange -> {
                    headers.add(exchange.getRequestHeaders().getFirst("traceparent"));
                    Receiver.answer(exchange, 204);
                };
        var trace = new TraceParent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        names.next(HERE);
        var poster = new Poster(config("5s"), names, _ -> true);
        var url = URI.create(receiver.url("hooks.example", "/"));
        assertThat(poster.post(url, "event/1", SIGNATURE, BODY, trace))
                .isEqualTo(new Attempt.Taken(204));
        assertThat(headers).containsExactly(trace.text());
    }

    @Test
    void a_name_of_this_host_gets_nothing() {
        names.next(HERE);
        assertRefused(post("inside.example", "/", PublicAddress::is));
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "localhost", "2130706433"})
    void nor_does_an_address_of_it_however_it_is_written(String host) throws Exception {
        var poster = new Poster(config("5s"), SystemDefaultDnsResolver.INSTANCE, PublicAddress::is);
        var attempt =
                poster.post(
                        URI.create("http://" + host + ":" + receiver.port()),
                        "event/1",
                        SIGNATURE,
                        BODY);
        assertThat(attempt).isInstanceOf(Attempt.Failed.class);
        assertThat(receiver.posts).isEmpty();
    }

    @Test
    void one_address_that_is_not_public_among_others_is_enough_to_refuse() throws Exception {
        names.next(InetAddress.getByName("1.1.1.1"), HERE);
        assertRefused(post("both.example", "/", PublicAddress::is));
    }

    /** What was public when it was submitted, or a moment ago, is looked at again each time. */
    @Test
    void a_name_that_changes_its_address_is_caught_and_looked_up_once_an_attempt() {
        Predicate<InetAddress> firstOnly = address -> names.asked.size() == 1;
        names.next(HERE);
        names.next(HERE);
        assertThat(post("moves.example", "/", firstOnly)).isEqualTo(new Attempt.Taken(204));
        assertThat(names.asked).hasSize(1);
        var second = post("moves.example", "/", firstOnly);
        assertThat(names.asked).hasSize(2);
        assertThat(((Attempt.Failed) second).error()).contains("not public");
        assertThat(receiver.posts).hasSize(1);
    }

    @Test
    void a_redirect_is_not_followed() {
        receiver.handler =
                exchange -> {
                    exchange.getResponseHeaders().add("Location", "/elsewhere");
                    Receiver.answer(exchange, 307);
                };
        names.next(HERE);
        var failed = (Attempt.Failed) post("hooks.example", "/", _ -> true);
        assertThat(failed.status()).isEqualTo(307);
        assertThat(failed.error()).contains("redirect");
        assertThat(receiver.posts).hasSize(1);
    }

    @Test
    void an_answer_without_end_is_not_read() {
        var sent = new AtomicLong();
        receiver.handler =
                exchange -> {
                    exchange.sendResponseHeaders(200, 0);
                    try (var out = exchange.getResponseBody()) {
                        while (true) {
                            out.write(new byte[1 << 16]);
                            out.flush();
                            sent.addAndGet(1 << 16);
                        }
                    }
                };
        names.next(HERE);
        assertThat(post("hooks.example", "/", _ -> true)).isEqualTo(new Attempt.Taken(200));
        // What fits into the buffers of two sockets, and not what it would send in 5 s.
        assertThat(sent.get()).isLessThan(64L << 20);
    }

    @Test
    void one_that_never_begins_ends_with_the_time() throws Exception {
        names.next(HERE);
        try (var silent = new ServerSocket(0, 1, HERE)) {
            Thread.startVirtualThread(() -> drip(silent));
            var poster = new Poster(config("300ms"), names, _ -> true);
            var failed =
                    (Attempt.Failed)
                            poster.post(
                                    URI.create("http://slow.example:" + silent.getLocalPort()),
                                    "event/1",
                                    SIGNATURE,
                                    BODY);
            assertThat(failed.error()).isEqualTo("no answer within 300 ms");
        }
    }

    /** A header that grows by a byte at a time, each well within the time of one read. */
    private static void drip(ServerSocket server) {
        try (var socket = server.accept()) {
            socket.getOutputStream()
                    .write("HTTP/1.1 200 OK\r\nX: ".getBytes(StandardCharsets.US_ASCII));
            while (true) {
                socket.getOutputStream().write('x');
                LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
            }
        } catch (IOException cutOff) {
            // As it should be.
        }
    }

    @Test
    void tls_is_begun_by_the_name_and_the_certificate_must_have_it(@TempDir Path files)
            throws Exception {
        var ca = TestCa.create();
        var roots = Files.writeString(files.resolve("ca.pem"), ca.pem());
        try (var secure = Receiver.tls(ca.server("hooks.example"))) {
            var taken = post(secure, "hooks.example", trusting(roots));
            assertThat(taken).isEqualTo(new Attempt.Taken(204));
            assertThat(secure.serverNames).containsExactly("hooks.example");
            assertThat(secure.posts.getFirst().host()).isEqualTo("hooks.example:" + secure.port());

            assertNotTrusted(post(secure, "other.example", trusting(roots)));
            assertNotTrusted(post(secure, "hooks.example", config("5s")));
            assertThat(secure.posts).hasSize(1);
            assertThat(names.asked)
                    .containsExactly("hooks.example", "other.example", "hooks.example");
        }
    }

    private Attempt post(Receiver secure, String host, WebhookConfig config) {
        names.next(HERE);
        return new Poster(config, names, _ -> true)
                .post(URI.create(secure.url(host, "/in")), "event/1", SIGNATURE, BODY);
    }

    private static void assertNotTrusted(Attempt attempt) {
        assertThat(attempt)
                .isEqualTo(
                        new Attempt.Failed(
                                null, "the receiver's certificate or TLS is not accepted", null));
    }

    @Test
    void who_is_gone_and_who_is_busy_are_told_apart() {
        receiver.handler = exchange -> Receiver.answer(exchange, 410);
        names.next(HERE);
        assertThat(post("hooks.example", "/", _ -> true)).isEqualTo(new Attempt.Gone(410));
        receiver.handler =
                exchange -> {
                    exchange.getResponseHeaders().add("Retry-After", "120");
                    Receiver.answer(exchange, 429);
                };
        names.next(HERE);
        var busy = (Attempt.Failed) post("hooks.example", "/", _ -> true);
        assertThat(busy.after()).isEqualTo(Duration.ofMinutes(2));
        receiver.handler =
                exchange -> {
                    exchange.getResponseHeaders().add("Retry-After", "120");
                    Receiver.answer(exchange, 500);
                };
        names.next(HERE);
        var broken = (Attempt.Failed) post("hooks.example", "/", _ -> true);
        assertThat(broken.after()).isNull();
        assertThat(broken.error()).contains("500");
    }

    private void assertRefused(Attempt attempt) {
        var failed = (Attempt.Failed) attempt;
        assertThat(failed.status()).isNull();
        assertThat(failed.error()).contains("not public").doesNotContain("127.0.0.1", "::1");
        assertThat(receiver.posts).isEmpty();
    }

    private Attempt post(String host, String path, Predicate<InetAddress> allowed) {
        var poster = new Poster(config("5s"), names, allowed);
        return poster.post(URI.create(receiver.url(host, path)), "event/1", SIGNATURE, BODY);
    }

    private static WebhookConfig config(String timeout) {
        return config(Map.of("kiln.webhooks.timeout", timeout));
    }

    private static WebhookConfig trusting(Path roots) {
        return config(Map.of("kiln.webhooks.trust", roots.toString()));
    }

    private static WebhookConfig config(Map<String, String> settings) {
        return new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withDefaultValues(settings)
                .withMapping(WebhookConfig.class)
                .build()
                .getConfigMapping(WebhookConfig.class);
    }

    /** A name server that says what the test wants, once for each time. */
    private static final class Names implements DnsResolver {
        final List<String> asked = new ArrayList<>();
        private final Deque<InetAddress[]> answers = new ArrayDeque<>();

        void next(InetAddress... answer) {
            answers.add(answer);
        }

        @Override
        public InetAddress[] resolve(String host) throws UnknownHostException {
            asked.add(host);
            if (answers.isEmpty()) {
                throw new UnknownHostException(host);
            }
            var answer = answers.removeFirst();
            return Arrays.copyOf(answer, answer.length);
        }

        @Override
        public String resolveCanonicalHostname(String host) {
            return host;
        }
    }
}
