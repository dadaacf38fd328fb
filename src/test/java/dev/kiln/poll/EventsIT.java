package dev.kiln.poll;

import static dev.kiln.sandbox.ScriptedSandbox.exited;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kiln.job.CapturedStream;
import dev.kiln.job.ExecutionResult;
import dev.kiln.job.JobId;
import dev.kiln.job.Lease;
import dev.kiln.job.ProgramStream;
import dev.kiln.store.CancelStore;
import dev.kiln.store.ClaimStore;
import dev.kiln.store.Endings;
import dev.kiln.store.LeaseStore;
import dev.kiln.store.LiveChunk;
import dev.kiln.store.LiveOutput;
import dev.kiln.store.ResultStore;
import dev.kiln.store.SubmissionStore;
import dev.kiln.store.WorkerStore;
import dev.kiln.testing.EventReader;
import dev.kiln.testing.EventReader.Event;
import dev.kiln.testing.Jobs;
import dev.kiln.testing.StoreProfile;
import dev.kiln.testing.Workers;
import dev.kiln.wire.Json;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Following jobs over HTTP, against a real PostgreSQL. In this profile nobody looks by himself, and
 * there is no worker: what a test says is all that happens.
 */
@QuarkusTest
@TestProfile(StoreProfile.class)
@Timeout(120)
class EventsIT {
    private static final Duration LEASE = Duration.ofMinutes(5);
    private static final int STREAMS = 8;

    @TestHTTPResource("/")
    URI server;

    private final List<EventReader> opened = new ArrayList<>();

    @Inject Followers followers;
    @Inject Endings endings;
    @Inject EventSource source;
    @Inject LiveOutput live;
    @Inject SubmissionStore submissions;
    @Inject ClaimStore claims;
    @Inject WorkerStore workers;
    @Inject LeaseStore leases;
    @Inject ResultStore results;
    @Inject CancelStore cancels;
    @Inject AgroalDataSource dataSource;

    @BeforeEach
    void empty() throws SQLException {
        await().until(() -> followers.count() == 0);
        dataSource.getConfiguration().setMetricsEnabled(true);
        sql("truncate job, rejected, live_output cascade");
    }

    @AfterEach
    void close() throws IOException {
        for (var each : opened) {
            each.close();
        }
    }

    private EventReader open(JobId id) throws Exception {
        opened.add(EventReader.of(server, id));
        return opened.getLast();
    }

    @Test
    void a_job_is_told_from_the_queue_to_its_end_with_its_output_as_it_comes() throws Exception {
        var id = queued();
        try (var events = EventReader.of(server, id)) {
            assertThat(events.response().headers().firstValue("Content-Type").orElse(""))
                    .startsWith("text/event-stream");
            var first = events.next();
            assertThat(first.state()).isEqualTo("QUEUED");
            assertThat(first.data().get("waiting_for").asText()).isNotEmpty();

            var lease = claim();
            live.tell(List.of(id));
            var running = events.next();
            assertThat(running.state()).isEqualTo("RUNNING");
            assertThat(running.data().get("attempt").asInt()).isEqualTo(1);
            assertThat(running.data().get("worker").asText()).isEqualTo("w");

            List<Event> output = new ArrayList<>();
            append(lease, ProgramStream.STDOUT, 0, "one\n");
            output.add(events.next());
            append(lease, ProgramStream.STDERR, 0, "oops\n");
            output.add(events.next());
            append(lease, ProgramStream.STDOUT, 4, "two\n");
            output.add(events.next());
            assertThat(output)
                    .extracting(Event::name)
                    .containsExactly("stdout", "stderr", "stdout");

            results.finish(lease, exited(0, "one\ntwo\nthree\n", Jobs.LIMITS));
            var rest = events.rest();
            output.addAll(rest);
            assertThat(rest).extracting(Event::name).containsExactly("stdout", "state");
            assertThat(EventReader.output(output, "stdout"))
                    .asString()
                    .isEqualTo("one\ntwo\nthree\n");
            assertThat(rest.getLast().data()).isEqualTo(polled(id));
        }
        await().until(() -> followers.count() == 0);
        assertThat(endings.jobs()).isEmpty();
    }

    @Test
    void who_comes_late_gets_all_of_it_and_who_comes_after_the_end_the_end_at_once()
            throws Exception {
        var lease = running();
        append(lease, ProgramStream.STDOUT, 0, "early ");
        append(lease, ProgramStream.STDOUT, 6, "bird");
        try (var late = EventReader.of(server, lease.job())) {
            assertThat(late.next().state()).isEqualTo("RUNNING");
            assertThat(late.next().data().get("text").asText()).isEqualTo("early bird");
            results.finish(lease, exited(0, "early bird", Jobs.LIMITS));
            assertThat(late.rest()).extracting(Event::state).containsExactly("FINISHED");
        }
        try (var after = EventReader.of(server, lease.job())) {
            var events = after.rest();
            assertThat(EventReader.output(events, "stdout")).asString().isEqualTo("early bird");
            assertThat(events.getLast().data()).isEqualTo(polled(lease.job()));
        }
    }

    @Test
    void who_connects_again_goes_on_where_he_was() throws Exception {
        var lease = running();
        append(lease, ProgramStream.STDOUT, 0, "one ");
        String last;
        try (var events = EventReader.of(server, lease.job())) {
            events.next();
            last = events.next().id();
        }
        append(lease, ProgramStream.STDOUT, 4, "two ");
        try (var events = EventReader.after(server, lease.job(), last)) {
            var two = events.next();
            assertThat(two.data().get("offset").asInt()).isEqualTo(4);
            assertThat(two.data().get("text").asText()).isEqualTo("two ");
            last = two.id();
        }
        results.finish(lease, exited(0, "one two three", Jobs.LIMITS));
        try (var events = EventReader.after(server, lease.job(), last)) {
            var rest = events.rest();
            assertThat(rest).extracting(Event::name).containsExactly("stdout", "state");
            assertThat(rest.getFirst().data().get("text").asText()).isEqualTo("three");
            last = rest.getLast().id();
        }
        try (var events = EventReader.after(server, lease.job(), last)) {
            assertThat(events.response().statusCode()).as("a browser stops then").isEqualTo(204);
        }
    }

    @Test
    void another_attempt_begins_the_output_anew_and_the_one_before_is_not_heard_any_more()
            throws Exception {
        var lost = running();
        append(lost, ProgramStream.STDOUT, 0, "first try");
        try (var events = EventReader.of(server, lost.job())) {
            events.next();
            events.next();
            leases.putBack(lost, LeaseStore.By.HOLDER, "sentry crashed", true, Duration.ZERO);
            live.tell(List.of(lost.job()));
            var queued = events.next();
            assertThat(queued.state()).isEqualTo("QUEUED");
            assertThat(queued.data().get("reason").asText()).contains("sentry crashed");

            var lease = claim();
            append(lost, ProgramStream.STDOUT, 9, ", too late");
            append(lease, ProgramStream.STDOUT, 0, "second try");
            assertThat(events.next()).matches(e -> e.name().equals("attempt"));
            assertThat(events.next().data().get("attempt").asInt()).isEqualTo(2);
            var output = events.next();
            assertThat(output.data().get("offset").asInt()).isZero();
            assertThat(output.data().get("text").asText()).isEqualTo("second try");
            results.finish(lease, exited(0, "second try", Jobs.LIMITS));
            assertThat(events.rest()).extracting(Event::state).containsExactly("FINISHED");
        }
        assertThat(count("select count(*) from live_output where bytes = ', too late'::bytea"))
                .isZero();
    }

    @Test
    void hostile_output_stays_one_inert_string_and_loses_no_byte() throws Exception {
        byte[] hostile =
                bytes(
                        "\r\n\r\nevent: state\ndata: {}\n\n\"\\\u001b]0;x\u0007\u001b[31m\u007f\u0085\u009b\u2028\u202e\u0000é€😀",
                        new byte[] {(byte) 0xff, (byte) 0xc3, 'x'},
                        "ende €");
        var lease = running();
        // Each byte by itself: every character is cut in every place.
        for (int i = 0; i < hostile.length; i++) {
            live.append(
                    List.of(
                            new LiveChunk(
                                    lease, ProgramStream.STDOUT, i, new byte[] {hostile[i]})));
        }
        List<Event> events = new ArrayList<>();
        try (var reader = EventReader.of(server, lease.job())) {
            events.add(reader.next());
            while (EventReader.output(events, "stdout").length < hostile.length) {
                events.add(reader.next());
            }
            assertThat(EventReader.output(events, "stdout")).isEqualTo(hostile);
            results.finish(lease, result(hostile));
            assertThat(reader.rest()).extracting(Event::state).containsExactly("FINISHED");
        }
        String raw =
                HttpClient.newHttpClient()
                        .send(request(lease.job()), BodyHandlers.ofString())
                        .body();
        assertThat(raw.replace("\n", "").codePoints())
                .allMatch(c -> c >= ' ' && Character.getType(c) != Character.CONTROL)
                .noneMatch(c -> Character.getType(c) == Character.FORMAT || c == 0x2028);
        assertThat(raw.lines().filter(line -> line.startsWith("event: ")))
                .containsExactly("event: stdout", "event: state");
    }

    @Test
    void what_is_no_text_comes_in_base64_and_a_cut_character_with_its_rest() throws Exception {
        var lease = running();
        byte[] euro = "€".getBytes(StandardCharsets.UTF_8);
        append(lease, ProgramStream.STDOUT, Arrays.copyOf(euro, 2), 0);
        append(lease, ProgramStream.STDERR, new byte[] {(byte) 0xff, 'a'}, 0);
        try (var events = EventReader.of(server, lease.job())) {
            events.next();
            var stderr = events.next();
            assertThat(stderr.name()).isEqualTo("stderr");
            assertThat(stderr.data().get("base64").asText()).isEqualTo("/2E=");
            append(lease, ProgramStream.STDOUT, Arrays.copyOfRange(euro, 2, 3), 2);
            assertThat(events.next().data().get("text").asText()).isEqualTo("€");
            cancels.cancel(lease.job());
            leases.putBack(lease, LeaseStore.By.HOLDER, "drained", false, Duration.ZERO);
            assertThat(events.rest()).extracting(Event::state).containsExactly("CANCELLED");
        }
    }

    @Test
    void where_no_hint_comes_one_look_for_all_of_them_wakes_those_who_are_behind()
            throws Exception {
        var first = running();
        var second = running();
        try (var one = EventReader.of(server, first.job());
                var two = EventReader.of(server, second.job())) {
            one.next();
            two.next();
            sql(
                    "insert into live_output select id, epoch, 1, 0, 'unheard' from job where id = '%s'"
                            .formatted(first.job()));
            sql(
                    "update job set state = 'CANCELLED', finished_at = now(), owner = null, lease_until = null where id = '%s'"
                            .formatted(second.job()));
            followers.look();
            assertThat(one.next().data().get("text").asText()).isEqualTo("unheard");
            assertThat(two.next().state()).isEqualTo("CANCELLED");
        }
    }

    @Test
    void who_only_waits_asks_the_database_nothing() throws Exception {
        var lease = running();
        for (int i = 0; i < STREAMS; i++) {
            assertThat(open(lease.job()).next().state()).isEqualTo("RUNNING");
        }
        await().until(() -> dataSource.getMetrics().activeCount() <= 1);
        long before = dataSource.getMetrics().acquireCount();
        assertThat(before).as("counted at all").isPositive();
        followers.look();
        followers.look();
        // Two looks, and a hint to the workers now and then: not one for each who waits.
        await().during(Duration.ofMillis(500))
                .until(
                        () -> {
                            long used = dataSource.getMetrics().acquireCount() - before;
                            return used >= 2 && used < STREAMS;
                        });
    }

    @Test
    void more_than_may_follow_are_told_to_come_later() throws Exception {
        var id = queued();
        for (int i = 0; i < STREAMS; i++) {
            open(id).next();
        }
        try (var tooMany = EventReader.of(server, id)) {
            assertThat(tooMany.response().statusCode()).isEqualTo(503);
            assertThat(tooMany.response().headers().firstValue("Retry-After")).contains("5");
            assertThat(new String(tooMany.response().body().readAllBytes(), StandardCharsets.UTF_8))
                    .contains("/problems/unavailable", "kiln.poll.streams");
        }
        opened.removeFirst().close();
        await().until(() -> followers.count() == STREAMS - 1);
        try (var again = EventReader.of(server, id)) {
            assertThat(again.next().state()).isEqualTo("QUEUED");
        }
    }

    @Test
    void a_client_that_goes_away_gives_its_place_back_also_after_the_stream_had_to_wait_for_it()
            throws Exception {
        var lease = running();
        byte[] piece = new byte[64 << 10];
        Arrays.fill(piece, (byte) 'x');
        int pieces = 256;
        for (int i = 0; i < pieces; i++) {
            append(lease, ProgramStream.STDOUT, piece, (long) i * piece.length);
        }
        var events = open(lease.job());
        // More than all buffers on the way hold: then it waits for a client who does not read.
        var used = new long[1];
        await().during(Duration.ofMillis(500))
                .until(
                        () -> {
                            long before = used[0];
                            used[0] = dataSource.getMetrics().acquireCount();
                            return used[0] == before;
                        });
        assertThat(events.next().state()).isEqualTo("RUNNING");
        for (long read = 0; read < (long) pieces * piece.length; ) {
            read += events.next().bytes().length;
        }
        events.close();
        await().until(() -> followers.count() == 0);
    }

    @Test
    void a_client_that_takes_nothing_has_nothing_read_for_it() throws Exception {
        var lease = running();
        byte[] piece = new byte[64 << 10];
        Arrays.fill(piece, (byte) 'x');
        for (int i = 0; i < 16; i++) {
            append(lease, ProgramStream.STDOUT, piece, (long) i * piece.length);
        }
        var seat = followers.sit(lease.job(), Position.START, () -> false).orElseThrow();
        var taking = new Semaphore(0);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var stream =
                    threads.submit(
                            () -> {
                                new EventStream(lease.job(), source, seat).write(slow(taking));
                                return true;
                            });
            // The pause before connecting again, the state, the first piece.
            taking.release(2);
            await().until(() -> seat.told().stdout() > 0);
            await().during(Duration.ofMillis(300))
                    .until(() -> seat.told().stdout() == piece.length);
            taking.release(1000);
            await().until(() -> seat.told().stdout() == 16L * piece.length);
            seat.leave();
            assertThat(stream.get()).isTrue();
        }
        assertThat(followers.count()).isZero();
    }

    @Test
    void what_is_not_there_or_makes_no_sense_is_a_problem() throws Exception {
        try (var unknown = EventReader.of(server, Jobs.id())) {
            assertThat(unknown.response().statusCode()).isEqualTo(404);
            assertThat(unknown.response().headers().firstValue("Content-Type").orElse(""))
                    .startsWith("application/problem+json");
        }
        assertThat(head(Jobs.id())).isEqualTo(404);
        assertThat(head(queued())).as("at once, of a job that has not ended").isEqualTo(200);
        try (var no = EventReader.of(server, "no-uuid")) {
            assertThat(no.response().statusCode()).isEqualTo(400);
        }
        try (var strange = EventReader.after(server, queued(), "7")) {
            assertThat(strange.response().statusCode()).isEqualTo(400);
            assertThat(new String(strange.response().body().readAllBytes(), StandardCharsets.UTF_8))
                    .contains("Last-Event-ID");
        }
        assertThat(followers.count()).isZero();
    }

    @Test
    void what_nobody_removed_is_swept_but_for_what_still_runs() throws Exception {
        var gone = running();
        append(gone, ProgramStream.STDOUT, 0, "left behind");
        var runs = running();
        append(runs, ProgramStream.STDOUT, 0, "still there");
        results.finish(gone, exited(0, "left behind", Jobs.LIMITS));
        assertThat(live.sweep()).isEqualTo(1);
        assertThat(count("select count(*) from live_output")).isEqualTo(1);
        live.remove(List.of(runs));
        assertThat(count("select count(*) from live_output")).isZero();
    }

    private static OutputStream slow(Semaphore taking) {
        return new OutputStream() {
            @Override
            public void write(int b) {
                taking.acquireUninterruptibly();
            }

            @Override
            public void write(byte[] bytes, int from, int length) {
                taking.acquireUninterruptibly();
            }
        };
    }

    private static byte[] bytes(String before, byte[] between, String after) {
        var all = new ByteArrayOutputStream();
        all.writeBytes(before.getBytes(StandardCharsets.UTF_8));
        all.writeBytes(between);
        all.writeBytes(after.getBytes(StandardCharsets.UTF_8));
        return all.toByteArray();
    }

    private static ExecutionResult result(byte[] stdout) {
        var plain = exited(0, "", Jobs.LIMITS);
        return new ExecutionResult(
                plain.termination(),
                plain.exitCode(),
                plain.signal(),
                new CapturedStream(stdout, stdout.length),
                plain.stderr(),
                null,
                plain.usage(),
                plain.evidence(),
                plain.provenance());
    }

    private void append(Lease lease, ProgramStream stream, long offset, String text) {
        append(lease, stream, text.getBytes(StandardCharsets.UTF_8), offset);
    }

    private void append(Lease lease, ProgramStream stream, byte[] bytes, long offset) {
        live.append(List.of(new LiveChunk(lease, stream, offset, bytes)));
    }

    private JobId queued() {
        var jobs = Stream.of(Jobs.python("pass")).toList();
        submissions.insert(jobs);
        return jobs.getFirst().id();
    }

    private Lease running() {
        queued();
        return claim();
    }

    private Lease claim() {
        return Workers.claim(workers, claims, 1, LEASE).getFirst().lease();
    }

    private HttpRequest request(JobId id) {
        return HttpRequest.newBuilder(server.resolve("v1/jobs/" + id + "/events")).build();
    }

    private int head(JobId id) throws Exception {
        var head = HttpRequest.newBuilder(request(id), (_, _) -> true).HEAD().build();
        return HttpClient.newHttpClient().send(head, BodyHandlers.discarding()).statusCode();
    }

    private JsonNode polled(JobId id) throws Exception {
        var answer =
                HttpClient.newHttpClient()
                        .send(
                                HttpRequest.newBuilder(server.resolve("v1/jobs/" + id)).build(),
                                BodyHandlers.ofByteArray());
        return Json.ofBytes(answer.body());
    }

    private long count(String query) throws SQLException {
        try (var connection = dataSource.getConnection();
                var s = connection.createStatement();
                var row = s.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }

    private void sql(String statement) throws SQLException {
        try (var connection = dataSource.getConnection();
                var s = connection.createStatement()) {
            s.execute(statement);
        }
    }
}
