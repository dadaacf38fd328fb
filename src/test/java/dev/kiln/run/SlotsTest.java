package dev.kiln.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SlotsTest {
    private final Slots slots = new Slots(2, 100);

    @Test
    void never_gives_more_than_there_are() {
        slots.take(10);
        slots.take(10);
        assertThat(slots.free()).isZero();
        assertThatIllegalStateException().isThrownBy(() -> slots.take(10));
    }

    @Test
    void never_promises_more_memory_than_there_is() {
        var first = slots.take(60);
        assertThat(slots.freeMemory()).isEqualTo(40);
        assertThatIllegalStateException().isThrownBy(() -> slots.take(41));
        assertThat(slots.free()).isEqualTo(1);
        slots.take(40);
        first.ran();
        assertThat(slots.freeMemory()).isEqualTo(60);
    }

    @Test
    void a_slot_is_free_while_its_last_result_is_on_its_way() throws Exception {
        slots.take(10);
        var ended = slots.take(10);
        var free = awaited();
        ended.ran();
        assertThat(free.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(slots.free()).isEqualTo(1);
        ended.close();
        assertThat(slots.free()).isEqualTo(1);
    }

    @Test
    void nothing_more_is_started_than_can_be_written() throws Exception {
        var one = slots.take(10);
        var other = slots.take(10);
        one.ran();
        other.ran();
        assertThat(slots.free()).isEqualTo(2);
        var free = awaited();
        slots.take(10);
        assertThat(free.getCount()).as("as many results wait as there are slots").isOne();
        other.close();
        assertThat(free.await(10, TimeUnit.SECONDS)).isTrue();
    }

    /** Counted down when a slot may be taken. */
    private CountDownLatch awaited() {
        var free = new CountDownLatch(1);
        var waits =
                Thread.ofPlatform()
                        .daemon()
                        .start(
                                () -> {
                                    try {
                                        slots.awaitFree();
                                        free.countDown();
                                    } catch (InterruptedException e) {
                                        Thread.currentThread().interrupt();
                                    }
                                });
        await().until(() -> waits.getState() == Thread.State.WAITING);
        return free;
    }

    @Test
    void tells_whether_it_became_idle_in_time() throws Exception {
        assertThat(slots.awaitIdle(Duration.ZERO)).isTrue();
        var slot = slots.take(10);
        assertThat(slots.awaitIdle(Duration.ofMillis(1))).isFalse();
        slot.ran();
        assertThat(slots.awaitIdle(Duration.ofMillis(1)))
                .as("its result is to be written")
                .isFalse();
        slot.close();
        assertThat(slots.awaitIdle(Duration.ZERO)).isTrue();
    }
}
