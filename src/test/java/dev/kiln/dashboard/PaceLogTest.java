package dev.kiln.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.store.Pace;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PaceLogTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private final List<Instant> asked = new ArrayList<>();
    private final List<Pace> known = new ArrayList<>();
    private final PaceLog log =
            new PaceLog(
                    since -> {
                        asked.add(since);
                        return known.stream().filter(p -> !p.minute().isBefore(since)).toList();
                    });

    @Test
    void an_hour_has_all_its_minutes_and_zeros_where_nothing_ended() {
        known.add(new Pace(NOON.minusSeconds(600), 7, 10, 20));
        var hour = log.lastHour(NOON.plusSeconds(30));
        assertThat(hour).hasSize(61);
        assertThat(hour.getFirst().minute()).isEqualTo(NOON.minus(Duration.ofHours(1)));
        assertThat(hour.getLast()).isEqualTo(new Pace(NOON, 0, 0, 0));
        assertThat(hour).contains(new Pace(NOON.minusSeconds(600), 7, 10, 20));
        assertThat(hour.stream().mapToLong(Pace::results).sum()).isEqualTo(7);
    }

    @Test
    void each_look_reads_only_the_minutes_that_may_have_changed() {
        known.add(new Pace(NOON.minusSeconds(600), 7, 10, 20));
        log.lastHour(NOON);
        log.lastHour(NOON.plusSeconds(5));
        log.lastHour(NOON.plus(Duration.ofHours(3)));
        assertThat(asked)
                .containsExactly(
                        NOON.minus(Duration.ofHours(1)),
                        NOON.minusSeconds(60),
                        NOON.plus(Duration.ofHours(2)));
    }

    @Test
    void a_minute_that_was_read_before_is_remembered_for_an_hour() {
        var minute = new Pace(NOON, 3, 1, 1);
        known.add(minute);
        log.lastHour(NOON);
        known.clear();
        assertThat(log.lastHour(NOON.plus(Duration.ofMinutes(30)))).contains(minute);
        assertThat(log.lastHour(NOON.plus(Duration.ofMinutes(61)))).doesNotContain(minute);
    }
}
