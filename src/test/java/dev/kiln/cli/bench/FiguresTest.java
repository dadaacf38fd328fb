package dev.kiln.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class FiguresTest {

    @Test
    void a_median_is_in_the_middle_in_whatever_order_the_values_came() {
        assertThat(Figures.median(List.of(9.0, 1.0, 2.0))).isEqualTo(2.0);
        assertThat(Figures.median(List.of(4.0, 1.0, 2.0, 100.0))).isEqualTo(3.0);
        assertThat(Figures.median(List.of())).isZero();
    }

    @Test
    void a_ratio_to_nothing_is_nothing() {
        assertThat(Figures.ratio(3, 2)).isEqualTo(1.5);
        assertThat(Figures.ratio(3, 0)).isZero();
    }

    @Test
    void numbers_are_rounded_half_up_and_what_is_none_is_zero() {
        assertThat(Figures.round(1.2345, 3)).isEqualTo(1.235);
        assertThat(Figures.round(Double.NaN, 1)).isZero();
        assertThat(Figures.millis(Duration.ofNanos(1_250_000))).isEqualTo(1.3);
        assertThat(Figures.seconds(Duration.ofMillis(250))).isEqualTo(0.25);
        assertThat(Figures.megabytes(350_000_000)).isEqualTo(350);
    }
}
