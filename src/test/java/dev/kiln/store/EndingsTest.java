package dev.kiln.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.testing.Jobs;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class EndingsTest {
    private static final Duration FOREVER = Duration.ofDays(1);

    private final Endings endings = new Endings();

    @Test
    void each_who_waits_for_a_job_counts_and_the_last_one_takes_it_along() {
        var id = Jobs.id();
        var one = endings.waiter(id);
        var two = endings.waiter(id);
        assertThat(endings.jobs()).containsExactly(id);
        one.close();
        one.close();
        assertThat(endings.jobs()).containsExactly(id);
        two.close();
        assertThat(endings.jobs()).isEmpty();
    }

    @Test
    void an_end_wakes_all_who_wait_for_that_job_and_is_kept_for_them() throws Exception {
        var id = Jobs.id();
        var waiters = List.of(endings.waiter(id), endings.waiter(id));
        endings.ended(List.of(id));
        for (var waiter : waiters) {
            waiter.await(FOREVER);
            assertThat(waiter.over()).isFalse();
        }
    }

    @Test
    void after_the_close_nobody_waits() throws Exception {
        var before = endings.waiter(Jobs.id());
        endings.close();
        var after = endings.waiter(Jobs.id());
        before.await(FOREVER);
        after.await(FOREVER);
        assertThat(before.over()).isTrue();
        assertThat(after.over()).isTrue();
    }
}
