package dev.kiln.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TurnoverTest {
    private static final int SLOTS = 8;
    private static final Duration AHEAD = Duration.ofMillis(20);

    private long now = Long.MAX_VALUE - Duration.ofMillis(100).toNanos();
    private final Turnover turnover = new Turnover(SLOTS, AHEAD, () -> now);

    /** All slots hold jobs that take so long, over and over, and end as badly as they can. */
    @ParameterizedTest(name = "jobs of {0} ms, each slot {1} ms after the one before")
    @CsvSource({"20, 0", "20, 1", "21, 2", "25, 3", "30, 0", "100, 0", "100, 12", "1000, 0"})
    void of_jobs_that_take_as_long_as_one_may_wait_none_is_claimed_ahead(int takes, int apart) {
        for (int millis = 0; millis < 4000; millis++) {
            int at = millis;
            for (int slot = 0; slot < SLOTS; slot++) {
                if (at >= takes + slot * apart && (at - slot * apart) % takes == 0) {
                    turnover.ended();
                }
            }
            assertThat(turnover.ahead(now)).as("after %d ms", millis).isZero();
            tick(1);
        }
    }

    @Test
    void of_short_ones_as_many_as_ended_within_that_time_less_the_slots() {
        for (int millis = 0; millis < 50; millis++) {
            for (int i = 0; i < 3; i++) {
                turnover.ended();
            }
            tick(1);
        }
        // 3 a millisecond, but the oldest end has just left.
        assertThat(turnover.ahead(now)).isEqualTo(19 * 3 - SLOTS);
    }

    @Test
    void none_while_a_job_runs_that_takes_longer() {
        ended(50);
        assertThat(turnover.ahead(now - AHEAD.toNanos() + 1)).isEqualTo(50 - SLOTS);
        assertThat(turnover.ahead(now - AHEAD.toNanos())).isZero();
    }

    @Test
    void what_was_long_ago_counts_no_more() {
        ended(50);
        tick(19);
        assertThat(turnover.ahead(now)).isEqualTo(50 - SLOTS);
        tick(1);
        assertThat(turnover.ahead(now)).isZero();
    }

    @Test
    void never_more_than_the_most_and_it_counts_on_after_that() {
        ended(10_000);
        assertThat(turnover.ahead(now)).isEqualTo(Turnover.MOST);
        tick(20);
        ended(SLOTS + 3);
        assertThat(turnover.ahead(now)).isEqualTo(3);
    }

    @Test
    void none_while_it_rests_however_many_end() {
        ended(50);
        turnover.rest();
        assertThat(turnover.ahead(now)).isZero();
        tick((int) Turnover.REST.toMillis() - 1);
        ended(50);
        assertThat(turnover.ahead(now)).isZero();
        tick(1);
        assertThat(turnover.ahead(now)).isEqualTo(50 - SLOTS);
    }

    @Test
    void a_rest_begins_anew_each_time() {
        turnover.rest();
        tick((int) Turnover.REST.toMillis() - 1);
        turnover.rest();
        tick(2);
        ended(50);
        assertThat(turnover.ahead(now)).isZero();
    }

    @Test
    void none_where_it_is_switched_off() {
        var off = new Turnover(SLOTS, Duration.ZERO, () -> now);
        for (int i = 0; i < 100; i++) {
            off.ended();
        }
        assertThat(off.ahead(now)).isZero();
    }

    private void ended(int jobs) {
        for (int i = 0; i < jobs; i++) {
            turnover.ended();
        }
    }

    private void tick(int millis) {
        now += Duration.ofMillis(millis).toNanos();
    }
}
