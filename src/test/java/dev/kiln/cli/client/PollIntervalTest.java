package dev.kiln.cli.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PollIntervalTest {

    @Test
    void pauses_grow_from_twenty_milliseconds_to_half_a_second() {
        var interval = new PollInterval();
        var pauses = Stream.generate(interval::next).limit(20).toList();
        assertThat(pauses).first().isEqualTo(Duration.ofMillis(20));
        assertThat(pauses).last().isEqualTo(Duration.ofMillis(500));
        assertThat(pauses).isSorted();
    }

    @Test
    void after_an_event_they_are_short_again() {
        var interval = new PollInterval();
        interval.next();
        interval.next();
        interval.reset();
        assertThat(interval.next()).isEqualTo(Duration.ofMillis(20));
    }
}
