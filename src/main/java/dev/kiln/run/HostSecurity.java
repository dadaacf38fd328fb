package dev.kiln.run;

import dev.kiln.sandbox.Sandbox;
import dev.kiln.sandbox.SandboxFault;
import dev.kiln.sandbox.SecurityReport;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** What this host's sandbox was last seen to hold. Probing takes seconds, so the answer is kept. */
@ApplicationScoped
class HostSecurity {
    private static final Logger LOG = Logger.getLogger(HostSecurity.class);

    /** How long a report answers those who ask. */
    static final Duration CURRENT = Duration.ofMinutes(5);

    private final Sandbox sandbox;
    private final Clock clock;

    /** Held while probing, so that many who ask make one probe. */
    private final ReentrantLock probing = new ReentrantLock();

    private volatile @Nullable SecurityReport last;

    @Inject
    HostSecurity(Sandbox sandbox) {
        this(sandbox, Clock.systemUTC());
    }

    HostSecurity(Sandbox sandbox, Clock clock) {
        this.sandbox = sandbox;
        this.clock = clock;
    }

    /**
     * The last report, or a new one when that is old or when asked for.
     *
     * @param fresh whether to probe in any case
     */
    SecurityReport report(boolean fresh) {
        SecurityReport known = last;
        return known != null && !fresh && isCurrent(known) ? known : probe(known);
    }

    private boolean isCurrent(SecurityReport report) {
        return Duration.between(report.at(), clock.instant()).compareTo(CURRENT) < 0;
    }

    private SecurityReport probe(@Nullable SecurityReport known) {
        probing.lock();
        try {
            SecurityReport now = last;
            // Somebody probed while we waited for our turn: that is as fresh as it gets.
            if (now != null && now != known) {
                return now;
            }
            SecurityReport made = sandbox.validateSecurity();
            last = made;
            made.insufficient()
                    .forEach(
                            probe ->
                                    LOG.warnf("probe=%s failed: %s", probe.name(), probe.detail()));
            return made;
        } finally {
            probing.unlock();
        }
    }

    /** The last report, however old; none before the first. */
    Optional<SecurityReport> last() {
        return Optional.ofNullable(last);
    }

    /** Whether this promise was seen to be kept at the last look. */
    boolean seen(String probe) {
        return last().filter(report -> report.passed(probe)).isPresent();
    }

    /**
     * Probes, unless all that every job needs was seen to be kept already.
     *
     * @throws SandboxFault with scope {@code HOST}, naming each promise that is not kept
     */
    void requireSufficient() throws SandboxFault {
        SecurityReport known = last;
        if (known == null || !known.sufficient()) {
            known = probe(known);
        }
        if (!known.sufficient()) {
            throw new SandboxFault(
                    SandboxFault.Scope.HOST,
                    "The sandbox of this host does not hold what it promises, so no job is run: %s. See docs/TROUBLESHOOTING.md; ./kiln doctor says more."
                            .formatted(
                                    known.insufficient().stream()
                                            .map(
                                                    probe ->
                                                            probe.name()
                                                                    + " ("
                                                                    + probe.detail()
                                                                    + ")")
                                            .collect(Collectors.joining(", "))));
        }
    }
}
