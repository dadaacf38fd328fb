package dev.kiln.dashboard;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.kiln.job.CapturedStream;
import dev.kiln.job.StoredObject;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ShownTest {
    @Test
    void what_is_in_the_object_store_is_said_to_be_there_and_can_be_fetched() {
        var stream =
                new CapturedStream("abc".getBytes(UTF_8), 2048)
                        .in(new StoredObject("jobs/7/1/stdout", 1024, "0".repeat(64)));
        var shown = Shown.of(stream);
        assertThat(shown.about()).isEqualTo("1 KiB kept of 2 KiB, in the object store");
        assertThat(shown.empty()).isTrue();
        assertThat(shown.kept()).isTrue();
    }

    @Test
    void output_of_which_nothing_can_be_seen_can_be_fetched_all_the_same() {
        var shown = Shown.of(new CapturedStream("\u001b[2J".getBytes(UTF_8), 4));
        assertThat(shown.empty()).isTrue();
        assertThat(shown.kept()).isTrue();
        assertThat(Shown.of(CapturedStream.EMPTY).kept()).isFalse();
    }

    @Test
    void viewers_that_would_look_without_pause_are_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DashboardConfig.Settings(Duration.ZERO, 1, 1))
                .withMessage("kiln.dashboard.sample must be at least 100ms: PT0S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DashboardConfig.Settings(Duration.ofSeconds(5), -1, 1))
                .withMessage("kiln.dashboard.viewers must be >= 0: -1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DashboardConfig.Settings(Duration.ofSeconds(5), 1, 0))
                .withMessage("kiln.dashboard.viewers-per-tenant must be >= 1: 0");
    }
}
