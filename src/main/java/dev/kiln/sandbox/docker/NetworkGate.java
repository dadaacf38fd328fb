package dev.kiln.sandbox.docker;

import dev.kiln.job.ExecutionResult;
import dev.kiln.job.Limits;
import dev.kiln.job.Program;
import dev.kiln.sandbox.RunReleased;
import dev.kiln.sandbox.SandboxFault;
import dev.kiln.sandbox.StopSignal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Lets a program onto the network only where, a short while ago, the firewall was seen to keep one
 * of our own from all but the internet. Rules are lost with a reboot or by a command of the host's
 * owner, and nothing tells us.
 */
final class NetworkGate {
    static final Limits LIMITS =
            new Limits(Duration.ofSeconds(30), 128 << 20, 1.0, 8, 64 << 10, 1 << 20);

    /** How long a failed probe answers those who come after: they need not all wait for another. */
    private static final Duration REFUSAL = Duration.ofSeconds(5);

    /**
     * The way of a program to the network.
     *
     * @param runtime gVisor with a network, not proved: each container proves it for itself
     * @param network what it joins
     */
    record Way(ContainerRuntime runtime, JobNetwork network) {}

    /** Runs one of our own programs on a way that is not open yet. */
    @FunctionalInterface
    interface Scout {
        ExecutionResult run(Way way, Program program, StopSignal stop)
                throws SandboxFault, RunReleased, InterruptedException;
    }

    /** What a probe found, and when by the clock of {@link System#nanoTime()}. */
    private record Found(@Nullable Way way, String said, long at) {
        boolean youngerThan(Duration age) {
            return System.nanoTime() - at < age.toNanos();
        }
    }

    private final Engine engine;
    private final SandboxConfig config;
    private final Scout scout;

    /** Held while probing, so that ten waiting runs probe once. */
    private final ReentrantLock probing = new ReentrantLock();

    private volatile @Nullable Found last;

    NetworkGate(Engine engine, SandboxConfig config, Scout scout) {
        this.engine = engine;
        this.config = config;
        this.scout = scout;
    }

    /**
     * The way to the network, probed when that was not done lately.
     *
     * @throws SandboxFault with scope {@code NEEDS} when there is none, or no firewall in front of
     *     it that was seen to work; with {@code HOST} when the engine fails
     */
    Way open() throws SandboxFault, InterruptedException {
        probing.lockInterruptibly();
        try {
            Found known = last;
            if (known == null
                    || !known.youngerThan(known.way() == null ? REFUSAL : config.networkProbe())) {
                known = look();
            }
            if (known.way() == null) {
                throw new SandboxFault(SandboxFault.Scope.NEEDS, known.said());
            }
            return known.way();
        } finally {
            probing.unlock();
        }
    }

    /** Believes nothing until the next probe. */
    void forget() {
        last = null;
    }

    /**
     * Probes now; says what was seen.
     *
     * @throws SandboxFault as {@link #open} does
     */
    String probe() throws SandboxFault, InterruptedException {
        forget();
        open();
        Found known = last;
        return known == null ? "forgotten meanwhile" : known.said();
    }

    private Found look() throws SandboxFault, InterruptedException {
        Found found;
        try {
            Way way = way();
            found = new Found(way, new NetworkProbe(way, scout).probe(), System.nanoTime());
        } catch (SandboxFault fault) {
            if (fault.scope() == SandboxFault.Scope.HOST) {
                throw fault;
            }
            found = new Found(null, String.valueOf(fault.getMessage()), System.nanoTime());
        }
        last = found;
        return found;
    }

    private Way way() throws SandboxFault, InterruptedException {
        Optional<List<String>> gateways = engine.gateways(config.network());
        if (gateways.isEmpty()) {
            throw new SandboxFault(
                    SandboxFault.Scope.NEEDS,
                    "No job gets a network here: the Docker Engine has no network %s. Run ./kiln setup network as root, which makes it and the firewall in front of it."
                            .formatted(config.network()));
        }
        return new Way(
                new RuntimeFinder(config).findForNetwork(engine.info()),
                new JobNetwork(config.network(), gateways.get(), config.resolvers(), resolvConf()));
    }

    private Path resolvConf() throws SandboxFault {
        Path file = config.home().toAbsolutePath().resolve("network").resolve("resolv.conf");
        try {
            Files.createDirectories(file.getParent());
            String wanted =
                    config.resolvers().stream()
                            .map(address -> "nameserver " + address + "\n")
                            .collect(Collectors.joining());
            // Written once: containers that mount it must not see it half written.
            if (!Files.exists(file) || !Files.readString(file).equals(wanted)) {
                Files.writeString(file, wanted);
            }
            return file;
        } catch (IOException failed) {
            throw new SandboxFault(
                    SandboxFault.Scope.HOST,
                    "Cannot write %s (%s): free its disk, or set KILN_HOME to a directory that the worker may write."
                            .formatted(file, failed.getMessage()),
                    failed);
        }
    }
}
