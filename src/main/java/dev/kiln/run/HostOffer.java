package dev.kiln.run;

import dev.kiln.job.Capabilities;
import dev.kiln.sandbox.RuntimesConfig;
import dev.kiln.sandbox.SecurityReport;
import dev.kiln.store.WorkerEntry.Isolation;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashSet;
import java.util.Set;

/** What this host can run, from what was configured and what was seen. */
@ApplicationScoped
class HostOffer {
    private static final Isolation UNKNOWN = new Isolation("unknown", "unknown", "unknown");

    private final RuntimesConfig runtimes;
    private final WorkerConfig worker;
    private final HostHealth health;
    private final HostSecurity security;

    HostOffer(
            RuntimesConfig runtimes,
            WorkerConfig worker,
            HostHealth health,
            HostSecurity security) {
        this.runtimes = runtimes;
        this.worker = worker;
        this.health = health;
        this.security = security;
    }

    /** As of now; asks nobody. */
    Capabilities capabilities() {
        Set<String> languages = new HashSet<>(runtimes.runtimes().keySet());
        languages.removeAll(health.lacking().keySet());
        return new Capabilities(
                languages,
                Set.of(),
                security.seen(SecurityReport.NETWORK),
                Runtime.getRuntime().availableProcessors(),
                worker.effectiveMemoryBudget());
    }

    /** What programs run in. */
    Isolation isolation() {
        return security.last()
                .map(SecurityReport::facts)
                .map(f -> new Isolation(f.runtime(), f.runtimeVersion(), f.platform()))
                .orElse(UNKNOWN);
    }
}
