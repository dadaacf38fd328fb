package dev.kiln.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class StandingTest {

    static Pass pass(int jobs, int failed, double seconds, double cpu) {
        return new Pass(jobs, failed, span(seconds), span(cpu), Optional.of(span(cpu / 2)));
    }

    private static Duration span(double seconds) {
        return Duration.ofNanos((long) (seconds * 1e9));
    }

    static Standing standing(String name, Pass... passes) {
        return new Standing(name, Optional.empty(), List.of(passes));
    }

    @Test
    void a_pass_is_what_was_used_between_two_moments() {
        var first = new Moment(1_000_000_000L, span(10), Optional.of(span(8)));
        var last = new Moment(3_000_000_000L, span(14), Optional.of(span(11)));
        var pass = Pass.between(first, last, 8, 1);
        assertThat(pass.jobsPerSecond()).isEqualTo(4);
        assertThat(pass.cpuPerJob()).isEqualTo(0.5);
        assertThat(pass.exactCpuPerJob()).contains(0.375);
        assertThat(Pass.between(first, new Moment(2, span(1), Optional.empty()), 1, 0).exact())
                .isEmpty();
    }

    @Test
    void a_standing_is_the_median_of_its_windows_and_all_of_their_failures() {
        var standing = standing("x", pass(10, 1, 1, 2), pass(10, 0, 2, 3), pass(10, 2, 5, 9));
        assertThat(standing.jobsPerSecond()).isEqualTo(5);
        assertThat(standing.cpuPerJob()).isCloseTo(0.3, within(1e-9));
        assertThat(standing.exactCpuPerJob().orElseThrow()).isCloseTo(0.15, within(1e-9));
        assertThat(standing.failed()).isEqualTo(3);
        assertThatThrownBy(() -> standing("y")).hasMessage("no window of y");
    }

    @Test
    void the_best_concurrency_is_that_with_most_jobs_a_second_the_lowest_of_equals() {
        var best = BestConcurrency.of(new TreeMap<>(Map.of(2, 3.1, 3, 4.5, 4, 4.5, 5, 4.2)));
        assertThat(best.best()).isEqualTo(3);
        assertThat(new Standing("x", Optional.of(best), List.of(pass(10, 0, 1, 2))).json())
                .hasToString(
                        "{\"name\":\"x\",\"concurrency\":3,\"tried\":{\"2\":3.1,\"3\":4.5,\"4\":4.5,\"5\":4.2},\"failed\":0,\"jobs_per_second\":10.0,\"cpu_seconds_per_job\":0.2,\"exact_cpu_seconds_per_job\":0.1,\"windows\":[{\"jobs\":10,\"seconds\":1.0,\"jobs_per_second\":10.0,\"cpu_seconds_per_job\":0.2}]}");
    }

    @Test
    void idling_is_told_in_processors() {
        var idle = Idle.of(pass(1, 0, 4, 2));
        assertThat(idle.ticks()).isEqualTo(0.5);
        assertThat(idle.cpus()).isEqualTo(0.25);
        assertThat(new Idle(0.5, Optional.empty()).cpus()).isEqualTo(0.5);
    }
}
