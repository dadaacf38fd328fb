package dev.kiln.event;

import static dev.kiln.wire.Samples.completion;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kiln.job.JobState;
import dev.kiln.job.Termination;
import dev.kiln.wire.Json;
import dev.kiln.wire.Samples;
import dev.kiln.wire.Schemas;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CompletionEventTest {
    @Test
    void a_finished_job_is_announced_as_documented_down_to_the_order() {
        JsonNode event = event(Samples.finished(Samples.killed(Termination.TIMED_OUT)));
        assertThat(event.toPrettyString())
                .isEqualTo(Json.resource("/documents/completion-timed-out.json").toPrettyString());
    }

    @Test
    void an_event_stays_small_however_much_the_program_printed() {
        var printed = Samples.printed(new byte[16 << 20], 16 << 20);
        assertThat(CompletionEvent.of(completion(Samples.finished(printed), 1)))
                .hasSizeLessThan(2_000);
    }

    @Test
    void each_epoch_has_an_event_id_of_its_own() {
        JobState state = Samples.abandoned();
        assertThat(Json.ofBytes(CompletionEvent.of(completion(state, 1))).get("id"))
                .isNotEqualTo(Json.ofBytes(CompletionEvent.of(completion(state, 2))).get("id"));
    }

    @Test
    void a_job_that_never_ran_is_announced_without_a_result() {
        JsonNode data = event(Samples.expired()).get("data");
        assertThat(data.get("state").textValue()).isEqualTo("EXPIRED");
        assertThat(data.get("result").isNull()).isTrue();
        assertThat(data.get("reason").textValue()).startsWith("not started before its deadline");
    }

    static Stream<JobState> ended() {
        return Stream.of(
                Samples.finished(Samples.exited(1)),
                Samples.finished(Samples.compiled()),
                Samples.finished(Samples.compiledTooLong()),
                Samples.cancelledWhileRunning(),
                Samples.cancelledInTheQueue(),
                Samples.abandoned(),
                Samples.expired());
    }

    @ParameterizedTest
    @MethodSource("ended")
    void every_end_is_announced_as_the_schema_says(JobState state) {
        assertThat(Schemas.objections(Schemas.of("completion"), event(state))).isEmpty();
    }

    @Test
    void the_example_is_as_the_schema_says() {
        var example = Json.resource("/documents/completion-timed-out.json");
        assertThat(Schemas.objections(Schemas.of("completion"), example)).isEmpty();
    }

    private static JsonNode event(JobState state) {
        return Json.ofBytes(CompletionEvent.of(completion(state, 3)));
    }
}
