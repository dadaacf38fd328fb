package dev.kiln.intake;

import static dev.kiln.intake.Documents.OTHER;
import static dev.kiln.intake.Documents.READER;
import static dev.kiln.intake.Documents.utf8;
import static dev.kiln.intake.SubmitResourceTest.json;
import static dev.kiln.intake.SubmitResourceTest.problem;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kiln.access.Caller;
import dev.kiln.job.JobId;
import jakarta.ws.rs.core.Response;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SubmitBatchResourceTest {
    private static final String JOB = "{\"language\": \"python\", \"code\": \"\"}";
    private static final String IDENTIFIED =
            "{\"id\": \"" + OTHER + "\", \"language\": \"python\", \"code\": \"\"}";
    private static final String BAD = "{\"language\": \"python\", \"cod\": \"\"}";

    private final MemoryStore store = new MemoryStore();
    private final SubmitBatchResource resource =
            new SubmitBatchResource(
                    READER,
                    new Admission(store),
                    new Doorkeeper(() -> false, () -> Caller.OPEN, _ -> false),
                    Configs.of(
                                    Map.of(
                                            "kiln.intake.http.max-batch-bytes",
                                            "1k",
                                            "kiln.intake.http.max-batch-jobs",
                                            "5"))
                            .getConfigMapping(IntakeConfig.class));

    @Test
    void every_line_becomes_a_job_of_the_batch() throws IOException {
        var response = lines("b1", JOB, JOB);
        assertThat(response.getStatus()).isEqualTo(202);
        JsonNode answer = json(response);
        assertThat(answer.get("batch").textValue()).isEqualTo("b1");
        assertThat(answer.get("jobs")).hasSize(2);
        assertThat(answer.at("/jobs/1/line").intValue()).isEqualTo(2);
        assertThat(store.jobs).containsKey(JobId.parse(answer.at("/jobs/1/id").textValue()));
        assertThat(store.jobs.values()).allMatch(s -> "b1".equals(s.spec().placement().batch()));
        assertThat(answer.get("errors")).isEmpty();
    }

    @Test
    void a_bad_line_is_named_and_stops_no_other() throws IOException {
        JsonNode answer = json(lines("b1", JOB, "", BAD, JOB));
        assertThat(answer.get("jobs"))
                .extracting(job -> job.get("line").intValue())
                .containsExactly(1, 4);
        assertThat(answer.get("errors")).hasSize(1);
        assertThat(answer.at("/errors/0/line").intValue()).isEqualTo(3);
        assertThat(answer.at("/errors/0/errors/0/pointer").textValue()).isEqualTo("/cod");
        assertThat(answer.at("/errors/0/errors/0/message").textValue()).contains("\"code\"");
    }

    @Test
    void a_batch_without_any_valid_job_is_refused() {
        var problem = problem(() -> lines("b1", BAD, "x"));
        assertThat(problem.status()).isEqualTo(400);
        assertThat(problem.errors()).extracting("line").containsExactly(1, 1, 2);
        assertThat(problem.json())
                .contains("\"line\":1,\"pointer\":\"/cod\"")
                .doesNotContain("index");
    }

    @Test
    void elements_of_an_array_are_named_by_index() throws IOException {
        JsonNode answer = json(array("[" + JOB + ", 7, " + JOB + "]"));
        assertThat(answer.get("jobs"))
                .extracting(job -> job.get("index").intValue())
                .containsExactly(0, 2);
        assertThat(answer.at("/errors/0/index").intValue()).isEqualTo(1);
    }

    @Test
    void a_batch_that_nobody_named_gets_a_name() throws IOException {
        JsonNode answer = json(lines(null, JOB));
        var name = answer.get("batch").textValue();
        assertThat(name).isNotEmpty();
        assertThat(store.jobs.values()).allMatch(s -> name.equals(s.spec().placement().batch()));
    }

    @Test
    void jobs_that_name_their_own_batch_stay_in_it() throws IOException {
        JsonNode answer = json(lines(null, JOB.replace("}", ", \"batch\": \"own\"}")));
        assertThat(answer.get("batch").isNull()).isTrue();
        assertThat(store.jobs.values()).allMatch(s -> "own".equals(s.spec().placement().batch()));
    }

    @Test
    void a_line_that_is_sent_twice_is_one_job() throws IOException {
        JsonNode answer = json(lines("b1", IDENTIFIED, IDENTIFIED));
        assertThat(answer.get("jobs"))
                .extracting(job -> job.get("id").textValue())
                .containsExactly(OTHER, OTHER);
        assertThat(answer.get("jobs"))
                .extracting(job -> job.get("known").booleanValue())
                .containsExactly(false, true);
        assertThat(store.jobs).hasSize(1);
    }

    @Test
    void an_id_that_is_used_twice_for_different_jobs_is_an_error_of_the_second()
            throws IOException {
        JsonNode answer = json(lines("b1", IDENTIFIED, IDENTIFIED.replace("\"\"", "\"2\"")));
        assertThat(answer.get("jobs")).hasSize(1);
        assertThat(answer.at("/errors/0/line").intValue()).isEqualTo(2);
        assertThat(answer.at("/errors/0/errors/0/pointer").textValue()).isEqualTo("/id");
    }

    @Test
    void the_same_request_again_gives_the_same_jobs() throws IOException {
        lines(null, IDENTIFIED);
        JsonNode answer = json(lines(null, IDENTIFIED));
        assertThat(answer.at("/jobs/0/known").booleanValue()).isTrue();
        assertThat(store.jobs).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "ä"})
    void a_name_that_no_batch_can_have_is_refused(String name) {
        assertThat(problem(() -> lines(name, JOB)).type()).isEqualTo("/problems/invalid-request");
    }

    @Test
    void a_body_without_documents_is_refused() {
        assertThat(problem(() -> lines("b1", "", " ")).status()).isEqualTo(400);
        assertThat(problem(() -> array("[]")).status()).isEqualTo(400);
    }

    @Test
    void a_body_is_bounded_in_bytes_and_in_jobs() {
        assertThat(problem(() -> lines("b1", " ".repeat(1024))).status()).isEqualTo(413);
        assertThat(problem(() -> lines("b1", "1", "2", "3", "4", "5", "6")).status())
                .isEqualTo(413);
    }

    private Response lines(String batch, String... lines) throws IOException {
        var body = utf8(String.join("\n", lines) + "\n");
        return resource.submitLines(new ByteArrayInputStream(body), batch);
    }

    private Response array(String body) throws IOException {
        return resource.submitArray(new ByteArrayInputStream(utf8(body)), null);
    }
}
