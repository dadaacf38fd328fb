package dev.kiln.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.metrics.JobMeters;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RefusalLogTest {
    private final AtomicReference<Instant> now =
            new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
    private final RefusalLog log = new RefusalLog(now::get, JobMeters.unread());

    @Test
    void some_are_told_and_the_others_counted_until_the_window_is_over() {
        assertThat(told(1_000)).isEqualTo(RefusalLog.MOST);
        assertThat(log.left()).isEqualTo(1_000 - RefusalLog.MOST);
        now.set(now.get().plus(RefusalLog.WINDOW).plusMillis(1));
        assertThat(told(3)).isEqualTo(3);
        assertThat(log.left()).isZero();
    }

    private long told(int records) {
        return Stream.generate(log::mayTell).limit(records).filter(told -> told).count();
    }
}
