package dev.kiln.sandbox.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kiln.job.Limits;
import dev.kiln.job.Termination;
import dev.kiln.sandbox.RunReleased;
import dev.kiln.sandbox.StopSignal;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Jobs of all kinds, a third of them killed, leave nothing behind on the host or in this process.
 */
class LeakIT {
    private static final int JOBS = 200;
    private static final int AT_ONCE = 3;
    private static final List<Path> ENGINE_PLACES =
            Stream.of(
                            "/var/lib/docker/containers",
                            "/var/lib/docker/image",
                            "/run/docker",
                            "/run/containerd",
                            "/run/runsc")
                    .map(Path::of)
                    .toList();
    private static final Pattern POOLS =
            Pattern.compile(
                    "ForkJoinPool|process reaper|CompletableFuture|awaitility|VirtualThread|Common-Cleaner");
    private static final Limits LIMITS =
            new Limits(Duration.ofSeconds(20), 96 << 20, 1.0, 16, 10_000, 256 << 20);
    private static final Limits SHORT =
            new Limits(Duration.ofMillis(500), 96 << 20, 1.0, 16, 10_000, 256 << 20);

    /** A kind of job and how it ends. */
    private enum Kind {
        GOOD("echo good", Termination.EXITED),
        BAD("exit 3", Termination.EXITED),
        SIGNAL("kill -SEGV $$", Termination.SIGNALLED),
        FLOOD("head -c 3000000 /dev/zero", Termination.EXITED),
        DAEMON("setsid sleep 1000 & exit 0", Termination.EXITED),
        FORKS("for i in 1 2 3 4 5 6 7 8 9; do sleep 100 & done; exit 0", Termination.EXITED),
        TIMED_OUT("while :; do :; done", Termination.TIMED_OUT),
        MEMORY("head -c 200000000 /dev/zero > /tmp/f", Termination.OUT_OF_MEMORY),
        RELEASED("sleep 1000", Termination.CANCELLED);

        private final String code;
        private final Termination termination;

        Kind(String code, Termination termination) {
            this.code = code;
            this.termination = termination;
        }
    }

    private final Map<Kind, AtomicInteger> wrong = new EnumMap<>(Kind.class);

    @Test
    void nothing_is_left_of_two_hundred_jobs() throws Exception {
        // Loads what is loaded once and for all.
        runAll(2 * Kind.values().length);
        long descriptors = descriptors();
        List<String> threads = threads();

        List<String> containers = runAll(JOBS);

        assertThat(wrong).isEmpty();
        assertThat(containers).hasSizeGreaterThan(JOBS / 2).doesNotHaveDuplicates();
        for (String id : containers) {
            assertThat(processesOf(id)).as("processes of " + id).isEmpty();
            assertThat(cgroupsOf(id)).as("cgroups of " + id).isEmpty();
            assertThat(filesOf(id)).as("files of " + id).isEmpty();
        }
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(
                        () -> {
                            assertThat(descriptors()).isLessThanOrEqualTo(descriptors);
                            assertThat(threads()).isSubsetOf(threads);
                            assertThat(threads()).hasSizeLessThanOrEqualTo(threads.size());
                        });
    }

    /** Runs so many jobs in a new home; returns the ids of all containers that this took. */
    private List<String> runAll(int jobs) throws Exception {
        try (var host = new SandboxHost();
                var created = new Created(host.home)) {
            host.sandbox.checkReady();
            long before = bytesBelow(host.home);
            runAll(host, jobs);
            assertThat(bytesBelow(host.home)).isEqualTo(before);
            assertThat(new DockerCli(host.home).containers()).isEmpty();
            try (var inputs = Files.list(host.home.resolve("jobs"))) {
                assertThat(inputs).isEmpty();
            }
            // Those that were stopped before they began need none, the probe takes one.
            long never = IntStream.range(0, jobs).filter(LeakIT::stoppedBefore).count();
            await().until(() -> created.ids().size() >= jobs - never);
            return created.ids();
        }
    }

    private void runAll(SandboxHost host, int jobs) throws Exception {
        var places = new Semaphore(AT_ONCE);
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Kind>> all =
                    IntStream.range(0, jobs)
                            .mapToObj(i -> executor.submit(() -> runOne(host, i, places)))
                            .toList();
            for (Future<Kind> each : all) {
                each.get();
            }
        }
    }

    /** The ids of all containers that are made for a home from now on, as the engine tells them. */
    private static final class Created implements AutoCloseable {
        private final Path file;
        private final Process events;

        Created(Path home) throws IOException {
            file = Files.createTempFile("kiln-created-", ".txt");
            // Told live: the engine remembers only a few, and others use it too.
            events =
                    new ProcessBuilder(
                                    "docker",
                                    "events",
                                    "--since=" + Instant.now(),
                                    "--filter=event=create",
                                    "--filter=label=dev.kiln.home=" + home,
                                    "--format={{.ID}}")
                            .redirectOutput(file.toFile())
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start();
        }

        List<String> ids() throws IOException {
            return Files.readAllLines(file);
        }

        @Override
        public void close() throws IOException {
            events.destroy();
            events.onExit().join();
            Files.delete(file);
        }
    }

    private Kind runOne(SandboxHost host, int number, Semaphore places) throws Exception {
        Kind kind = Kind.values()[number % Kind.values().length];
        places.acquire();
        try {
            var program = SandboxHost.program("sh", kind.code);
            var stop = new StopSignal();
            if (kind == Kind.RELEASED) {
                // Half before there is anything to stop, half while it starts or runs.
                stopSoon(stop, number);
            }
            var limits = kind == Kind.TIMED_OUT ? SHORT : LIMITS;
            var result = host.sandbox.run(SandboxHost.tag(), program, limits, stop);
            if (result.termination() != kind.termination) {
                wrong.computeIfAbsent(kind, _ -> new AtomicInteger()).incrementAndGet();
            }
        } catch (RunReleased released) {
            assertThat(kind).isEqualTo(Kind.RELEASED);
        } finally {
            places.release();
        }
        return kind;
    }

    private static boolean stoppedBefore(int number) {
        return number % Kind.values().length == Kind.RELEASED.ordinal() && number % 2 == 0;
    }

    private static void stopSoon(StopSignal stop, int number) {
        var reason = number % 4 < 2 ? StopSignal.Reason.CANCELLED : StopSignal.Reason.RELEASED;
        if (stoppedBefore(number)) {
            stop.raise(reason);
        } else {
            CompletableFuture.delayedExecutor(number * 20L, TimeUnit.MILLISECONDS)
                    .execute(() -> stop.raise(reason));
        }
    }

    private static List<String> processesOf(String container) {
        return ProcessHandle.allProcesses()
                .map(process -> "/proc/" + process.pid() + "/cgroup")
                .filter(cgroup -> contains(Path.of(cgroup), container))
                .toList();
    }

    private static boolean contains(Path file, String text) {
        try {
            return Files.readString(file).contains(text);
        } catch (IOException ended) {
            return false;
        }
    }

    private static List<Path> cgroupsOf(String container) throws IOException {
        try (var found =
                Files.find(
                        Path.of("/sys/fs/cgroup"),
                        4,
                        (path, attributes) ->
                                attributes.isDirectory()
                                        && path.getFileName().toString().contains(container))) {
            return found.toList();
        }
    }

    /** What the engine, its shims and gVisor keep of a container on disk and in {@code /run}. */
    private static List<Path> filesOf(String container) throws IOException {
        List<Path> found = new ArrayList<>();
        for (Path place : ENGINE_PLACES) {
            if (Files.isDirectory(place)) {
                Files.walkFileTree(
                        place,
                        Set.of(),
                        5,
                        new SimpleFileVisitor<>() {
                            @Override
                            public FileVisitResult preVisitDirectory(
                                    Path directory, BasicFileAttributes attributes) {
                                if (directory.getFileName().toString().contains(container)) {
                                    found.add(directory);
                                }
                                return FileVisitResult.CONTINUE;
                            }

                            @Override
                            public FileVisitResult visitFileFailed(Path file, IOException gone) {
                                // Of somebody else's container that is just ending.
                                return FileVisitResult.CONTINUE;
                            }
                        });
            }
        }
        return found;
    }

    private static long bytesBelow(Path root) throws IOException {
        try (var files = Files.walk(root)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }

    private static long descriptors() throws IOException {
        try (var open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        }
    }

    /**
     * Names of platform threads but those of the JDK's own pools and of this test, which come and
     * go. A virtual thread of ours that stayed would hold a socket, and show as a descriptor.
     */
    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> !POOLS.matcher(name).lookingAt())
                .sorted()
                .toList();
    }
}
