package dev.kiln.cli.bench;

import static dev.kiln.cli.bench.StandingTest.pass;
import static dev.kiln.cli.bench.StandingTest.standing;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReportsTest {

    private static final int WIDTH = 160;

    private static Series series(String name, int firstMillis, int failed) {
        var series = new Series(name);
        IntStream.range(0, 100)
                .forEach(i -> series.add(Duration.ofMillis(firstMillis + i), i >= failed));
        return series;
    }

    private static LatencyReport latency(Optional<Series> topic) {
        return new LatencyReport(
                series("paced", 1, 0),
                series("flat", 301, 2),
                topic,
                series("docker-oneshot", 451, 1),
                1,
                5,
                "by long poll");
    }

    @Test
    void latencies_are_told_beside_their_targets() {
        var report = latency(Optional.of(series("topic", 10, 0)));
        assertThat(report.failures()).isEqualTo(3);
        assertThat(report.goals())
                .containsExactly(
                        Goal.atMost("paced, p50", 50, "ms", 25),
                        Goal.atMost("paced, p99", 99, "ms", 120),
                        Goal.atLeast("docker-oneshot / paced, p50", 10, "x", 15),
                        Goal.atMost("topic to topic, p50", 59, "ms", 50));
        assertThat(report.inWords(WIDTH))
                .contains("in 5 blocks by turns; ends over HTTP seen by long poll")
                .containsPattern("paced +100 +0 +50.0 +90.0 +99.0 +100.0 +10.00 x faster")
                .containsPattern("flat +100 +2 +350.0 +390.0 +399.0 +400.0 +1.43 x faster")
                .doesNotContain("--kafka");
        assertThat(report.json().toString())
                .startsWith("{\"rate\":1.0,\"blocks\":5,\"seen\":\"by long poll\",\"latency_ms\":[")
                .contains(
                        "{\"p50\":50.0,\"p90\":90.0,\"p99\":99.0,\"max\":100.0,\"name\":\"paced\",\"jobs\":100,\"failed\":0}",
                        "\"oneshot_to_kiln_p50\":{\"paced\":10.0,\"back_to_back\":1.429,\"topic\":8.475}");
    }

    @Test
    void topics_that_were_not_measured_are_said_to_be() {
        var report = latency(Optional.empty());
        assertThat(report.goals()).hasSize(3);
        assertThat(report.inWords(WIDTH)).contains("the topics were not measured: ", "--kafka");
        assertThat(report.json().path("latency_ms")).hasSize(3);
    }

    @Test
    void throughput_is_compared_as_if_the_others_had_had_the_machine_for_themselves() {
        var report =
                new ThroughputReport(
                        standing("kiln", pass(300, 0, 50, 90)),
                        standing("docker-oneshot", pass(300, 1, 75, 120)),
                        standing("docker-minimal", pass(300, 0, 50, 80)),
                        0.9);
        assertThat(report.failures()).isEqualTo(1);
        assertThat(report.goals())
                .containsExactly(
                        Goal.atLeast("jobs/s, kiln / docker-oneshot", 6 * 0.9 / 4, "x", 1.15),
                        Goal.atLeast("jobs/s, kiln / docker-minimal", 0.9, "x", 0.85));
        assertThat(report.inWords(WIDTH))
                .containsPattern("kiln +slots +0 +6.000 +0.300 +6.000")
                .contains("300 a window", "the others had 90 % of it");
        assertThat(report.json().toString())
                .contains(
                        "\"left_by_idle_kiln\":0.9,\"jobs_per_second_ratio\":{\"kiln_to_oneshot\":1.35,\"kiln_to_minimal\":0.9},\"cpu_ratio\":{\"kiln_to_oneshot\":0.75,\"kiln_to_minimal\":1.125}");
    }

    @Test
    void memory_is_that_of_the_worker_and_of_what_waits() {
        var report =
                new MemoryReport(
                        8,
                        100,
                        0,
                        350_100_000,
                        200_000_000,
                        List.of(
                                new WaitingSandbox(20_000_000, 25_000_000, 5_000_000),
                                new WaitingSandbox(40_000_000, 25_000_000, 5_000_000)));
        assertThat(report.goals())
                .containsExactly(Goal.atMost("worker under load, RSS", 350.1, "MB", 350));
        assertThat(report.goals().getFirst().met()).isFalse();
        assertThat(report.inWords(WIDTH))
                .containsPattern("sandboxes that wait +2")
                .containsPattern("each of them +37.5")
                .contains("100 hello jobs, 8 slots, 0 failed");
        assertThat(report.json().toString())
                .contains(
                        "\"waiting_sandboxes\":[{\"cgroup_bytes\":20000000,\"pss_bytes\":25000000,\"shim_pss_bytes\":5000000},",
                        "\"waiting_sandbox_mb\":37.5");
    }

    @Test
    void a_worker_that_keeps_no_sandbox_has_none_to_tell_of() {
        var report = new MemoryReport(0, 1, 1, 1, 1, List.of());
        assertThat(report.failures()).isEqualTo(1);
        assertThat(report.inWords(WIDTH))
                .containsPattern("sandboxes that wait +0")
                .contains("its own slots")
                .doesNotContain("cgroup");
        assertThat(report.json().has("slots")).isFalse();
    }

    @Test
    void the_host_is_told_and_one_that_is_not_quiet_warned_of() {
        var quiet = facts(0.1);
        assertThat(quiet.quiet()).isTrue();
        assertThat(quiet.inWords())
                .contains("commit abc", "2 cpus, Linux 6.1", "0.10 before, 0.20 with an idle Kiln")
                .doesNotContain("worth little");
        assertThat(facts(0.11).inWords()).contains("worth little: measure on a quiet host");
        assertThat(facts(0.5).json())
                .hasToString(
                        "{\"cpus\":2,\"kernel\":\"6.1\",\"engine\":\"20.10\",\"runtime\":\"runsc 1\",\"background_cpus\":0.5,\"idle_kiln_cpus\":0.2,\"quiet\":false}");
    }

    private static Facts facts(double background) {
        return new Facts(
                "abc",
                Instant.EPOCH,
                2,
                "6.1",
                "20.10",
                "runsc 1",
                new Idle(background, Optional.empty()),
                new Idle(9, Optional.of(0.2)));
    }
}
