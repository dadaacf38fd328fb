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
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class BatchStreamTest {
    private final MemoryStore store = new MemoryStore();
    private final List<String> closed = new ArrayList<>();
    private final Reader client = new Reader();
    private BooleanSupplier full = () -> false;

    /** A client that takes what it must, or everything. */
    private static final class Reader implements BatchStream.Client {
        final ByteArrayOutputStream read = new ByteArrayOutputStream();
        boolean eager;
        int pieces;

        @Override
        public boolean ready() {
            return eager;
        }

        @Override
        public void write(byte[] piece) {
            read.writeBytes(piece);
            pieces++;
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
        // Much more than is kept in memory.
        run(lines(1, 30_000), "");
        var lines = client.lines();
        assertThat(lines).hasSize(30_001);
        assertThat(lines.subList(0, 30_000))
                .extracting(line -> line.path("line").asLong())
                .containsExactlyElementsOf(LongStream.rangeClosed(1, 30_000).boxed().toList());
        assertThat(lines.getLast().path("done").asBoolean()).isTrue();
        assertThat(store.jobs).hasSize(30_000);
    }

    @Test
    void no_more_is_read_than_the_client_has_room_for_answers() throws Exception {
        var body = new ByteArrayInputStream(utf8(lines(1, 5000)));
        var left = new ArrayList<Integer>();
        var slow =
                new BatchStream.Client() {
                    @Override
                    public boolean ready() {
                        return false;
                    }

                    @Override
                    public void write(byte[] piece) {
                        left.add(body.available());
                    }
                };
        stream(body, slow, "kiln.intake.http.max-unread-answer=60k", request("b", null, 1, false))
                .run();
        assertThat(left.getFirst()).as("when it first must be read").isPositive();
    }

    @Test
    void a_store_that_goes_away_ends_it_with_the_line_to_go_on_from() throws Exception {
        client.eager = true;
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

    private static BatchStream.Request request(
            String batch, String key, long firstLine, boolean close) {
        return new BatchStream.Request(
                new Origin.RequestBatch(batch, true), key, firstLine, close, null);
    }

    private BatchStream stream(
            InputStream body, BatchStream.Client to, String setting, BatchStream.Request request) {
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
