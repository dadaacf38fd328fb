package dev.kiln.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.function.Consumer;

/** The batches of a Kiln server. Every failure is a {@link CliException}. */
public final class KilnBatches {
    private final KilnClient client;

    /** Of this server. */
    public KilnBatches(KilnClient client) {
        this.client = client;
    }

    KilnClient client() {
        return client;
    }

    /** How far a batch has come. */
    public JsonNode find(String name, String tenant) throws InterruptedException {
        return KilnClient.call(() -> client.batches().status(name, tenant).json());
    }

    /** Closes a batch: no more jobs join it. */
    public JsonNode close(String name, String tenant) throws InterruptedException {
        return KilnClient.call(() -> client.batches().close(name, tenant).json());
    }

    /** The documents of a batch's jobs that have ended, a line each, as they come. */
    public void results(String name, String tenant, Consumer<String> line)
            throws InterruptedException {
        KilnClient.call(
                () -> {
                    client.batches().resultLines(name, tenant, line);
                    return name;
                });
    }
}
