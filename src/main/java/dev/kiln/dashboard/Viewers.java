package dev.kiln.dashboard;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The places of those who get the overview's figures as they come: so many in all, and no more than
 * its share for any one tenant, so that it cannot take the places of others. Whoever may see all
 * tenants has no share of its own. Safe for use by many threads.
 */
final class Viewers {
    private final int all;
    private final int share;
    private final Map<String, Integer> ofTenants = new HashMap<>();
    private int taken;

    /**
     * With nobody in them.
     *
     * @param all how many there are, 0 or more
     * @param share how many of them one tenant may take, 1 or more
     */
    Viewers(int all, int share) {
        this.all = all;
        this.share = share;
    }

    /**
     * Takes a place; to be given back by {@link #leave}.
     *
     * @param tenant who sits there; null for whoever sees all tenants
     * @return false when there is none for it
     */
    synchronized boolean sit(@Nullable String tenant) {
        if (taken == all || (tenant != null && ofTenants.getOrDefault(tenant, 0) == share)) {
            return false;
        }
        taken++;
        if (tenant != null) {
            ofTenants.merge(tenant, 1, Integer::sum);
        }
        return true;
    }

    /** Gives back a place that this tenant took. */
    synchronized void leave(@Nullable String tenant) {
        taken--;
        if (tenant != null) {
            ofTenants.computeIfPresent(tenant, (_, seats) -> seats == 1 ? null : seats - 1);
        }
    }

    /** How many places are taken. */
    synchronized int taken() {
        return taken;
    }
}
