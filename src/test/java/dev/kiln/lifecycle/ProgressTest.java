package dev.kiln.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.junit.jupiter.api.Test;

/** Each case is a loop of its own name: others of this JVM may run beside it. */
class ProgressTest {
    private static final Duration LONG = Duration.ofHours(1);

    @Test
    void a_loop_that_an_error_ended_is_a_reason_for_a_restart() {
        var loop =
                Loop.start(
                        "doomed",
                        () -> {},
                        () -> {
                            throw new OutOfMemoryError("not really");
                        });
        try (loop) {
            await().untilAsserted(
                            () ->
                                    assertThat(down(LONG).get("trouble doomed").toString())
                                            .contains("error", "restart this process"));
        }
        assertThat(data(look(LONG))).doesNotContainKey("trouble doomed");
    }

    @Test
    void a_turn_that_does_not_end_is_one_too() throws Exception {
        var begun = new CountDownLatch(1);
        var end = new CountDownLatch(1);
        try (var loop =
                Loop.start(
                        "slow",
                        () -> {},
                        () -> {
                            begun.countDown();
                            awaitUninterrupted(end);
                        })) {
            begun.await();
            assertThat(data(look(LONG))).doesNotContainKey("trouble slow");
            assertThat(down(Duration.ofNanos(1)).get("trouble slow").toString())
                    .contains("restart this process");
            end.countDown();
        }
    }

    @Test
    void a_loop_that_waits_for_its_turn_is_none() {
        try (var loop = Loop.start("idle", () -> Thread.sleep(LONG), () -> {})) {
            assertThat(data(look(Duration.ofNanos(1)))).doesNotContainKey("trouble idle");
        }
    }

    @Test
    void a_loop_that_fails_and_tries_again_is_told_but_not_its_message() {
        try (var loop =
                Loop.start(
                        "failing",
                        () -> {},
                        () -> {
                            throw new IllegalStateException("password=secret");
                        })) {
            await().untilAsserted(
                            () -> assertThat(data(look(LONG))).containsKey("degraded failing"));
            var response = look(LONG);
            assertThat(data(response)).doesNotContainKey("trouble failing");
            assertThat(data(response).toString()).doesNotContain("secret");
        }
    }

    private static HealthCheckResponse look(Duration stuckAfter) {
        return new Progress(() -> stuckAfter).call();
    }

    private static Map<String, Object> down(Duration stuckAfter) {
        var response = look(stuckAfter);
        assertThat(response.getStatus()).isEqualTo(Status.DOWN);
        return data(response);
    }

    private static Map<String, Object> data(HealthCheckResponse response) {
        return response.getData().orElse(Map.of());
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
