package dev.kiln.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

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
        slots.take(60);
        assertThat(slots.freeMemory()).isEqualTo(40);
        assertThatIllegalStateException().isThrownBy(() -> slots.take(41));
        assertThat(slots.free()).isEqualTo(1);
        slots.take(40);
        slots.giveBack(60);
        assertThat(slots.freeMemory()).isEqualTo(60);
    }

    @Test
    void a_freed_slot_wakes_who_waits_for_one() throws Exception {
        slots.take(10);
        slots.take(10);
        var woken = new CountDownLatch(1);
        Thread.ofVirtual()
                .start(
                        () -> {
                            try {
                                slots.awaitFree();
                                woken.countDown();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        });
        slots.giveBack(10);
        assertThat(woken.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(slots.free()).isEqualTo(1);
    }

    @Test
    void tells_whether_it_became_idle_in_time() throws Exception {
        assertThat(slots.awaitIdle(Duration.ZERO)).isTrue();
        slots.take(10);
        assertThat(slots.awaitIdle(Duration.ofMillis(1))).isFalse();
        slots.giveBack(10);
        assertThat(slots.awaitIdle(Duration.ZERO)).isTrue();
    }
}
