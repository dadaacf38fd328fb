package dev.kiln.intake;

import static dev.kiln.intake.Documents.READER;
import static dev.kiln.intake.Documents.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kiln.job.JobId;
import dev.kiln.wire.Json;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class BatchStreamTest {
    private final MemoryStore store = new MemoryStore();
    private final List<String> closed = new ArrayList<>();
    private final Reader client = new Reader(new CountDownLatch(0));
    private BooleanSupplier full = () -> false;

    /** A client that reads from some time on. */
    private static class Reader implements AnswerWriter.Client {
        final ByteArrayOutputStream read = new ByteArrayOutputStream();
        final CountDownLatch reads;

        Reader(CountDownLatch reads) {
            this.reads = reads;
        }

        @Override
        public void write(byte[] piece) throws IOException {
            await(reads);
            read.writeBytes(piece);
        }

        List<JsonNode> lines() {
            return read.toString(StandardCharsets.UTF_8)
                    .lines()
                    .map(line -> Json.ofBytes(utf8(line)))
                    .toList();
        }
    }

    @Test
    void answers_come_in_order_also_when_the_client_reads_none_before_the_end() throws Exception {
        var sent = new CountDownLatch(1);
        var reader = new Reader(sent);
        // Much more than is kept in memory.
        var body = new SequenceInputStream(stream(lines(1, 30_000)), new Told(sent));
        stream(body, reader, "", request("b", null, 1, true)).run();
        var lines = reader.lines();
        assertThat(lines).hasSize(30_001);
        assertThat(lines.subList(0, 30_000))
                .extracting(line -> line.path("line").asLong())
                .containsExactlyElementsOf(LongStream.rangeClosed(1, 30_000).boxed().toList());
        assertThat(lines.getLast().path("done").asBoolean()).isTrue();
        assertThat(store.jobs).hasSize(30_000);
    }

    @Test
    void a_client_that_sends_no_more_before_it_has_its_answers_gets_them() throws Exception {
        var waits = new CountDownLatch(1);
        var answered = new CountDownLatch(1);
        var reader =
                new Reader(waits) {
                    @Override
                    public void write(byte[] piece) throws IOException {
                        // It could not be written to at once.
                        super.write(piece);
                        if (lines().size() == 1000) {
                            answered.countDown();
                        }
                    }
                };
        var pause =
                new Told(waits) {
                    @Override
                    public int read(byte[] to, int at, int most) throws IOException {
                        super.read(to, at, most);
                        await(answered);
                        return -1;
                    }
                };
        var body =
                new SequenceInputStream(
                        Collections.enumeration(
                                List.of(stream(lines(1, 1000)), pause, stream(lines(1001, 5)))));
        stream(body, reader, "", request("b", null, 1, true)).run();
        assertThat(reader.lines()).hasSize(1006);
    }

    @Test
    void no_more_is_read_than_the_client_has_room_for_answers() throws Exception {
        var reads = new CountDownLatch(1);
        var body = stream(lines(1, 5000));
        var stream =
                stream(
                        body,
                        new Reader(reads),
                        "kiln.intake.http.max-unread-answer=60k",
                        request("b", null, 1, false));
        var failure = new AtomicReference<Throwable>();
        var request =
                Thread.ofPlatform()
                        .uncaughtExceptionHandler((_, e) -> failure.set(e))
                        .start(() -> run(stream));
        Awaitility.await().until(() -> request.getState() == Thread.State.WAITING);
        assertThat(body.available()).isPositive();
        reads.countDown();
        request.join();
        assertThat(failure.get()).isNull();
        assertThat(store.jobs).hasSize(5000);
    }

    @Test
    void a_client_that_is_gone_ends_it() {
        AnswerWriter.Client gone =
                _ -> {
                    throw new IOException("gone");
                };
        var request = request("b", null, 1, true);
        var body = stream(lines(1, 5000));
        assertThatThrownBy(() -> stream(body, gone, "", request).run())
                .isInstanceOf(IOException.class)
                .hasMessage("gone");
        assertThat(closed).as("nobody knows whether its last line was sent").isEmpty();
    }

    @Test
    void a_store_that_goes_away_ends_it_with_the_line_to_go_on_from() throws Exception {
        var body =
                new SequenceInputStream(
                        new ByteArrayInputStream(utf8(lines(1, 1000))),
                        new ByteArrayInputStream(utf8(lines(1001, 5000))) {
                            @Override
                            public synchronized int read(byte[] to, int at, int most) {
                                store.reachable = store.jobs.isEmpty();
                                return super.read(to, at, most);
                            }
                        });
        stream(body, client, "", request("b", null, 1, true)).run();
        var last = client.lines().getLast();
        assertThat(last.path("done").asBoolean()).isFalse();
        assertThat(last.path("type").asText()).isEqualTo("/problems/unavailable");
        assertThat(last.path("send_again_from").asLong()).isEqualTo(store.jobs.size() + 1);
        assertThat(client.lines()).hasSize(store.jobs.size() + 1);
        assertThat(body.read()).as("what was not taken is read all the same").isEqualTo(-1);
        assertThat(closed).isEmpty();
    }

    @Test
    void a_full_queue_is_waited_for_and_then_told() throws Exception {
        full = () -> store.jobs.size() >= 2000;
        stream(
                        new ByteArrayInputStream(utf8(lines(501, 4000))),
                        client,
                        "kiln.intake.http.wait-for-room=0s",
                        request("b", null, 501, false))
                .run();
        var last = client.lines().getLast();
        assertThat(last.path("type").asText()).isEqualTo("/problems/queue-full");
        assertThat(last.path("send_again_from").asLong()).isEqualTo(2501);
        assertThat(store.jobs).hasSize(2000);
    }

    @Test
    void a_line_that_broke_off_is_no_line() {
        var body =
                new SequenceInputStream(
                        new ByteArrayInputStream(utf8(lines(1, 1999) + lines(2000, 1).strip())),
                        new InputStream() {
                            @Override
                            public int read() throws IOException {
                                throw new IOException("reset");
                            }

                            @Override
                            public int read(byte[] to, int at, int most) throws IOException {
                                return read();
                            }
                        });
        assertThatThrownBy(() -> stream(body, client, "", request("b", null, 1, true)).run())
                .isInstanceOf(IOException.class);
        assertThat(store.jobs).hasSize(1000);
        assertThat(closed).isEmpty();
    }

    @Test
    void it_is_closed_when_every_line_is_a_job() throws Exception {
        run(lines(1, 3) + lines(4, 1).replace("}", ", \"tenant\": \"t\"}"), "");
        assertThat(closed).containsExactly("default/b", "t/b");
        closed.clear();
        run(lines(1, 3) + "{}\n", "");
        assertThat(closed).isEmpty();
    }

    @Test
    void a_key_gives_the_same_line_the_same_id_and_only_to_the_same_tenant() {
        var ids = IntStream.rangeClosed(1, 3000).mapToObj(i -> LineId.of("t", "k", i)).toList();
        assertThat(ids).isSorted().doesNotHaveDuplicates();
        assertThat(LineId.of("t", "k", 7)).isEqualTo(ids.get(6));
        assertThat(ids).allMatch(id -> id.value().version() == 8 && id.value().variant() == 2);
        assertThat(ids).doesNotContain(LineId.of("u", "k", 7), LineId.of("t", "l", 7));
        assertThat(LineId.of("t", "k", 7 + (1L << 30))).isNotEqualTo(ids.get(6));
        assertThat(JobId.parse(LineId.batch("k")).value().version()).isEqualTo(8);
        assertThat(LineId.batch("k")).isEqualTo(LineId.batch("k")).isNotEqualTo(LineId.batch("l"));
    }

    private void run(String lines, String settings) throws Exception {
        stream(new ByteArrayInputStream(utf8(lines)), client, settings, request("b", null, 1, true))
                .run();
    }

    private static void run(BatchStream stream) {
        try {
            stream.run();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Empty, and tells when it is asked for more. */
    private static class Told extends InputStream {
        private final CountDownLatch asked;

        Told(CountDownLatch asked) {
            this.asked = asked;
        }

        @Override
        public int read() {
            throw new UnsupportedOperationException("it is read in pieces");
        }

        @Override
        public int read(byte[] to, int at, int most) throws IOException {
            asked.countDown();
            return -1;
        }
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new InterruptedIOException();
        }
    }

    private static ByteArrayInputStream stream(String lines) {
        return new ByteArrayInputStream(utf8(lines));
    }

    private static BatchStream.Request request(
            String batch, String key, long firstLine, boolean close) {
        return new BatchStream.Request(
                new Origin.RequestBatch(batch, true), key, firstLine, close, null);
    }

    private BatchStream stream(
            InputStream body, AnswerWriter.Client to, String setting, BatchStream.Request request) {
        Map<String, String> settings =
                setting.isEmpty() ? Map.of() : Map.of(setting.split("=")[0], setting.split("=")[1]);
        var door =
                new BatchStream.Door(
                        READER,
                        new Admission(store),
                        (tenant, batch) -> closed.add(tenant + "/" + batch),
                        _ -> full.getAsBoolean(),
                        Configs.of(settings).getConfigMapping(IntakeConfig.class));
        return new BatchStream(door, request, body, to);
    }

    private static String lines(int first, int count) {
        return IntStream.range(first, first + count)
                .mapToObj(i -> "{\"language\": \"python\", \"code\": \"%d\"}\n".formatted(i))
                .collect(Collectors.joining());
    }
}
