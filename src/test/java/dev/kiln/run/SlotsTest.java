package dev.kiln.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class SlotsTest {
    private long now;
    private final Slots slots = new Slots(2, 100, Duration.ofMillis(20), () -> now);

    @Test
    void never_gives_more_than_there_are() {
        take(10);
        take(10);
        assertThat(slots.free()).isZero();
        assertThat(slots.take(10)).isNull();
    }

    @Test
    void never_promises_more_memory_than_there_is() {
        var first = take(60);
        assertThat(slots.freeMemory()).isEqualTo(40);
        assertThat(slots.take(41)).isNull();
        assertThat(slots.free()).isEqualTo(1);
        take(40);
        first.ran();
        assertThat(slots.freeMemory()).isEqualTo(60);
    }

    @Test
    void memory_is_tight_when_less_than_half_of_it_is_left() {
        take(50);
        assertThat(slots.memoryIsTight()).isFalse();
        var more = take(1);
        assertThat(slots.memoryIsTight()).isTrue();
        more.ran();
        assertThat(slots.memoryIsTight()).isFalse();
    }

    @Test
    void a_slot_is_free_while_its_last_result_is_on_its_way() {
        take(10);
        var ended = take(10);
        assertThat(slots.room(0, 0)).matches(Slots.Room::none);
        ended.ran();
        assertThat(slots.room(0, 0)).isEqualTo(new Slots.Room(1, 90));
        ended.close();
        assertThat(slots.room(0, 0)).isEqualTo(new Slots.Room(1, 90));
    }

    @Test
    void nothing_more_is_started_or_claimed_than_can_be_written() {
        var one = take(10);
        var other = take(10);
        one.ran();
        other.ran();
        assertThat(slots.free()).isEqualTo(2);
        assertThat(slots.take(10)).as("as many results wait as there are slots").isNull();
        assertThat(slots.room(0, 0)).isEqualTo(Slots.Room.NONE);
        other.close();
        assertThat(slots.room(0, 0)).isEqualTo(new Slots.Room(2, 100));
        take(10);
    }

    @Test
    void with_the_database_away_shortJobs_start_until_as_many_wait_as_were_claimed_ahead() {
        shortJobs(12);
        List<Slots.Taken> unwritten = new ArrayList<>();
        for (var slot = slots.take(10); slot != null; slot = slots.take(10)) {
            slot.ran();
            unwritten.add(slot);
            now += Duration.ofMillis(1).toNanos();
        }
        assertThat(unwritten).hasSizeBetween(2, 2 + Turnover.MOST);
        now += Duration.ofSeconds(1).toNanos();
        assertThat(slots.take(10)).isNull();
        assertThat(slots.room(0, 0)).isEqualTo(Slots.Room.NONE);
        unwritten.forEach(Slots.Taken::close);
        take(10);
    }

    @Test
    void there_is_room_for_as_many_ahead_as_shortJobs_ended_and_for_their_memory() {
        shortJobs(12);
        assertThat(slots.room(0, 0)).isEqualTo(new Slots.Room(2 + 10, 100 + 10 * 50));
        take(30);
        assertThat(slots.room(4, 120)).isEqualTo(new Slots.Room(1 + 10 - 4, 70 + 500 - 120));
    }

    @Test
    void a_claim_ahead_waits_until_it_is_worth_its_while() {
        shortJobs(12);
        assertThat(slots.room(6, 0)).isEqualTo(Slots.Room.NONE);
        assertThat(slots.room(5, 0).jobs()).isEqualTo(2 + 10 - 5);
    }

    @Test
    void while_a_long_job_runs_none_is_claimed_ahead() {
        take(10);
        shortJobs(12);
        assertThat(slots.room(0, 0).jobs()).isEqualTo(1 + 10);
        now += Duration.ofMillis(10).toNanos();
        shortJobs(12);
        assertThat(slots.room(0, 0).jobs()).isEqualTo(1 + 22);
        now += Duration.ofMillis(10).toNanos();
        shortJobs(12);
        assertThat(slots.room(0, 0)).isEqualTo(new Slots.Room(1, 90));
    }

    @Test
    void tells_whether_it_became_idle_in_time() throws Exception {
        assertThat(slots.awaitIdle(Duration.ZERO)).isTrue();
        var slot = take(10);
        assertThat(slots.awaitIdle(Duration.ofMillis(1))).isFalse();
        slot.ran();
        assertThat(slots.awaitIdle(Duration.ofMillis(1)))
                .as("its result is to be written")
                .isFalse();
        slot.close();
        assertThat(slots.awaitIdle(Duration.ZERO)).isTrue();
    }

    private void shortJobs(int jobs) {
        for (int i = 0; i < jobs; i++) {
            take(10).close();
        }
    }

    private Slots.Taken take(long bytes) {
        return Objects.requireNonNull(slots.take(bytes));
    }
}
