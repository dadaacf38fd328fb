package dev.kiln.run;

import dev.kiln.job.Context;
import dev.kiln.sandbox.ContextSource;
import dev.kiln.sandbox.SandboxFault;
import dev.kiln.store.ContextStore;
import dev.kiln.store.StoreUnavailable;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.OutputStream;

/** Brings uploaded contexts from the database into sandboxes. */
@ApplicationScoped
class StoredContexts implements ContextSource {
    private final ContextStore store;

    StoredContexts(ContextStore store) {
        this.store = store;
    }

    @Override
    public void copy(Context.Uploaded context, OutputStream to) throws SandboxFault, IOException {
        try {
            if (!store.read(context, to::write)) {
                throw new SandboxFault(
                        SandboxFault.Scope.SANDBOX,
                        "The context %s is no longer there, though the job refers to it."
                                .formatted(context.sha256()));
            }
        } catch (StoreUnavailable e) {
            throw new SandboxFault(
                    SandboxFault.Scope.HOST,
                    "The database could not be reached to read the job's context.",
                    e);
        }
    }
}
