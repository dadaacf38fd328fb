package dev.kiln.cli;

import dev.kiln.cli.client.BatchSender;
import dev.kiln.cli.terminal.Terminal;
import java.util.Collection;
import java.util.function.UnaryOperator;

/** Says what becomes of a batch when the command is interrupted (Ctrl-C) in its middle. */
final class HowToGoOn implements AutoCloseable {
    private final Thread hook;
    private volatile String sent = "";

    /**
     * From now until it is closed.
     *
     * @param again makes the command that goes on, of the key
     */
    HowToGoOn(Terminal terminal, BatchSender sender, UnaryOperator<String> again, String key) {
        hook =
                new Thread(
                        () ->
                                terminal.err()
                                        .printf(
                                                "%nkiln: %s. To go on: %s%n",
                                                sent.isEmpty()
                                                        ? "up to line %d all is submitted, and runs"
                                                                .formatted(sender.sent())
                                                        : sent,
                                                again.apply(key)),
                        "how-to-go-on");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** What is left is to wait. */
    void allSent(Collection<SubmittedBatch.Name> batches) {
        sent =
                "all is submitted, and runs (GET /v1/batches/%s)"
                        .formatted(
                                String.join(
                                        ", ",
                                        batches.stream().map(SubmittedBatch.Name::name).toList()));
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException shuttingDown) {
            // Then it is being said.
        }
    }
}
