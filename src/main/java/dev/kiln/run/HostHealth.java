package dev.kiln.run;

import dev.kiln.job.Needs;
import dev.kiln.sandbox.Sandbox;
import dev.kiln.sandbox.SandboxFault;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Whether this host can run programs, and which it cannot. A circuit breaker: a fault of the host
 * opens it, only a probe that passes closes it, and while it is open the worker claims nothing.
 */
@ApplicationScoped
public class HostHealth {
    private static final Logger LOG = Logger.getLogger(HostHealth.class);

    private final Sandbox sandbox;
    private final HostSecurity security;
    private volatile @Nullable String trouble =
            "what its sandbox promises is being probed: that takes some seconds after the start";
    private volatile Map<String, String> lacking = Map.of();
    private volatile Set<String> images = Set.of();

    HostHealth(Sandbox sandbox, HostSecurity security) {
        this.sandbox = sandbox;
        this.security = security;
    }

    /** What keeps this host from running programs, with the remedy; empty when nothing does. */
    public Optional<String> trouble() {
        return Optional.ofNullable(trouble);
    }

    /** The languages that this host cannot run although others it can, each with the reason. */
    Map<String, String> lacking() {
        return lacking;
    }

    /** The names of the images that this host has, for jobs that ask for one. */
    Set<String> images() {
        return images;
    }

    /**
     * Asks the sandbox whether all is there that it needs; returns what is not, which is the
     * caller's to tell. Nothing runs before the first {@link #probe()} has also seen its promises
     * kept, which takes longer than a start should.
     */
    public Optional<String> check() {
        try {
            sandbox.checkReady();
            return Optional.empty();
        } catch (SandboxFault fault) {
            return Optional.of(String.valueOf(fault.getMessage()));
        }
    }

    /** Asks the sandbox; returns whether the answer differs from what was known. */
    boolean probe() {
        var before = trouble;
        var lackedBefore = lacking;
        var imagesBefore = images;
        try {
            requireReady();
            if (before != null) {
                LOG.info("sandbox=ready");
            }
            trouble = null;
        } catch (SandboxFault fault) {
            failed(fault);
        }
        return !trouble().equals(Optional.ofNullable(before))
                || !lacking.equals(lackedBefore)
                || !images.equals(imagesBefore);
    }

    /**
     * The cheap question first: it names what is missing. That every promise is kept is probed
     * until it was seen once; each container proves its runtime again anyway.
     */
    private void requireReady() throws SandboxFault {
        var lacks = sandbox.checkReady();
        security.requireSufficient();
        lacks.forEach(
                (language, reason) -> {
                    if (!lacking.containsKey(language)) {
                        LOG.warnf("language=%s not claimed here: %s", language, reason);
                    }
                });
        lacking = Map.copyOf(lacks);
        images = Set.copyOf(sandbox.images());
    }

    /** A run did not get what its job needs, though this host had offered it. */
    void lacked(Needs needs) {
        if (needs.network()) {
            security.doubtNetwork();
        }
    }

    /** A run met a fault of the host. */
    void failed(SandboxFault fault) {
        String message = String.valueOf(fault.getMessage());
        if (!message.equals(trouble)) {
            LOG.warnf("sandbox=unavailable, claiming nothing until it is back: %s", message);
        }
        trouble = message;
    }
}
