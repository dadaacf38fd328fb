package dev.kiln.claim;

import dev.kiln.job.Lease;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The leases this process holds, each with whoever runs its job. */
@ApplicationScoped
public class HeldLeases {
    /** Of a program that has ended. */
    private static final Holder NOBODY =
            new Holder() {
                @Override
                public void lost() {}

                @Override
                public void cancelRequested() {}
            };

    private final Map<Lease, Holder> held = new ConcurrentHashMap<>();

    public void add(Lease lease, Holder holder) {
        held.put(lease, holder);
    }

    public void remove(Lease lease) {
        held.remove(lease);
    }

    /**
     * The lease's program has ended. The lease is held while the outcome is written, but nobody is
     * left to be told: a heartbeat that finds it gone has mostly met its own finish.
     */
    public void ended(Lease lease) {
        held.replace(lease, NOBODY);
    }

    /** Those held at this moment. */
    public List<Lease> leases() {
        return List.copyOf(held.keySet());
    }

    /** Tells the holder, and returns whether there is one to be told. */
    boolean lost(Lease lease) {
        // Absent when the job ended while the heartbeat was under way: nothing is lost then.
        var holder = held.getOrDefault(lease, NOBODY);
        holder.lost();
        return holder != NOBODY;
    }

    void cancelRequested(Lease lease) {
        var holder = held.get(lease);
        if (holder != null) {
            holder.cancelRequested();
        }
    }
}
