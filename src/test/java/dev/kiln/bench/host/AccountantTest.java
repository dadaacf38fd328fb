package dev.kiln.bench.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccountantTest {

    private static final long SELF = 100;

    @TempDir Path folder;
    private FakeHost host;

    @BeforeEach
    void make() {
        host = new FakeHost(folder);
        host.cpu("", 100_000_000_000L).cpu("docker", 7_000_000_000L);
        host.process(10, "dockerd", 1, 300, 100).process(11, "containerd", 10, 200, 50);
        host.process(101, "java", SELF, 1000, 10);
        host.process(102, "postgres", SELF, 40, 20).process(103, "postgres", 102, 60, 0);
        host.process(900, "postgres", 1, 5000, 0); // somebody else's
    }

    private Accountant accountant(KilnProcesses kiln) {
        var groups = ContainerGroups.by("cgroupfs");
        var shims = ShimWatch.byHand(host.proc(), host.cgroups(), groups);
        return new Accountant(host.proc(), host.cgroups(), groups, shims, kiln, SELF);
    }

    @Test
    void every_process_is_in_one_part() {
        host.process(SELF, "java", 1, 900, 0);
        host.thread(SELF, 1, "main", 20).thread(SELF, 2, "ForkJoinPool-1-", 80);
        host.thread(SELF, 3, "HttpClient-1-Se", 50).thread(SELF, 4, "kafka-request-h", 600);
        host.thread(SELF, 5, "C1 CompilerThre", 150);
        var usage = accountant(new KilnProcesses(101, SELF)).now();
        assertThat(usage.machine()).isEqualTo(Duration.ofSeconds(100));
        assertThat(usage.of(Part.SANDBOXES)).isEqualTo(Duration.ofSeconds(7));
        assertThat(usage.of(Part.ENGINE)).isEqualTo(Duration.ofMillis(6500));
        assertThat(usage.of(Part.SERVER)).isEqualTo(Duration.ofMillis(10_100));
        assertThat(usage.of(Part.POSTGRES)).isEqualTo(Duration.ofMillis(1200));
        assertThat(usage.of(Part.CLIENT)).isEqualTo(Duration.ofMillis(1500));
        assertThat(usage.of(Part.KAFKA)).isEqualTo(Duration.ofMillis(7500));
    }

    @Test
    void a_launcher_that_is_another_process_is_the_broker() {
        host.process(SELF, "java", 1, 900, 0).process(200, "java", 1, 400, 0);
        var usage = accountant(new KilnProcesses(201, 200)).now();
        assertThat(usage.of(Part.CLIENT)).isEqualTo(Duration.ofSeconds(9));
        assertThat(usage.of(Part.KAFKA)).isEqualTo(Duration.ofSeconds(4));
        assertThat(usage.of(Part.POSTGRES)).isZero();
    }

    @Test
    void without_an_exact_account_the_machine_goes_by_its_ticks() {
        host.write("cgroup/cgroup.controllers", "cpu\n");
        host.write("proc/stat", "cpu  500 0 0 0 0 0 0 0 0 0\n");
        var usage = accountant(new KilnProcesses(101, SELF)).now();
        assertThat(usage.machine()).isEqualTo(Duration.ofSeconds(5));
        assertThat(usage.parts()).doesNotContainKey(Part.SANDBOXES);
    }

    @Test
    void what_is_used_between_two_looks_adds_up_with_the_rest() {
        var before = usage(10, Map.of(Part.SERVER, 2L, Part.KAFKA, 1L));
        var after = usage(30, Map.of(Part.SERVER, 9L, Part.KAFKA, 4L));
        var used = after.since(before);
        assertThat(used).isEqualTo(usage(20, Map.of(Part.SERVER, 7L, Part.KAFKA, 3L)));
        assertThat(used.rest()).isEqualTo(Duration.ofSeconds(10));
        assertThat(used.plus(used)).isEqualTo(usage(40, Map.of(Part.SERVER, 14L, Part.KAFKA, 6L)));
        assertThat(Usage.NONE.plus(used)).isEqualTo(used);
    }

    private static Usage usage(long seconds, Map<Part, Long> parts) {
        var durations = new EnumMap<Part, Duration>(Part.class);
        parts.forEach((part, time) -> durations.put(part, Duration.ofSeconds(time)));
        return new Usage(Duration.ofSeconds(seconds), durations);
    }
}
