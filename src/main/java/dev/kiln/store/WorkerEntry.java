package dev.kiln.store;

import dev.kiln.job.Capabilities;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a worker says of itself.
 *
 * @param id of its process
 * @param roles that it plays
 * @param slots how many jobs it runs at once
 * @param capabilities what it can run
 * @param lacking languages that are configured and that it cannot run, each with the reason
 * @param isolation what its programs run in
 * @param warm how many sandboxes wait for jobs on it now
 * @param trouble why it takes no job at all now; null when it does
 */
public record WorkerEntry(
        String id,
        List<String> roles,
        int slots,
        Capabilities capabilities,
        Map<String, String> lacking,
        Isolation isolation,
        int warm,
        @Nullable String trouble) {
    /** The container runtime's name and version, and gVisor's way of catching system calls. */
    public record Isolation(String runtime, String version, String platform) {}

    public WorkerEntry {
        roles = List.copyOf(roles);
        lacking = Map.copyOf(lacking);
    }
}
