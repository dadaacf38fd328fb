package dev.kiln.sandbox;

import dev.kiln.job.Context;
import java.io.IOException;
import java.io.OutputStream;

/** Where a sandbox gets the contexts that were uploaded. */
@FunctionalInterface
public interface ContextSource {
    /** Has none: for sandboxes without a queue behind them, whose programs bring all they need. */
    ContextSource NONE =
            (context, to) -> {
                throw new SandboxFault(
                        SandboxFault.Scope.SANDBOX,
                        "There are no uploaded contexts here: give the context itself.");
            };

    /**
     * Writes all of the context there, in pieces: one may be larger than it is good to hold.
     *
     * @throws SandboxFault when it cannot be had
     * @throws IOException as the stream throws it
     */
    void copy(Context.Uploaded context, OutputStream to) throws SandboxFault, IOException;
}
