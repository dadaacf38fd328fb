package dev.kiln.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SampleTest {

    @Test
    void percentiles_are_values_that_were_measured() {
        var sample =
                new Sample(
                        IntStream.rangeClosed(1, 200)
                                .mapToObj(i -> Duration.ofMillis(201 - i))
                                .toList());
        assertThat(sample.percentile(50)).isEqualTo(Duration.ofMillis(100));
        assertThat(sample.percentile(99)).isEqualTo(Duration.ofMillis(198));
        assertThat(sample.percentile(100)).isEqualTo(Duration.ofMillis(200));
    }

    @Test
    void one_value_is_every_percentile() {
        var sample = new Sample(List.of(Duration.ofMillis(7)));
        assertThat(sample.percentile(1)).isEqualTo(sample.percentile(99));
    }
}
