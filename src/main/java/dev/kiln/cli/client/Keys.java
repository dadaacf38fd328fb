package dev.kiln.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** The keys of a server. Every failure is a {@link CliException}. */
public final class Keys {
    private final KilnClient client;

    Keys(KilnClient client) {
        this.client = client;
    }

    /** Has a key made and gives the server's answer, which alone has it. */
    public JsonNode create(ObjectNode which) throws InterruptedException {
        return KilnClient.accepted(client.post("v1/keys", "application/json", Json.bytes(which)));
    }

    /** A page of the server's list of keys, from behind that one on. */
    public JsonNode list(@Nullable String after) throws InterruptedException {
        String query = after == null ? "" : "?after=" + KilnClient.encoded(after);
        return KilnClient.accepted(client.send(client.request("v1/keys" + query).GET()));
    }

    /** Has a key open nothing any more. */
    public JsonNode revoke(String id) throws InterruptedException {
        return KilnClient.accepted(
                client.send(client.request("v1/keys/" + KilnClient.encoded(id)).DELETE()));
    }
}
