package dev.kiln.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kiln.job.JobId;
import dev.kiln.job.JobState;
import dev.kiln.sandbox.ScriptedSandbox;
import dev.kiln.store.JobReader;
import dev.kiln.store.Rejection;
import dev.kiln.store.RetentionStore;
import dev.kiln.testing.Jobs;
import dev.kiln.testing.ScriptedProfile;
import dev.kiln.testing.Servers;
import dev.kiln.testing.Topics;
import dev.kiln.wire.Schemas;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The Kafka door, against a real broker and a real PostgreSQL; programs follow a script. */
@QuarkusTest
@TestProfile(ScriptedProfile.class)
class TopicDoorIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String HELLO = "{\"language\":\"python\",\"code\":\"print('hello')\"}";
    private static Topics topics;

    @Inject JobReader reader;
    @Inject RetentionStore retention;
    @Inject ScriptedSandbox sandbox;
    @Inject AgroalDataSource dataSource;

    @BeforeAll
    static void connect() {
        topics = new Topics(Servers.bootstrapServers());
    }

    @AfterAll
    static void disconnect() {
        topics.close();
    }

    @BeforeEach
    void followTheUsualScript() {
        sandbox.script((_, _, limits, _) -> ScriptedSandbox.exited(0, "hi\n", limits));
    }

    @Test
    void a_record_becomes_a_result_and_one_completion_event() throws Exception {
        var id = Jobs.id();
        topics.submit(id.toString(), HELLO);
        var finished = (JobState.Finished) awaitEnd(id);
        assertThat(finished.result().stdout().text()).isEqualTo("hi\n");

        var record = topics.await("kiln.completions", r -> id.toString().equals(r.key()));
        assertThat(Topics.header(record, "content-type"))
                .startsWith("application/cloudevents+json");
        JsonNode event = JSON.readTree(record.value());
        assertThat(event.at("/id").asText()).isEqualTo(id + "/1");
        assertThat(event.at("/type").asText()).isEqualTo("dev.kiln.job.completed");
        assertThat(event.at("/data/state").asText()).isEqualTo("FINISHED");
        assertThat(event.at("/data/result/termination").asText()).isEqualTo("exited");
        assertThat(event.at("/data/result").has("stdout")).isFalse();
    }

    @Test
    void a_batch_of_records_is_closed_by_its_size_and_complete_once() throws Exception {
        String name = "topic-" + Jobs.id();
        String job = HELLO.replace("{", "{\"batch\":\"%s\",\"batch_size\":30,".formatted(name));
        var ids = Stream.generate(Jobs::id).limit(30).toList();
        var contradicting = Jobs.id();
        topics.submit(ids.getFirst().toString(), job);
        awaitEnd(ids.getFirst());
        topics.submit(contradicting.toString(), job.replace(":30,", ":31,"));
        assertThat(rejection(contradicting)).contains("/batch_size", "contradicts");
        // Each twice, as a producer that got no answer sends them.
        for (var id : ids) {
            topics.submit(id.toString(), job);
            topics.submit(id.toString(), job);
        }
        var record = topics.await("kiln.completions", r -> ("default/" + name).equals(r.key()));
        assertThat(Topics.header(record, "content-type"))
                .startsWith("application/cloudevents+json");
        JsonNode event = JSON.readTree(record.value());
        assertThat(Schemas.objections(Schemas.of("batch-completion"), event)).isEmpty();
        assertThat(event.at("/type").asText()).isEqualTo("dev.kiln.batch.completed");
        assertThat(event.at("/id").asText()).isEqualTo("default/" + name + "/completed");
        assertThat(event.at("/data/jobs").asInt()).isEqualTo(30);
        assertThat(event.at("/data/size").asInt()).isEqualTo(30);
        assertThat(event.at("/data/succeeded").asInt()).isEqualTo(30);
        assertThat(event.at("/data/states/FINISHED").asInt()).isEqualTo(30);
        assertThat(event.at("/data/causes/exited").asInt()).isEqualTo(30);

        var late = Jobs.id();
        topics.submit(late.toString(), job);
        assertThat(rejection(late)).contains("/batch", "is closed");
        assertThat(
                        topics.all(
                                "kiln.completions",
                                r -> ("default/" + name).equals(r.key()),
                                Duration.ofSeconds(3)))
                .hasSize(1);
    }

    private static String rejection(JobId id) {
        var record = topics.await("kiln.rejected", r -> id.toString().equals(r.key()));
        return Stream.of(record.headers().toArray())
                .map(header -> new String(header.value(), StandardCharsets.UTF_8))
                .collect(Collectors.joining(" "));
    }

    @Test
    void the_id_may_stand_in_the_document_instead_of_the_key() {
        var id = Jobs.id();
        topics.submit(null, HELLO.replace("{", "{\"id\":\"" + id + "\","));
        assertThat(awaitEnd(id)).isInstanceOf(JobState.Finished.class);
    }

    @Test
    void the_same_record_again_runs_nothing_again() {
        var id = Jobs.id();
        topics.submit(id.toString(), HELLO);
        awaitEnd(id);
        topics.submit(id.toString(), HELLO);
        var last = Jobs.id();
        topics.submit(last.toString(), HELLO);
        awaitEnd(last);
        assertThat(sandbox.tags()).filteredOn(t -> t.job().equals(id)).hasSize(1);
        assertThat(
                        topics.all(
                                "kiln.rejected",
                                r -> id.toString().equals(r.key()),
                                Duration.ofSeconds(1)))
                .isEmpty();
    }

    @Test
    void the_record_of_a_job_that_was_removed_runs_nothing_again() {
        var id = Jobs.id();
        String document = HELLO.replace("{", "{\"ttl\":1,");
        topics.submit(id.toString(), document);
        awaitEnd(id);
        // Not before its event is out, and a second after its end.
        await().atMost(Duration.ofSeconds(30))
                .until(() -> retention.removeExpired(100) > 0 && reader.find(id).isEmpty());
        topics.submit(id.toString(), document);
        var last = Jobs.id();
        topics.submit(last.toString(), HELLO);
        awaitEnd(last);
        assertThat(sandbox.tags()).filteredOn(t -> t.job().equals(id)).hasSize(1);
        assertThat(reader.find(id)).isEmpty();
        assertThat(reader.rejection(id)).isEmpty();
        assertThat(retention.find(id)).isPresent();
    }

    @Test
    void a_known_id_with_another_body_is_rejected_and_changes_nothing() {
        var id = Jobs.id();
        topics.submit(id.toString(), HELLO);
        awaitEnd(id);
        topics.submit(id.toString(), HELLO.replace("hello", "other"));
        var rejected = awaitRejected(id.toString());
        assertThat(Topics.header(rejected, "kiln-reason")).contains("/id", "another body");
        assertThat(rejected.value()).contains("other");
        assertThat(reader.find(id).orElseThrow().state()).isInstanceOf(JobState.Finished.class);
    }

    @Test
    void a_cancel_of_a_running_job_stops_it_and_keeps_its_output() {
        sandbox.script(
                (_, _, limits, stop) -> {
                    stop.raised().join();
                    return ScriptedSandbox.cancelled("so far", limits);
                });
        var id = Jobs.id();
        topics.submit(id.toString(), HELLO);
        await().until(() -> reader.find(id).isPresent() && state(id) instanceof JobState.Running);
        topics.submit(id.toString(), cancel(id, "default"));
        var cancelled = (JobState.Cancelled) awaitEnd(id);
        assertThat(cancelled.partial().stdout().text()).isEqualTo("so far");
        var event = topics.await("kiln.completions", r -> id.toString().equals(r.key()));
        assertThat(event.value()).contains("\"state\":\"CANCELLED\"");
    }

    @Test
    void a_cancel_that_overtakes_its_job_is_remembered_and_the_job_never_runs() {
        var id = Jobs.id();
        topics.submit(id.toString(), cancel(id, "default"));
        topics.submit(id.toString(), HELLO);
        assertThat(awaitEnd(id)).isInstanceOf(JobState.Cancelled.class);
        assertThat(sandbox.tags()).noneMatch(tag -> tag.job().equals(id));
        topics.await("kiln.completions", r -> id.toString().equals(r.key()));
    }

    @Test
    void a_cancel_of_another_tenants_job_is_rejected_and_changes_nothing() {
        var id = Jobs.id();
        topics.submit(id.toString(), HELLO);
        awaitEnd(id);
        topics.submit(id.toString(), cancel(id, "acme"));
        assertThat(Topics.header(awaitRejected(id.toString()), "kiln-reason")).contains("/tenant");
        assertThat(state(id)).isInstanceOf(JobState.Finished.class);
    }

    static Stream<Arguments> badCancels() {
        return Stream.of(
                Arguments.of("{\"cancel\":\"1\"}", "/cancel"),
                Arguments.of("{\"cancel\":true}", "/cancel"),
                Arguments.of("{\"cancel\":\"01993f5e-7a10-7c3e-9d1f-3b2a51c0ffee\"}", "/cancel"),
                Arguments.of("{\"cancel\":\"ID\",\"tenant\":\"no name\"}", "/tenant"),
                Arguments.of(HELLO.replace("{", "{\"cancel\":\"ID\","), "/language"));
    }

    @ParameterizedTest
    @MethodSource("badCancels")
    void a_bad_cancel_is_rejected_and_is_no_submission(String document, String field) {
        var id = Jobs.id();
        topics.submit(id.toString(), document.replace("ID", id.toString()));
        assertThat(Topics.header(awaitRejected(id.toString()), "kiln-errors"))
                .contains("\"pointer\":\"" + field + "\"");
        assertThat(reader.find(id)).isEmpty();
        assertThat(reader.rejection(id)).isEmpty();
    }

    private static String cancel(JobId id, String tenant) {
        return "{\"cancel\":\"%s\",\"tenant\":\"%s\"}".formatted(id, tenant);
    }

    private JobState state(JobId id) {
        return reader.find(id).orElseThrow().state();
    }

    static Stream<Arguments> badDocuments() {
        return Stream.of(
                Arguments.of("malformed JSON", "{\"language\":", ""),
                Arguments.of("no object", "[1]", ""),
                Arguments.of("empty", "", ""),
                Arguments.of("unknown language", HELLO.replace("python", "cobol"), "/language"),
                Arguments.of("unknown field", HELLO.replace("{", "{\"memory\":1,"), "/memory"),
                Arguments.of("missing code", "{\"language\":\"python\"}", "/code"),
                Arguments.of("code too large", HELLO.replace("hello", "x".repeat(1 << 20)), ""),
                Arguments.of(
                        "limit over the maximum",
                        HELLO.replace("{", "{\"sandbox\":{\"memory_limit\":\"1t\"},"),
                        "/sandbox/memory_limit"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badDocuments")
    void a_bad_record_is_rejected_with_its_reason_and_the_partition_moves_on(
            String kind, String document, String field) {
        var id = Jobs.id();
        topics.submit(id.toString(), document);
        var rejected = awaitRejected(id.toString());
        assertThat(rejected.value()).isEqualTo(document);
        assertThat(Topics.header(rejected, "kiln-errors")).contains("\"pointer\":\"" + field);
        assertThat(Topics.header(rejected, "kiln-source")).startsWith("kiln.jobs/");
        // Remembered under the id too: asked after the topic, since that comes first.
        Rejection remembered =
                await().until(() -> reader.rejection(id), Optional::isPresent).orElseThrow();
        assertThat(remembered.reason()).contains("\"pointer\":\"" + field);
        assertThat(reader.find(id)).isEmpty();

        topics.submit(id.toString(), HELLO);
        assertThat(awaitEnd(id)).isInstanceOf(JobState.Finished.class);
    }

    @Test
    void a_record_without_any_id_or_value_is_rejected() {
        String mark = "no-id-" + UUID.randomUUID();
        topics.submit(null, HELLO.replace("hello", mark));
        var rejected = topics.await("kiln.rejected", r -> r.value().contains(mark));
        assertThat(Topics.header(rejected, "kiln-reason")).contains("/id");

        var tombstone = Jobs.id();
        topics.submit(tombstone.toString(), (byte[]) null);
        awaitRejected(tombstone.toString());
    }

    @Test
    void bytes_that_are_no_text_are_rejected_as_they_came() {
        var id = Jobs.id();
        topics.submit(id.toString(), new byte[] {(byte) 0xff, 0, (byte) 0xfe});
        assertThat(awaitRejected(id.toString()).serializedValueSize()).isEqualTo(3);
    }

    @Test
    void what_postgres_itself_refuses_is_found_and_rejected_and_its_neighbours_run()
            throws SQLException {
        sql(
                """
                create or replace function refuse_poison() returns trigger language plpgsql as
                $$ begin if new.batch = 'poison' then raise exception 'poison'; end if; return new; end $$""");
        sql(
                "create or replace trigger refuse_poison before insert on job for each row execute function refuse_poison()");
        var ids = Stream.generate(Jobs::id).limit(40).toList();
        for (JobId id : ids) {
            String batch = poisonous(ids, id) ? "poison" : "fine";
            topics.submit(id.toString(), HELLO.replace("{", "{\"batch\":\"" + batch + "\","));
        }
        for (JobId id : ids) {
            if (poisonous(ids, id)) {
                assertThat(Topics.header(awaitRejected(id.toString()), "kiln-reason"))
                        .contains("database");
                await().until(() -> reader.rejection(id).isPresent());
            } else {
                assertThat(awaitEnd(id)).isInstanceOf(JobState.Finished.class);
            }
        }
        sql("drop trigger refuse_poison on job");
    }

    private static boolean poisonous(List<JobId> ids, JobId id) {
        return ids.indexOf(id) % 13 == 5;
    }

    private ConsumerRecord<String, String> awaitRejected(String key) {
        return topics.await("kiln.rejected", r -> key.equals(r.key()));
    }

    private JobState awaitEnd(JobId id) {
        return await().atMost(Duration.ofSeconds(30))
                .until(
                        () -> reader.find(id).map(job -> job.state()),
                        state -> state.filter(JobState::terminal).isPresent())
                .orElseThrow();
    }

    private void sql(String statement) throws SQLException {
        try (var connection = dataSource.getConnection();
                var s = connection.createStatement()) {
            s.execute(statement);
        }
    }
}
