package dev.kiln.bench.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShimWatchTest {

    private static final String SHIM = "containerd-shim";
    private static final String PROGRAM = "/usr/bin/containerd-shim-runc-v2";

    @TempDir Path folder;
    private FakeHost host;

    @BeforeEach
    void make() {
        host = new FakeHost(folder);
    }

    private ShimWatch watch() {
        return ShimWatch.byHand(host.proc(), host.cgroups(), ContainerGroups.by("cgroupfs"));
    }

    private void shim(long pid, String id, long own, long reaped) {
        host.process(pid, SHIM, 1, own, reaped);
        host.arguments(pid, PROGRAM, "-namespace", "moby", "-id", id, "-address", "/run/c.sock");
    }

    private static ShimWatch.Totals millis(long shims, long commands) {
        return new ShimWatch.Totals(Duration.ofMillis(shims), Duration.ofMillis(commands));
    }

    @Test
    void a_shim_that_comes_is_counted_from_its_start() {
        try (var watch = watch()) {
            shim(50, "ab", 2, 15);
            watch.look();
            assertThat(watch.totals()).isEqualTo(millis(20, 150));
        }
    }

    @Test
    void one_that_was_there_before_is_counted_from_then() {
        shim(50, "ab", 100, 900);
        host.members("docker/ab", "51\n");
        try (var watch = watch()) {
            shim(50, "ab", 103, 905);
            watch.look();
            assertThat(watch.totals()).isEqualTo(millis(30, 50));
        }
    }

    @Test
    void what_it_reaps_after_the_sandbox_has_ended_is_no_command() {
        try (var watch = watch()) {
            shim(50, "ab", 1, 10);
            watch.look(); // runsc create
            host.members("docker/ab", "51\n52\n");
            shim(50, "ab", 2, 24);
            watch.look(); // runs
            host.members("docker/ab", "");
            shim(50, "ab", 4, 99);
            watch.look(); // 75 of these are the sandbox
            assertThat(watch.totals()).isEqualTo(millis(40, 240));
        }
    }

    @Test
    void one_that_has_ended_keeps_its_account() {
        try (var watch = watch()) {
            shim(50, "ab", 2, 20);
            watch.look();
            host.end(50);
            watch.look();
            shim(60, "cd", 1, 10);
            watch.look();
            assertThat(watch.totals()).isEqualTo(millis(30, 300));
        }
    }

    @Test
    void commands_that_containerd_waits_for_are_none_until_they_are_the_shim() {
        try (var watch = watch()) {
            host.process(50, SHIM, 40, 5, 5).arguments(50, PROGRAM, "-id", "ab", "start");
            host.process(51, "dockerd", 1, 500, 500).arguments(51, "dockerd");
            watch.look();
            assertThat(watch.totals()).isEqualTo(millis(0, 0));
            shim(50, "ab", 6, 7);
            watch.look();
            assertThat(watch.totals()).isEqualTo(millis(60, 70));
        }
    }
}
