package dev.kiln.claim;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.InstantSource;

/** The values of this process that others are constructed with. */
@ApplicationScoped
class ClaimBeans {
    /** One identity a process. */
    @Produces
    @Singleton
    WorkerId workerId() {
        return WorkerId.ofThisProcess();
    }

    /** For measuring silence on this host only: leases are on the database's clock. */
    @Produces
    @Singleton
    InstantSource clock() {
        return InstantSource.system();
    }
}
