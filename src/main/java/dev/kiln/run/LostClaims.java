package dev.kiln.run;

import dev.kiln.claim.Faults;
import dev.kiln.claim.WorkerId;
import dev.kiln.job.Lease;
import dev.kiln.store.LeaseStore;
import dev.kiln.store.StoreUnavailable;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Set;

/**
 * Finds what this worker was given without hearing of it: a claim that took effect and whose answer
 * was lost. Nobody would run such a job until its lease has lapsed, and it would be charged with an
 * attempt that nobody made.
 */
@ApplicationScoped
public class LostClaims {
    private final LeaseStore leases;
    private final Faults faults;
    private final WorkerId id;

    LostClaims(LeaseStore leases, Faults faults, WorkerId id) {
        this.leases = leases;
        this.faults = faults;
        this.id = id;
    }

    /**
     * Gives back, uncounted, what stands in this worker's name and is none of these.
     *
     * @param running what this worker knows of; no claim may be under way
     * @throws StoreUnavailable when the same call may succeed later
     */
    void giveBack(Set<Claim> running) {
        // Asked before it is compared: a run that ends in between is gone from both.
        for (Lease lease : leases.owned(id.value())) {
            if (!running.contains(Claim.of(lease))) {
                faults.notAttempted(lease, "the answer to its claim was lost");
            }
        }
    }
}
