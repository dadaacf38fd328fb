package dev.kiln.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScheduleTest {
    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final List<Duration> WAITS = List.of(SECOND, Duration.ofSeconds(10));

    @Test
    void each_failure_waits_for_its_time_and_one_after_the_last_gives_up() {
        var plain = new Schedule(WAITS, () -> 0.0);
        assertThat(plain.after(1, null)).hasValue(SECOND);
        assertThat(plain.after(2, null)).hasValue(Duration.ofSeconds(10));
        assertThat(plain.after(3, null)).isEmpty();
        assertThat(plain.after(3, Duration.ofHours(1))).isEmpty();
    }

    @Test
    void a_wait_is_spread_over_a_fifth_more() {
        assertThat(new Schedule(WAITS, () -> 1.0).after(2, null)).hasValue(Duration.ofSeconds(12));
    }

    @Test
    void a_receiver_may_ask_for_more_time_but_not_for_less() {
        var plain = new Schedule(WAITS, () -> 0.0);
        assertThat(plain.after(1, Duration.ofHours(1))).hasValue(Duration.ofHours(1));
        assertThat(plain.after(2, SECOND)).hasValue(Duration.ofSeconds(10));
    }

    @Test
    void no_wait_is_below_zero() {
        assertThatThrownBy(() -> new Schedule(List.of(SECOND.negated()), () -> 0))
                .hasMessageContaining("kiln.webhooks.schedule");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "120 | 120",
                " 7 | 7",
                "0 | 0",
                "999999999 | 86400",
                "Tue, 1 Jan 2030 00:01:00 GMT | 60",
                "Mon, 31 Dec 2029 23:59:00 GMT | 0"
            })
    void retry_after_is_seconds_or_a_date(String value, long seconds) {
        assertThat(RetryAfter.read(value, NOW)).hasValue(Duration.ofSeconds(seconds));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "soon", "-1", "1.5", "99999999999999999999", "2030-01-01"})
    void anything_else_is_no_retry_after(String value) {
        assertThat(RetryAfter.read(value, NOW)).isEmpty();
        assertThat(RetryAfter.read(null, NOW)).isEmpty();
    }
}
