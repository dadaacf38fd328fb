package dev.kiln.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class QueueGaugeTest {
    @Test
    void the_doors_close_at_the_upper_mark_and_open_at_the_lower_one() {
        assertThat(QueueGauge.isFull(false, 99, 80, 100)).isFalse();
        assertThat(QueueGauge.isFull(false, 100, 80, 100)).isTrue();
        assertThat(QueueGauge.isFull(true, 81, 80, 100)).isTrue();
        assertThat(QueueGauge.isFull(true, 80, 80, 100)).isFalse();
    }

    @Test
    void the_lower_mark_is_four_fifths_unless_set() {
        assertThat(config(Map.of("kiln.intake.max-queued", "1000")).effectiveResumeQueued())
                .isEqualTo(800);
        assertThat(config(Map.of("kiln.intake.resume-queued", "7")).effectiveResumeQueued())
                .isEqualTo(7);
        assertThatThrownBy(
                        () ->
                                config(
                                                Map.of(
                                                        "kiln.intake.max-queued", "5",
                                                        "kiln.intake.resume-queued", "5"))
                                        .effectiveResumeQueued())
                .hasMessageContaining("resume-queued < max-queued: 5, 5");
    }

    private static IntakeConfig config(Map<String, String> properties) {
        return Configs.of(properties).getConfigMapping(IntakeConfig.class);
    }
}
