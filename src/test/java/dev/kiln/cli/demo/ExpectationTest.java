package dev.kiln.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kiln.cli.client.PolledJob;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class ExpectationTest {

    @Test
    void an_exit_code_that_is_named_must_be_the_one() throws IOException {
        var expectation = Expectation.parse("exited:1");
        assertThat(expectation.isMetBy(finished("exited", "1"))).isTrue();
        assertThat(expectation.isMetBy(finished("exited", "0"))).isFalse();
        assertThat(expectation.isMetBy(finished("signalled", "1"))).isFalse();
    }

    @Test
    void a_verdict_alone_goes_with_any_exit_code() throws IOException {
        var expectation = Expectation.parse("timed_out");
        assertThat(expectation.isMetBy(finished("timed_out", "null"))).isTrue();
        assertThat(expectation.isMetBy(finished("exited", "0"))).isFalse();
    }

    @Test
    void a_job_without_a_result_is_what_its_state_says() throws IOException {
        var rejected = job("{\"id\": \"x\", \"state\": \"REJECTED\", \"reason\": \"bad\"}");
        assertThat(Expectation.parse("exited:0").isMetBy(rejected)).isFalse();
        assertThat(Expectation.of(rejected)).hasToString("rejected");
    }

    private static PolledJob finished(String termination, String exitCode) throws IOException {
        return job(
                """
                {"state": "FINISHED", "result": {"termination": "%s", "exit_code": %s}}
                """
                        .formatted(termination, exitCode));
    }

    private static PolledJob job(String json) throws IOException {
        return new PolledJob(new ObjectMapper().readTree(json));
    }
}
