package dev.kiln.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.job.ClaimedJob;
import dev.kiln.job.Lease;
import dev.kiln.testing.Jobs;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

class LineTest {
    private static final Duration PATIENCE = Duration.ofMillis(100);

    private long now;
    private boolean open = true;
    private final Slots slots = new Slots(2, 100, Duration.ofMillis(20), () -> now);
    private final List<Ticket> started = new ArrayList<>();
    private final Deque<Slots.Taken> running = new ArrayDeque<>();
    private final Line line = new Line(slots, () -> open, PATIENCE, () -> now, this::start);

    @Test
    void jobs_start_in_the_order_of_their_claims_as_slots_become_free() {
        var jobs = jobs(10, 10, 10, 10, 10);
        add(jobs);
        assertThat(started).containsExactlyElementsOf(jobs.subList(0, 2));
        oneEnds();
        assertThat(started).containsExactlyElementsOf(jobs.subList(0, 3));
        oneEnds();
        oneEnds();
        assertThat(started).containsExactlyElementsOf(jobs);
        assertThat(line.length()).isZero();
    }

    @Test
    void one_that_waits_for_memory_is_not_overtaken() {
        var jobs = jobs(60, 60, 10);
        add(jobs);
        assertThat(started).containsExactly(jobs.getFirst());
        oneEnds();
        assertThat(started).containsExactlyElementsOf(jobs);
        assertThat(slots.freeMemory()).isEqualTo(30);
    }

    @Test
    void one_that_leaves_is_never_started_and_is_no_more_once_it_is_given_back() {
        var jobs = jobs(10, 10, 10, 10);
        add(jobs);
        assertThat(line.leave(jobs.get(2))).isTrue();
        assertThat(line.leave(jobs.get(2))).as("it has left").isFalse();
        assertThat(line.leave(jobs.get(0))).as("it runs").isFalse();
        assertThat(line.patience()).isZero();
        assertThat(line.leaving()).containsExactly(jobs.get(2));
        oneEnds();
        assertThat(started).containsExactly(jobs.get(0), jobs.get(1), jobs.get(3));
        line.left(line.leaving());
        assertThat(line.leaving()).isEmpty();
    }

    @Test
    void all_leave_when_the_first_has_waited_for_too_long() throws Exception {
        var jobs = jobs(10, 10, 10);
        add(jobs);
        now += PATIENCE.toNanos() / 2;
        var later = jobs(10);
        add(later);
        assertThat(line.leaving()).isEmpty();
        assertThat(line.patience()).isEqualTo(PATIENCE.dividedBy(2));
        now += PATIENCE.toNanos() / 2;
        line.awaitTurn();
        assertThat(line.leaving()).containsExactly(jobs.get(2), later.getFirst());
        assertThat(line.length()).isZero();
        oneEnds();
        assertThat(started).hasSize(2);
    }

    @Test
    void all_leave_when_nothing_may_be_started() {
        var jobs = jobs(10, 10, 10);
        add(jobs);
        open = false;
        oneEnds();
        assertThat(started).hasSize(2);
        assertThat(line.leaving()).containsExactly(jobs.get(2));
    }

    @Test
    void all_leave_when_one_that_must_wait_has_failed_before() {
        var first = jobs(10, 10, 10);
        var again = new Ticket(job(10, 2), now);
        var last = jobs(10);
        add(first);
        add(List.of(again));
        add(last);
        assertThat(started).containsExactlyElementsOf(first.subList(0, 2));
        assertThat(line.patience()).isZero();
        assertThat(line.leaving()).containsExactly(first.get(2), again, last.getFirst());
        assertThat(line.length()).isZero();
    }

    @Test
    void one_that_has_failed_before_starts_when_there_is_a_slot() {
        var again = List.of(new Ticket(job(10, 2), now), new Ticket(job(10, 3), now));
        add(again);
        assertThat(started).containsExactlyElementsOf(again);
        assertThat(line.leaving()).isEmpty();
        assertThat(line.patience()).isEqualTo(PATIENCE);
    }

    @Test
    void what_waits_takes_of_the_room_for_more() {
        add(jobs(10));
        assertThat(line.room()).isEqualTo(new Slots.Room(1, 90));
        add(jobs(10, 10));
        assertThat(line.room()).matches(Slots.Room::none);
    }

    private void start(Ticket ticket, Slots.Taken slot) {
        started.add(ticket);
        running.add(slot);
    }

    private void oneEnds() {
        running.remove().close();
        line.startNext();
    }

    private void add(List<Ticket> tickets) {
        line.add(tickets, _ -> {});
    }

    private List<Ticket> jobs(long... memory) {
        return Arrays.stream(memory).mapToObj(bytes -> new Ticket(job(bytes, 1), now)).toList();
    }

    private static ClaimedJob job(long memory, int attempt) {
        var job = Jobs.withMemory(memory);
        return new ClaimedJob(
                new Lease(job.id(), attempt, "w", attempt, Instant.EPOCH),
                job.spec(),
                Duration.ZERO,
                Duration.ZERO,
                null);
    }
}
