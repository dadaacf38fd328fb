package dev.kiln.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.embedded.BrokerLog;
import dev.kiln.testing.Processes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A short run keeps every invariant, and one of a Kiln that was broken on purpose does not. */
class ChaosIT {
    private static final Path BUILD =
            Path.of(System.getProperty("build.directory", "target")).toAbsolutePath();

    private final List<String> progress = new ArrayList<>();

    @TempDir Path folder;

    @BeforeAll
    static void quiet() {
        BrokerLog.quiet();
    }

    @Test
    void nothing_is_lost_and_nothing_happens_twice() throws Exception {
        var report =
                Chaos.of(4, Duration.ofSeconds(70), builtIn(BUILD.getParent()), this::say).run();

        assertThat(report.findings())
                .as("progress:\n%s", String.join("\n", progress))
                .allSatisfy(line -> assertThat(line.offenders()).as(line.name()).isEmpty());
        assertThat(report.jobs()).isGreaterThan(300);
        assertThat(report.faults()).hasSizeGreaterThan(10);
        assertThat(Processes.naming("kiln-chaos-")).isEmpty();
    }

    @Test
    void a_kiln_without_its_epoch_condition_is_found_out() throws Exception {
        BrokenKiln.make(
                BUILD,
                folder,
                List.of(
                        // A worker that comes too late writes its result all the same.
                        new BrokenKiln.Break(
                                "dev.kiln.store.Finish",
                                "job.epoch = given.epoch and job.owner",
                                "job.epoch >=given.epoch and job.owner"),
                        // Events are told apart by another number than the job's.
                        new BrokenKiln.Break(
                                "dev.kiln.store.Finish",
                                "select id, epoch from finished",
                                "select id, 77777 from finished"),
                        // Attempts are forgotten.
                        new BrokenKiln.Break(
                                "dev.kiln.store.LeaseStore",
                                "then 0 else 1 end",
                                "then 1 else 1 end")));
        var duration = Duration.ofSeconds(50);
        var load =
                Load.of(
                        7,
                        duration,
                        1.5,
                        random ->
                                new ProgramKind.Sample(
                                        "scripted",
                                        "print-epoch\nsleep " + random.nextInt(5000, 9000),
                                        60,
                                        Deserved.exit(0, ProgramKind.EPOCH)));
        var report = new Chaos(7, duration, load, pauses(), builtIn(folder), this::say).run();

        assertThat(report.broken())
                .as("progress:\n%s", String.join("\n", progress))
                .containsExactlyInAnyOrder("fencing", "events", "accounts");
    }

    /** Each worker in turn is paused for longer than a lease holds, in the middle of its jobs. */
    private static Schedule pauses() {
        List<Schedule.Strike> strikes = new ArrayList<>();
        for (int worker = 0; worker < Cluster.WORKERS; worker++) {
            strikes.add(
                    new Schedule.Strike(
                            Duration.ofSeconds(8 + 14L * worker),
                            new ProcessFault.PauseWorker(
                                    worker, ClusterPlan.LEASE.plus(Duration.ofSeconds(4)))));
        }
        return new Schedule(strikes);
    }

    private void say(String line) {
        synchronized (progress) {
            progress.add(line);
        }
    }

    private static Map<String, String> builtIn(Path root) {
        var environment = new HashMap<>(System.getenv());
        environment.put("KILN_ROOT", root.toString());
        environment.remove("KILN_JAVA");
        return environment;
    }
}
