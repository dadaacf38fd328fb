package dev.kiln.sandbox.docker;

import dev.kiln.sandbox.SandboxFault;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Starts cells to the point where only the program is missing. */
final class WarmStart implements WarmPool.Starter {
    /** In place of the job's labels, which nobody knows yet and the engine does not add later. */
    static final Map<String, String> LABELS = Map.of("dev.kiln.pool", "warm");

    private final Cells cells;
    private final Duration patience;

    WarmStart(Cells cells, Duration patience) {
        this.cells = cells;
        this.patience = patience;
    }

    @Override
    public Cell open(Shape shape) throws SandboxFault, InterruptedException {
        return cells.open(shape.image(), shape.runtime(), null, shape.limits(), LABELS);
    }

    @Override
    public void prepare(Cell cell, Shape shape) throws SandboxFault, InterruptedException {
        boolean warm = false;
        try {
            await(cell.conversation().ready());
            cell.prepare(shape.command());
            await(cell.conversation().prepared());
            if (!cell.alive()) {
                throw new IOException("it ended at once");
            }
            warm = true;
        } catch (IOException unheard) {
            throw failed(String.valueOf(unheard.getMessage()), unheard);
        } finally {
            if (!warm) {
                cells.dispose(cell);
            }
        }
    }

    private void await(CompletableFuture<?> word) throws SandboxFault, InterruptedException {
        try {
            word.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            throw failed("it was not ready within " + patience.toSeconds() + " s", late);
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static SandboxFault failed(String why, Exception cause) {
        return new SandboxFault(
                SandboxFault.Scope.SANDBOX, "A sandbox did not start ahead: " + why, cause);
    }
}
