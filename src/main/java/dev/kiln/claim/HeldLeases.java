package dev.kiln.claim;

import dev.kiln.job.Lease;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The leases this process holds, each with whoever runs its job. */
@ApplicationScoped
public class HeldLeases {
    private final Map<Lease, Holder> held = new ConcurrentHashMap<>();

    public void add(Lease lease, Holder holder) {
        held.put(lease, holder);
    }

    public void remove(Lease lease) {
        held.remove(lease);
    }

    /** Those held at this moment. */
    public List<Lease> leases() {
        return List.copyOf(held.keySet());
    }

    void lost(Lease lease) {
        // Absent when the job ended while the heartbeat was under way: nothing is lost then.
        var holder = held.get(lease);
        if (holder != null) {
            holder.lost();
        }
    }

    void cancelRequested(Lease lease) {
        var holder = held.get(lease);
        if (holder != null) {
            holder.cancelRequested();
        }
    }
}
