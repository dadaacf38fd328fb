package dev.kiln.poll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.problem.ProblemException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WaitTimeTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "60, 60000000000",
        "60.000, 60000000000",
        "0.000000001, 1",
        "2.5, 2500000000"
    })
    void seconds_and_their_fractions(String text, long nanos) {
        assertThat(WaitTime.parse(text)).isEqualTo(Duration.ofNanos(nanos));
    }

    @Test
    void whoever_does_not_say_does_not_wait() {
        assertThat(WaitTime.parse(null)).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "61",
                "60.000000001",
                "-0",
                "+1",
                "1e1",
                "1.",
                ".5",
                "NaN",
                "5s",
                "٣",
                "99999999999999999999"
            })
    void anything_else_is_refused_with_the_parameter_and_its_bounds(String text) {
        assertThatThrownBy(() -> WaitTime.parse(text))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        e -> {
                            assertThat(e.problem().status()).isEqualTo(400);
                            assertThat(e.problem().detail()).contains("wait", "from 0 to 60");
                        });
    }
}
