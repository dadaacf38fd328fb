package dev.kiln.intake;

import static dev.kiln.intake.Documents.OTHER;
import static dev.kiln.intake.Documents.READER;
import static dev.kiln.intake.Documents.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kiln.access.Caller;
import dev.kiln.job.JobId;
import dev.kiln.job.JobState;
import dev.kiln.poll.LongPoll;
import dev.kiln.problem.Problem;
import dev.kiln.problem.ProblemException;
import dev.kiln.store.Endings;
import dev.kiln.store.StoreUnavailable;
import dev.kiln.wire.Json;
import dev.kiln.wire.Samples;
import dev.kiln.wire.Schemas;
import jakarta.ws.rs.core.Response;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class SubmitResourceTest {
    private static final String JOB =
            "{\"id\": \"" + OTHER + "\", \"language\": \"python\", \"code\": \"1\"}";

    private final MemoryStore store = new MemoryStore();
    private final AtomicBoolean full = new AtomicBoolean();
    private final Endings endings = new Endings();
    private final Deque<JobState> states = new ArrayDeque<>(List.of(Samples.running()));
    private final SubmitResource resource =
            resource(new LongPoll(endings, _ -> Optional.of(Samples.job(states.peek())), _ -> {}));

    private SubmitResource resource(LongPoll jobs) {
        return new SubmitResource(
                READER,
                new Admission(store),
                new KeyedAdmission(
                        (submission, key, _) -> {
                            throw new AssertionError("no request here has a key: " + key);
                        }),
                jobs,
                new Doorkeeper(full::get, () -> Caller.OPEN, _ -> false),
                Configs.of(Map.of("kiln.intake.http.max-document-bytes", "200"))
                        .getConfigMapping(IntakeConfig.class));
    }

    @Test
    void a_full_queue_asks_the_client_to_come_back_and_takes_nothing()
            throws IOException, InterruptedException {
        full.set(true);
        var response = resource.submit(null, List.of(), new ByteArrayInputStream(new byte[0]));
        assertThat(response.getStatus()).isEqualTo(429);
        assertThat(response.getHeaderString("Retry-After")).isEqualTo("5");
        assertThat(response.getEntity()).asString().contains("/problems/queue-full");
    }

    @Test
    void a_new_job_is_accepted_and_durable_and_can_be_polled() throws Exception {
        var response = submit(JOB);
        assertThat(response.getStatus()).isEqualTo(202);
        assertThat(json(response).toString())
                .isEqualTo("{\"id\":\"" + OTHER + "\",\"state\":\"QUEUED\"}");
        assertThat(response.getHeaderString("Location")).isEqualTo("/v1/jobs/" + OTHER);
        assertThat(store.jobs).containsOnlyKeys(JobId.parse(OTHER));
    }

    @Test
    void a_job_without_an_id_gets_one() throws Exception {
        var id = json(submit("{\"language\": \"python\", \"code\": \"\"}")).get("id").textValue();
        assertThat(store.jobs).containsOnlyKeys(JobId.parse(id));
    }

    @Test
    void a_repetition_is_answered_with_the_state_of_the_job() throws Exception {
        submit(JOB);
        var response = submit(JOB);
        assertThat(response.getStatus()).isEqualTo(200);
        assertThat(json(response).get("state").textValue()).isEqualTo("RUNNING");
        assertThat(response.getHeaderString("Location")).isEqualTo("/v1/jobs/" + OTHER);
    }

    @Test
    void another_body_under_the_id_is_a_conflict() throws Exception {
        submit(JOB);
        var problem = problem(() -> submit(JOB.replace("\"1\"", "\"2\"")));
        assertThat(problem.status()).isEqualTo(409);
        assertThat(problem.type()).isEqualTo("/problems/conflicting-job");
        assertThat(problem.errors()).singleElement().extracting("pointer").isEqualTo("/id");
    }

    @Test
    void an_invalid_job_is_refused_with_each_field() {
        var problem = problem(() -> submit("{\"language\": \"cobol\"}"));
        assertThat(problem.status()).isEqualTo(400);
        assertThat(problem.type()).isEqualTo("/problems/invalid-job");
        assertThat(problem.errors()).extracting("pointer").containsExactly("/language", "/code");
        assertThat(store.jobs).isEmpty();
    }

    @Test
    void a_document_that_is_too_large_is_a_problem_of_its_own() {
        assertThat(problem(() -> submit(" ".repeat(201))).status()).isEqualTo(413);
        assertThat(problem(() -> submit(" ".repeat(200))).status()).isEqualTo(400);
    }

    @Test
    void what_the_database_refuses_is_the_clients_to_mend() {
        store.poison.add(JobId.parse(OTHER));
        assertThat(problem(() -> submit(JOB)).status()).isEqualTo(400);
    }

    @Test
    void an_outage_asks_the_client_to_come_back() {
        var response =
                resource.unavailable(new StoreUnavailable(new IllegalStateException("refused")));
        assertThat(response.getStatus()).isEqualTo(503);
        assertThat(response.getHeaderString("Retry-After")).isEqualTo("1");
        assertThat(response.getMediaType()).hasToString(Problem.MEDIA_TYPE);
        assertThat(response.getEntity().toString()).doesNotContain("refused");
    }

    @Test
    void who_waits_gets_the_whole_job_when_it_has_ended() throws Exception {
        states.push(Samples.finished(Samples.exited(0)));
        var response = submit(JOB, "60");
        assertThat(response.getStatus()).isEqualTo(200);
        assertThat(response.getHeaderString("Location")).isEqualTo("/v1/jobs/" + OTHER);
        assertThat(Schemas.objections(Schemas.of("job"), json(response))).isEmpty();
        assertThat(json(response).at("/result/success").asBoolean()).isTrue();
        assertThat(submit(JOB, "60").getEntity()).isEqualTo(response.getEntity());
    }

    @Test
    void who_waits_in_vain_is_told_that_the_job_is_accepted() throws Exception {
        var response = submit(JOB, "0.001");
        assertThat(response.getStatus()).isEqualTo(202);
        assertThat(json(response).toString())
                .isEqualTo("{\"id\":\"" + OTHER + "\",\"state\":\"RUNNING\"}");
        assertThat(submit(JOB, "0.001").getStatus()).isEqualTo(200);
    }

    @Test
    void a_job_that_is_durable_is_accepted_though_the_database_then_goes_away() throws Exception {
        LongPoll broken =
                new LongPoll(
                        endings,
                        _ -> {
                            throw new StoreUnavailable(new IllegalStateException("gone"));
                        },
                        _ -> {});
        var response =
                resource(broken).submit("60", List.of(), new ByteArrayInputStream(utf8(JOB)));
        assertThat(response.getStatus()).isEqualTo(202);
        assertThat(json(response).at("/state").asText()).isEqualTo("QUEUED");
        assertThat(store.jobs).containsOnlyKeys(JobId.parse(OTHER));
    }

    @Test
    void how_long_to_wait_is_read_before_anything_is_taken() {
        var problem = problem(() -> submit(JOB, "-1"));
        assertThat(problem.status()).isEqualTo(400);
        assertThat(problem.type()).isEqualTo("/problems/invalid-request");
        assertThat(problem.detail()).contains("wait", "from 0 to 60");
        assertThat(store.jobs).isEmpty();
    }

    private Response submit(String document) throws IOException, InterruptedException {
        return submit(document, null);
    }

    private Response submit(String document, String wait) throws IOException, InterruptedException {
        return resource.submit(wait, List.of(), new ByteArrayInputStream(utf8(document)));
    }

    static Problem problem(ThrowingCallable call) {
        var thrown = new Problem[1];
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(ProblemException.class, e -> thrown[0] = e.problem());
        return thrown[0];
    }

    static JsonNode json(Response response) {
        return Json.ofBytes((byte[]) response.getEntity());
    }
}
