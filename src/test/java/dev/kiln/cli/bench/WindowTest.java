package dev.kiln.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class WindowTest {

    @Test
    void it_lies_between_the_first_few_and_the_last_few() {
        var ended = new AtomicInteger();
        var window = new Window<>(2, 5, ended::get);
        assertThat(window.load()).isEqualTo(9);
        for (int i = 0; i < window.load(); i++) {
            ended.incrementAndGet();
            window.ended(true);
        }
        assertThat(window.first()).contains(2);
        assertThat(window.last()).contains(7);
    }

    @Test
    void failures_outside_of_it_count_too() {
        var window = new Window<>(1, 1, () -> 0);
        window.ended(false);
        window.ended(true);
        window.ended(false);
        assertThat(window.failed()).isEqualTo(2);
    }

    @Test
    void before_its_end_there_is_none() {
        var window = new Window<>(1, 1, () -> 0);
        assertThat(window.first()).isEmpty();
        window.ended(true);
        assertThat(window.last()).isEmpty();
    }

    @Test
    void the_lead_grows_with_the_jobs_within_bounds() {
        assertThat(Window.leadOf(1)).isEqualTo(2);
        assertThat(Window.leadOf(100)).isEqualTo(10);
        assertThat(Window.leadOf(1000)).isEqualTo(20);
        assertThatThrownBy(() -> new Window<>(0, 1, () -> 0)).hasMessage("lead 0, jobs 1");
    }
}
