package dev.kiln.run;

import dev.kiln.sandbox.Sandbox;
import dev.kiln.sandbox.SandboxFault;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.Optional;
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
    private volatile @Nullable String trouble = "not probed yet";
    private volatile Map<String, String> lacking = Map.of();

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

    /**
     * Asks the sandbox for the first time; returns what keeps it from running programs, which is
     * the caller's to tell.
     */
    public Optional<String> check() {
        try {
            requireReady();
            trouble = null;
        } catch (SandboxFault fault) {
            trouble = String.valueOf(fault.getMessage());
        }
        return trouble();
    }

    /** Asks the sandbox; returns whether the answer differs from what was known. */
    boolean probe() {
        var before = trouble;
        var lackedBefore = lacking;
        try {
            requireReady();
            if (before != null) {
                LOG.info("sandbox=ready");
            }
            trouble = null;
        } catch (SandboxFault fault) {
            failed(fault);
        }
        return !trouble().equals(Optional.ofNullable(before)) || !lacking.equals(lackedBefore);
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
