package dev.kiln.intake;

import dev.kiln.access.Caller;
import dev.kiln.access.Callers;
import dev.kiln.job.JobId;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What the HTTP door asks before it takes a job: whether there is room, and whose the job is. */
@Singleton
final class Doorkeeper {
    private final BooleanSupplier full;
    private final Supplier<Caller> caller;

    @Inject
    Doorkeeper(QueueGauge gauge, Callers callers) {
        this(gauge::full, callers::current);
    }

    Doorkeeper(BooleanSupplier full, Supplier<Caller> caller) {
        this.full = full;
        this.caller = caller;
    }

    /** Whether no more jobs are taken for now. */
    boolean full() {
        return full.getAsBoolean();
    }

    /**
     * Where a document of the current request comes from.
     *
     * @param fresh the id that the job gets when the document gives none
     * @param batch the batch of the request
     */
    Origin.Http origin(JobId fresh, Origin.@Nullable RequestBatch batch) {
        return new Origin.Http(fresh, batch, caller.get().tenant());
    }
}
