package dev.kiln.sandbox.docker;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The engine as an operator sees and handles it, limited to the containers of one home directory.
 */
final class DockerCli {
    private final Path home;

    DockerCli(Path home) {
        this.home = home;
    }

    /** Runs the docker client and returns what it prints. */
    String run(String... arguments) {
        var command = new ArrayList<>(List.of("docker"));
        command.addAll(List.of(arguments));
        return output(command);
    }

    private static String output(List<String> command) {
        try {
            var process = new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String text =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor();
            return text;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    /** Full ids of all containers of the home, running or not. */
    List<String> containers() {
        return run("ps", "-aq", "--no-trunc", "--filter", "label=dev.kiln.home=" + home)
                .lines()
                .toList();
    }

    /** What the engine did with containers of the home since that second, by its own account. */
    List<String> events(long sinceEpochSecond) {
        return run(
                        "events",
                        "--since",
                        Long.toString(sinceEpochSecond),
                        "--until",
                        Long.toString(Instant.now().getEpochSecond() + 1),
                        "--filter",
                        "label=dev.kiln.home=" + home,
                        "--format",
                        "{{.Action}}")
                .lines()
                .toList();
    }

    /**
     * Waits until a program's container runs and its input is there.
     *
     * @return the container's full id
     */
    String awaitRunning() {
        return await().atMost(Duration.ofSeconds(30))
                .until(this::programs, running -> !running.isEmpty() && inputArrived())
                .getFirst();
    }

    /**
     * Full ids of the running containers that were made for somebody's program: not those of the
     * probes, which every worker runs first, nor those that wait for a job.
     */
    List<String> programs() {
        return run(
                        "ps",
                        "--no-trunc",
                        "--filter",
                        "label=dev.kiln.home=" + home,
                        "--format",
                        "{{.ID}} {{.Label \"dev.kiln.worker\"}}")
                .lines()
                .map(line -> line.strip().split(" ", 2))
                .filter(words -> words.length == 2 && !words[1].equals("probe"))
                .map(words -> words[0])
                .toList();
    }

    /**
     * Waits until a busy program must have come past its first lines: a sandbox does not take that
     * much processor time to start.
     */
    void awaitBusy() {
        String id = awaitRunning();
        long pid = Long.parseLong(run("inspect", "-f", "{{.State.Pid}}", id).strip());
        var cgroup = Cgroup.of(pid, id);
        await().atMost(Duration.ofSeconds(30))
                .until(
                        () ->
                                cgroup.sample().cpu() instanceof Duration used
                                        && used.toMillis() > 2000);
    }

    private boolean inputArrived() {
        try (var jobs = Files.list(home.resolve("jobs"))) {
            return jobs.anyMatch(job -> job.resolve("job/files").toFile().list().length > 0);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Full ids of the running containers of the home with these labels. */
    List<String> running(Map<String, String> labels) {
        var command = new ArrayList<>(List.of("ps", "-q", "--no-trunc"));
        command.addAll(List.of("--filter", "label=dev.kiln.home=" + home));
        labels.forEach(
                (name, value) ->
                        command.addAll(List.of("--filter", "label=" + name + "=" + value)));
        return run(command.toArray(String[]::new)).lines().toList();
    }

    /** Whether the kernel has stopped the processes of a running container. */
    boolean frozen(String id) {
        try {
            long pid = Long.parseLong(run("inspect", "-f", "{{.State.Pid}}", id).strip());
            var freeze = Cgroup.of(pid, id).freeze().orElseThrow();
            return Files.readString(freeze.file()).strip().equals(freeze.frozen());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Sends a signal to every process of a container, past the engine. */
    void signalAll(String id, String signal) {
        pids(id).forEach(pid -> output(List.of("kill", "-" + signal, Long.toString(pid))));
    }

    /** How many processes of the host belong to the container. */
    int processes(String id) {
        return pids(id).size();
    }

    private static List<Long> pids(String id) {
        return ProcessHandle.allProcesses()
                .map(ProcessHandle::pid)
                .filter(pid -> belongs(pid, id))
                .toList();
    }

    private static boolean belongs(long pid, String id) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), "cgroup")).contains(id);
        } catch (IOException ended) {
            return false;
        }
    }
}
