package dev.kiln.testing;

import dev.kiln.job.Capabilities;
import dev.kiln.job.ClaimedJob;
import dev.kiln.store.ClaimStore;
import dev.kiln.store.WorkerEntry;
import dev.kiln.store.WorkerStore;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Workers for tests: in good health on a large host, with what a test is about changed. */
public final class Workers {
    private Workers() {}

    /** One that runs these languages, without network. */
    public static WorkerEntry of(String id, String... languages) {
        return with(id, new Capabilities(Set.of(languages), Set.of(), false, 16, 64L << 30));
    }

    public static WorkerEntry with(String id, Capabilities capabilities) {
        return entry(id, capabilities, null);
    }

    /** One that takes no job at all. */
    public static WorkerEntry inTrouble(String id, String language) {
        return entry(id, of(id, language).capabilities(), "the engine is gone: start it");
    }

    /** What a worker {@code w} for Python gets, which is registered for it. */
    public static List<ClaimedJob> claim(
            WorkerStore workers, ClaimStore claims, int most, Duration lease) {
        var worker = of("w", "python");
        workers.register(worker, lease, false);
        return claims.claim("w", most, worker.capabilities().memoryBytes(), lease);
    }

    private static WorkerEntry entry(String id, Capabilities capabilities, String trouble) {
        return new WorkerEntry(
                id,
                List.of("worker"),
                4,
                capabilities,
                Map.of("cobol", "its image is missing: build it"),
                new WorkerEntry.Isolation("runsc", "1", "systrap"),
                2,
                trouble);
    }
}
