package dev.kiln.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.client.KilnHttp;
import org.jspecify.annotations.Nullable;

/** The keys of a server. Every failure is a {@link CliException}. */
public final class Keys {
    private final KilnClient client;

    Keys(KilnClient client) {
        this.client = client;
    }

    /** Has a key made and gives the server's answer, which alone has it. */
    public JsonNode create(ObjectNode which) throws InterruptedException {
        return client.ask(client.http().post("v1/keys", which));
    }

    /** A page of the server's list of keys, from behind that one on. */
    public JsonNode list(@Nullable String after) throws InterruptedException {
        String query = after == null ? "" : "?after=" + KilnHttp.encoded(after);
        return client.ask(client.http().request("v1/keys" + query).GET());
    }

    /** Has a key open nothing any more. */
    public JsonNode revoke(String id) throws InterruptedException {
        return client.ask(client.http().request("v1/keys/" + KilnHttp.encoded(id)).DELETE());
    }
}
