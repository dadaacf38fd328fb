package dev.kiln.claim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RetryPolicyTest {
    private static final RetryPolicy POLICY =
            new RetryPolicy(3, Duration.ofSeconds(1), Duration.ofSeconds(60));

    @Test
    void the_last_attempt_exhausts_it() {
        assertThat(POLICY.exhausted(2)).isFalse();
        assertThat(POLICY.exhausted(3)).isTrue();
        assertThat(POLICY.exhausted(4)).isTrue();
    }

    @Test
    void delays_double_and_lie_in_the_upper_half() {
        var random = new Random(1);
        for (int attempt = 1; attempt <= 5; attempt++) {
            long full = 1000L << (attempt - 1);
            assertThat(POLICY.delay(attempt, random).toMillis()).isBetween(full / 2, full);
        }
    }

    @Test
    void delays_are_bounded_whatever_the_attempt() {
        var random = new Random(1);
        for (int attempt : new int[] {7, 31, 64, 1000}) {
            assertThat(POLICY.delay(attempt, random))
                    .isBetween(Duration.ofSeconds(30), Duration.ofSeconds(60));
        }
    }

    @Test
    void delays_are_spread() {
        var random = new Random(1);
        assertThat(
                        IntStream.range(0, 100)
                                .mapToObj(_ -> POLICY.delay(3, random))
                                .distinct()
                                .count())
                .isGreaterThan(50);
    }

    @Test
    void a_policy_without_an_attempt_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RetryPolicy(0, Duration.ZERO, Duration.ZERO))
                .withMessageContaining("maxAttempts");
    }
}
