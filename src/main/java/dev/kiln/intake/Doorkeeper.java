package dev.kiln.intake;

import dev.kiln.access.Caller;
import dev.kiln.access.Callers;
import dev.kiln.access.Quotas;
import dev.kiln.job.JobId;
import dev.kiln.store.StoreUnavailable;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What the HTTP door asks before it takes a job: whether there is room, and whose the job is. */
@Singleton
final class Doorkeeper {
    private final BooleanSupplier full;
    private final Supplier<Caller> caller;
    private final Predicate<String> quotaReached;

    @Inject
    Doorkeeper(QueueGauge gauge, Callers callers, Quotas quotas) {
        this(gauge::full, callers::current, tenant -> quotas.reached(tenant).isPresent());
    }

    Doorkeeper(BooleanSupplier full, Supplier<Caller> caller, Predicate<String> quotaReached) {
        this.full = full;
        this.caller = caller;
        this.quotaReached = quotaReached;
    }

    /** Whether no more jobs are taken for now. */
    boolean full() {
        return full.getAsBoolean();
    }

    /**
     * Whether no more jobs of this tenant are taken for now; null for whom no quota holds. For
     * requests that go on after they were let in.
     *
     * @throws StoreUnavailable when the same call may succeed later
     */
    boolean full(@Nullable String tenant) {
        return full() || (tenant != null && quotaReached.test(tenant));
    }

    /** Whose all documents of the current request are; null when each may name any. */
    @Nullable String tenant() {
        return caller.get().tenant();
    }

    /**
     * Where a document of the current request comes from.
     *
     * @param fresh the id that the job gets when the document gives none
     * @param batch the batch of the request
     */
    Origin.Http origin(JobId fresh, Origin.@Nullable RequestBatch batch) {
        return new Origin.Http(fresh, batch, tenant());
    }
}
