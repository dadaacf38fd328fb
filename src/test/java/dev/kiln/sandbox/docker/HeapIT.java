package dev.kiln.sandbox.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kiln.job.ExecutionResult;
import dev.kiln.job.Limits;
import dev.kiln.job.Termination;
import dev.kiln.sandbox.StopSignal;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.LongSummaryStatistics;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** What a program writes beyond its limit costs the worker no memory, however long it goes on. */
class HeapIT {
    private static final int OUTPUT = 100_000;
    private static final Limits LIMITS =
            new Limits(Duration.ofSeconds(12), 128 << 20, 1.0, 16, OUTPUT, 1 << 20);

    /**
     * What the heap in use may differ by from look to look in a JVM with everything else in it that
     * tests have left: some regions of the collector, which count as a whole.
     */
    private static final long NOISE = 24L << 20;

    /** Both streams for as long as it lives, in pieces of many sizes. */
    private static final String FLOOD = "yes & while :; do head -c 70001 /dev/zero; done >&2";

    @Test
    void a_program_that_floods_its_output_leaves_the_heap_flat() throws Exception {
        try (var host = new SandboxHost();
                var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            host.shell("echo warm-up");
            var docker = new DockerCli(host.home);
            var run =
                    executor.submit(
                            () ->
                                    host.sandbox.run(
                                            SandboxHost.tag(),
                                            SandboxHost.program("sh", FLOOD),
                                            LIMITS,
                                            new StopSignal()));
            docker.awaitBusy();
            var heap = new LongSummaryStatistics();
            // With pauses: a collector at work all the time would leave none for reading the
            // output.
            await().pollInterval(Duration.ofSeconds(1))
                    .atMost(Duration.ofMinutes(2))
                    .until(
                            () -> {
                                heap.accept(usedHeap());
                                return run.isDone();
                            });
            ExecutionResult result = run.get();

            assertThat(result.termination()).isEqualTo(Termination.TIMED_OUT);
            long produced = result.stdout().produced() + result.stderr().produced();
            assertThat(produced).as("bytes produced").isGreaterThan(64L << 20);
            assertThat(result.stdout().kept()).hasSize(OUTPUT);
            assertThat(result.stderr().kept()).hasSize(OUTPUT);
            assertThat(heap.getCount()).as("looks at the heap").isGreaterThan(1);
            assertThat(heap.getMax() - heap.getMin())
                    .as("heap in use while %d bytes were produced: %s", produced, heap)
                    .isLessThan(Math.max(NOISE, produced / 16));
        }
    }

    private static long usedHeap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
