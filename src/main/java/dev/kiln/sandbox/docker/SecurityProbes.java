package dev.kiln.sandbox.docker;

import com.github.dockerjava.api.model.Info;
import dev.kiln.job.ExecutionResult;
import dev.kiln.job.Limits;
import dev.kiln.sandbox.RunReleased;
import dev.kiln.sandbox.SandboxFault;
import dev.kiln.sandbox.SecurityReport;
import dev.kiln.sandbox.SecurityReport.Facts;
import dev.kiln.sandbox.SecurityReport.Probe;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Probes what the sandbox promises by running our own programs in it, the way that jobs are run.
 * Configuration is not looked at: it says what was wanted, not what is.
 */
final class SecurityProbes {
    private static final String UNKNOWN = "unknown";
    private static final int PIDS = 12;
    private static final Limits INSPECTING =
            new Limits(Duration.ofSeconds(30), 256 << 20, 1.0, PIDS, 64 << 10, 1 << 20);
    private static final Limits STARVING =
            new Limits(Duration.ofSeconds(30), 64 << 20, 1.0, PIDS, 64 << 10, 1 << 20);

    /** What {@code inspect.py} reports on, one line each. */
    private static final List<String> INSIDE =
            List.of(
                    "network_disabled",
                    "pids_limited",
                    "user_namespaces_refused",
                    "read_only_root",
                    "non_root");

    /** The sandbox being probed. */
    interface Subject {
        /** The runtime, proved. */
        ContainerRuntime runtime() throws SandboxFault, InterruptedException;

        /**
         * Probes the firewall in front of jobs with network; says what was seen of it.
         *
         * @throws SandboxFault when it is not there or does not keep them from all but the internet
         */
        String network() throws SandboxFault, InterruptedException;

        /** Runs one of our own programs. */
        ExecutionResult run(String resource, Limits limits)
                throws SandboxFault, RunReleased, InterruptedException;
    }

    private final Engine engine;
    private final boolean gvisorRequired;
    private final Subject subject;
    private final List<Probe> probes = new ArrayList<>();
    private @Nullable Info info;
    private @Nullable ContainerRuntime runtime;

    SecurityProbes(Engine engine, SandboxConfig config, Subject subject) {
        this.engine = engine;
        this.gvisorRequired = config.runtime() != SandboxConfig.Isolation.RUNC;
        this.subject = subject;
    }

    /** Probes everything; takes a second or two on a host in good health. */
    SecurityReport report() {
        probes.clear();
        askEngine();
        proveRuntime();
        probes.addAll(together(List.of(this::inspect, this::starve, this::touchFirewall)));
        return new SecurityReport(probes, facts(), Instant.now());
    }

    /**
     * All at once: each runs a program of its own in a container of its own, and a worker takes no
     * job before the last one has ended. An interrupt is passed on to them.
     */
    private static List<Probe> together(List<Callable<List<Probe>>> groups) {
        List<Future<List<Probe>>> made;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            made = groups.stream().map(threads::submit).toList();
        }
        return made.stream().flatMap(group -> outcome(group).stream()).toList();
    }

    /** Of one that has ended; what it threw is a fault of this program. */
    private static List<Probe> outcome(Future<List<Probe>> group) {
        if (group.state() == Future.State.FAILED) {
            throw new IllegalStateException(group.exceptionNow());
        }
        return group.resultNow();
    }

    private void askEngine() {
        try {
            engine.ping();
            info = engine.info();
            add("docker_available", true, "engine " + text(info.getServerVersion()) + " answers");
        } catch (SandboxFault | InterruptedException fault) {
            add("docker_available", false, why(fault));
        }
    }

    private void proveRuntime() {
        try {
            ContainerRuntime proved = subject.runtime();
            runtime = proved;
            probes.add(
                    new Probe(
                            "gvisor_available",
                            proved.gvisor(),
                            gvisorRequired,
                            proved.gvisor()
                                    ? "a container of %s runs on a kernel of its own, whose log names gVisor"
                                            .formatted(proved.name())
                                    : "programs share the host's kernel, since kiln.sandbox.runtime=runc: set it to auto"));
        } catch (SandboxFault | InterruptedException fault) {
            probes.add(new Probe("gvisor_available", false, gvisorRequired, why(fault)));
        }
    }

    private List<Probe> inspect() {
        String words;
        String trouble;
        try {
            ExecutionResult result = subject.run("inspect.py", INSPECTING);
            words = result.stdout().text();
            trouble =
                    "the probe ended (%s) without a word on this: %s"
                            .formatted(
                                    result.termination().wireName(),
                                    result.stderr().text().strip());
        } catch (SandboxFault | RunReleased | InterruptedException notRun) {
            words = "";
            trouble = why(notRun);
        }
        List<Probe> inside = new ArrayList<>();
        for (String name : INSIDE) {
            Optional<String> line = line(words, name);
            inside.add(
                    required(
                            name,
                            line.filter(said -> said.startsWith("ok ")).isPresent(),
                            line.map(said -> said.replaceFirst("^(ok|failed) ", ""))
                                    .orElse(trouble)));
        }
        return inside;
    }

    private static Optional<String> line(String words, String name) {
        return words.lines()
                .filter(line -> line.startsWith(name + " "))
                .map(line -> line.substring(name.length() + 1))
                .findFirst();
    }

    private List<Probe> starve() {
        String name = "memory_limited";
        try {
            ExecutionResult result = subject.run("memory.py", STARVING);
            return List.of(
                    required(
                            name,
                            result.oomKilled(),
                            result.oomKilled()
                                    ? "1 GiB was asked for with a limit of 64 MiB: "
                                            + result.evidence().source()
                                    : "1 GiB was asked for with a limit of 64 MiB, and the program ended otherwise (%s): under cgroup v2 with systemd register runsc with --systemd-cgroup"
                                            .formatted(result.termination().wireName())));
        } catch (SandboxFault | RunReleased | InterruptedException notRun) {
            return List.of(required(name, false, why(notRun)));
        }
    }

    private List<Probe> touchFirewall() {
        try {
            return List.of(new Probe(SecurityReport.NETWORK, true, false, subject.network()));
        } catch (SandboxFault | InterruptedException fault) {
            return List.of(new Probe(SecurityReport.NETWORK, false, false, why(fault)));
        }
    }

    private void add(String name, boolean passed, String detail) {
        probes.add(required(name, passed, detail));
    }

    private static Probe required(String name, boolean passed, String detail) {
        return new Probe(name, passed, true, detail);
    }

    private static String why(Exception notRun) {
        if (notRun instanceof InterruptedException) {
            // Whoever interrupts wants an end: with the flag up, the probes to come end at once
            // too.
            Thread.currentThread().interrupt();
            return "could not be probed: interrupted";
        }
        return "could not be probed: " + notRun.getMessage();
    }

    private Facts facts() {
        var known = runtime;
        var engineInfo = info;
        return new Facts(
                known == null ? UNKNOWN : known.name(),
                known == null ? UNKNOWN : known.version(),
                known == null ? UNKNOWN : known.platform(),
                engineInfo == null ? UNKNOWN : text(engineInfo.getRawValues().get("CgroupVersion")),
                engineInfo == null ? UNKNOWN : text(engineInfo.getServerVersion()),
                System.getProperty("os.version", UNKNOWN));
    }

    private static String text(@Nullable Object value) {
        return value == null ? UNKNOWN : value.toString();
    }
}
