package dev.kiln.poll;

import static dev.kiln.wire.Samples.FINISHED;
import static dev.kiln.wire.Samples.ID;
import static dev.kiln.wire.Samples.exited;
import static dev.kiln.wire.Samples.finished;
import static dev.kiln.wire.Samples.job;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.job.JobState;
import dev.kiln.job.Termination;
import dev.kiln.store.Rejection;
import dev.kiln.wire.FieldError;
import dev.kiln.wire.FieldErrors;
import dev.kiln.wire.Json;
import dev.kiln.wire.Samples;
import dev.kiln.wire.Schemas;
import dev.kiln.wire.WireJson;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class JobDocumentTest {
    @Test
    void a_finished_job_is_told_as_documented_down_to_the_order() {
        assertThat(told(finished(exited(0))).toPrettyString())
                .isEqualTo(Json.resource("/documents/job-finished.json").toPrettyString());
    }

    static Stream<JobState> everyState() {
        return Stream.of(
                Samples.queued(),
                Samples.running(),
                finished(exited(1)),
                Samples.cancelledWhileRunning(),
                Samples.cancelledInTheQueue(),
                Samples.abandoned(),
                Samples.expired());
    }

    @ParameterizedTest
    @MethodSource("everyState")
    void every_state_has_the_same_members(JobState state) {
        Iterable<String> members = () -> names(told(state));
        assertThat(members)
                .containsExactly(
                        "id",
                        "state",
                        "submitted_at",
                        "started_at",
                        "finished_at",
                        "expires_at",
                        "attempt",
                        "worker",
                        "reason",
                        "waiting_for",
                        "rerun_of",
                        "result");
    }

    @ParameterizedTest
    @MethodSource("everyState")
    void every_state_is_told_as_the_schema_says(JobState state) {
        assertThat(Schemas.objections(Schemas.of("job"), told(state))).isEmpty();
    }

    @Test
    void a_compile_step_is_told_as_the_schema_says() {
        for (var result : List.of(Samples.compiled(), Samples.compiledTooLong())) {
            JobState state = finished(result);
            assertThat(Schemas.objections(Schemas.of("job"), told(state))).isEmpty();
        }
        JsonNode failed = told(finished(Samples.compiledTooLong())).get("result");
        assertThat(failed.get("success").booleanValue()).isFalse();
        assertThat(failed.get("timed_out").booleanValue()).isFalse();
        assertThat(failed.get("exit_code").isNull()).isTrue();
        assertThat(failed.at("/compile/exit_code").isNull()).isTrue();
        assertThat(failed.at("/compile/output_bytes").intValue()).isEqualTo(1_000);
        assertThat(failed.at("/compile/output_truncated").booleanValue()).isTrue();
        assertThat(failed.at("/compile/output_base64").textValue()).isEqualTo("/w==");
        assertThat(failed.at("/evidence/limit").textValue()).isEqualTo("compile_timeout");
        assertThat(told(finished(Samples.compiled())).at("/result/compile/output").textValue())
                .isEqualTo("main.c:1: warning\n");
    }

    @Test
    void output_that_is_no_text_is_told_as_the_schema_says() {
        var printed = finished(Samples.printed(new byte[] {(byte) 0xff}, 1));
        assertThat(Schemas.objections(Schemas.of("job"), told(printed))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"job-finished", "job-rejected"})
    void the_examples_are_as_the_schema_says(String example) {
        var document = Json.resource("/documents/" + example + ".json");
        assertThat(Schemas.objections(Schemas.of("job"), document)).isEmpty();
    }

    @Test
    void the_schema_refuses_a_finished_job_without_a_result() {
        var document = (ObjectNode) Json.resource("/documents/job-finished.json");
        assertThat(Schemas.objections(Schemas.of("job"), document.putNull("result"))).isNotEmpty();
    }

    @Test
    void a_running_job_tells_who_runs_it_since_when() {
        JsonNode json = told(Samples.running());
        assertThat(json.get("worker").textValue()).isEqualTo("worker-a");
        assertThat(json.get("started_at").textValue()).isEqualTo("2026-01-02T03:04:06.500Z");
        assertThat(json.get("finished_at").isNull()).isTrue();
    }

    @Test
    void a_job_that_waits_again_tells_why_the_last_attempt_came_to_nothing() {
        assertThat(told(new JobState.Queued(FINISHED, "worker lost")).get("reason").textValue())
                .isEqualTo("worker lost");
    }

    @Test
    void a_cancelled_run_keeps_its_partial_result() {
        JsonNode json = told(Samples.cancelledWhileRunning());
        assertThat(json.at("/result/termination").textValue()).isEqualTo("cancelled");
        assertThat(json.at("/result/stdout").textValue()).isEqualTo("so far");
    }

    @Test
    void an_expired_job_names_the_deadline_it_missed() {
        assertThat(told(Samples.expired()).get("reason").textValue())
                .contains("2026-01-02T03:04:06.500Z");
    }

    @Test
    void output_that_is_no_text_is_told_both_readable_and_exact() {
        JsonNode result =
                told(finished(Samples.printed(new byte[] {'a', (byte) 0xff, 0}, 3))).get("result");
        assertThat(result.get("stdout").textValue()).isEqualTo("a\uFFFD\0");
        assertThat(result.get("stdout_utf8").booleanValue()).isFalse();
        assertThat(result.get("stdout_base64").textValue()).isEqualTo("Yf8A");
        assertThat(result.has("stderr_base64")).isFalse();
    }

    @Test
    void text_that_the_limit_cut_within_a_character_is_still_text() {
        byte[] cut = {'a', (byte) 0xc3};
        JsonNode result = told(finished(Samples.printed(cut, 1_000))).get("result");
        assertThat(result.get("stdout_truncated").booleanValue()).isTrue();
        assertThat(result.get("stdout_bytes").longValue()).isEqualTo(1_000);
        assertThat(result.get("stdout_utf8").booleanValue()).isTrue();
        assertThat(result.has("stdout_base64")).isFalse();
    }

    @Test
    void death_by_a_signal_is_told_as_shells_do() {
        JsonNode result = told(finished(Samples.signalled(11))).get("result");
        assertThat(result.get("exit_code").intValue()).isEqualTo(139);
        assertThat(result.get("signal").intValue()).isEqualTo(11);
        assertThat(result.get("success").booleanValue()).isFalse();
    }

    @Test
    void a_program_that_was_killed_has_no_exit_code() {
        JsonNode result = told(finished(Samples.killed(Termination.OUT_OF_MEMORY))).get("result");
        assertThat(result.get("exit_code").isNull()).isTrue();
        assertThat(result.get("oom_killed").booleanValue()).isTrue();
    }

    @Test
    void a_refused_submission_is_told_with_its_errors() {
        var errors =
                List.of(
                        new FieldError("/cod", "is not a known field: did you mean \"code\"?"),
                        new FieldError("/code", "is missing: give the program's source"));
        var rejection = new Rejection(ID, FieldErrors.toJson(errors), FINISHED);
        assertThat(JobDocument.of(rejection).toPrettyString())
                .isEqualTo(Json.resource("/documents/job-rejected.json").toPrettyString());
    }

    @Test
    void a_refusal_in_words_is_one_error_about_the_document() {
        JsonNode json = JobDocument.of(new Rejection(ID, "[the database refused it", FINISHED));
        assertThat(json.get("reason").textValue()).isEqualTo("[the database refused it");
        assertThat(json.at("/errors/0/pointer").textValue()).isEmpty();
        assertThat(json.at("/errors/0/message").textValue()).isEqualTo("[the database refused it");
    }

    private static JsonNode told(JobState state) {
        return Json.ofBytes(WireJson.bytes(JobDocument.of(job(state))));
    }

    private static Iterator<String> names(JsonNode json) {
        return json.fieldNames();
    }

    @Test
    void output_may_hold_any_character() {
        String text = "\u0000\u2028😀\"\\</script>";
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        assertThat(
                        told(finished(Samples.printed(bytes, bytes.length)))
                                .at("/result/stdout")
                                .textValue())
                .isEqualTo(text);
    }
}
