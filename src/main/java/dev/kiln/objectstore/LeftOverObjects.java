package dev.kiln.objectstore;

import dev.kiln.store.ObjectLedger;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Removes objects that no result refers to, or none any more. */
@ApplicationScoped
public class LeftOverObjects {
    /** What one call takes at most, or little more, of a store that is slow. */
    private static final Duration TURN = Duration.ofMinutes(1);

    private final ObjectStore store;
    private final ObjectLedger ledger;

    LeftOverObjects(ObjectStore store, ObjectLedger ledger) {
        this.store = store;
        this.ledger = ledger;
    }

    /**
     * Removes some of them, none where the site has no object store. Several processes at it mostly
     * do nothing twice, and it is harmless where they do.
     *
     * @param most how many at most
     * @return how many were removed; as many as asked for when there was no time for all
     * @throws dev.kiln.store.StoreUnavailable when the same call may succeed later
     * @throws ObjectStoreUnavailable likewise; those that were left are removed by a later call
     */
    public int remove(int most) {
        if (!store.configured()) {
            return 0;
        }
        List<String> removed = new ArrayList<>();
        try {
            long until = System.nanoTime() + TURN.toNanos();
            for (String key : ledger.leftOver(most)) {
                if (until - System.nanoTime() < 0) {
                    return most;
                }
                store.delete(key);
                removed.add(key);
            }
        } finally {
            if (!removed.isEmpty()) {
                ledger.removed(removed);
            }
        }
        return removed.size();
    }
}
