package dev.kiln.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A program to run, and how. Each method gives another request; the server checks what is in it.
 * The same request sent twice is one job.
 */
public final class JobRequest {
    private final ObjectNode document;
    private final Optional<String> idempotencyKey;

    private JobRequest(ObjectNode document, Optional<String> idempotencyKey) {
        this.document = document;
        this.idempotencyKey = idempotencyKey;
    }

    /** This source, with an id of its own. */
    public static JobRequest of(String language, String code) {
        return of(language, code.getBytes(StandardCharsets.UTF_8));
    }

    /** This source, of whatever bytes, with an id of its own. */
    public static JobRequest of(String language, byte[] code) {
        var document = JsonNodeFactory.instance.objectNode();
        document.put("id", nextId().toString()).put("language", language);
        document.set("code", content(code));
        return new JobRequest(document, Optional.empty());
    }

    /** A submission as it goes over the wire (docs/API.md); without an id two are two jobs. */
    public static JobRequest ofDocument(ObjectNode document) {
        return new JobRequest(document.deepCopy(), Optional.empty());
    }

    /** Of version 7, which the server's indexes like best. */
    private static UUID nextId() {
        var random = ThreadLocalRandom.current();
        long high = System.currentTimeMillis() << 16 | 0x7000 | random.nextInt(0x1000);
        long low = random.nextLong() & 0x3fff_ffff_ffff_ffffL | Long.MIN_VALUE;
        return new UUID(high, low);
    }

    /** Text where it is that, else base64, so that nothing is lost. */
    private static JsonNode content(byte[] bytes) {
        try {
            return JsonNodeFactory.instance.textNode(
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
        } catch (CharacterCodingException notUtf8) {
            return JsonNodeFactory.instance
                    .objectNode()
                    .put("base64", Base64.getEncoder().encodeToString(bytes));
        }
    }

    /** Under this id. */
    public JobRequest id(UUID id) {
        return with("id", JsonNodeFactory.instance.textNode(id.toString()));
    }

    /** Under a key of the caller's, by which the server knows it again, and an id that it makes. */
    public JobRequest idempotencyKey(String key) {
        var copy = document.deepCopy();
        copy.remove("id");
        return new JobRequest(copy, Optional.of(key));
    }

    /** What the program reads on standard input. */
    public JobRequest stdin(byte[] bytes) {
        return with("stdin", content(bytes));
    }

    /** Arguments after the program's own name. */
    public JobRequest args(List<String> args) {
        var array = JsonNodeFactory.instance.arrayNode();
        args.forEach(array::add);
        return with("args", array);
    }

    /** Whose job it is. */
    public JobRequest tenant(String name) {
        return with("tenant", JsonNodeFactory.instance.textNode(name));
    }

    /** In which batch it is. */
    public JobRequest batch(String name) {
        return with("batch", JsonNodeFactory.instance.textNode(name));
    }

    /** How urgent it is, from -100 to 100; higher is started first. */
    public JobRequest priority(int priority) {
        return with("priority", JsonNodeFactory.instance.numberNode(priority));
    }

    /** The caller's own, for finding jobs again. */
    public JobRequest labels(Map<String, String> labels) {
        var object = JsonNodeFactory.instance.objectNode();
        labels.forEach(object::put);
        return with("labels", object);
    }

    /** Not to be started before this moment. */
    public JobRequest runAt(Instant moment) {
        return with("run_at", JsonNodeFactory.instance.textNode(moment.toString()));
    }

    /** Not to be started after this moment. */
    public JobRequest deadline(Instant moment) {
        return with("deadline", JsonNodeFactory.instance.textNode(moment.toString()));
    }

    /** How long it may run; counted in milliseconds. */
    public JobRequest timeout(Duration most) {
        return limit("timeout", JsonNodeFactory.instance.numberNode(most.toMillis() / 1e3));
    }

    /** How much memory it may have, in bytes. */
    public JobRequest memoryLimit(long bytes) {
        return limit("memory_limit", JsonNodeFactory.instance.numberNode(bytes));
    }

    /** Another limit, a field of {@code sandbox}. */
    public JobRequest limit(String name, JsonNode value) {
        var copy = document.deepCopy();
        copy.withObject("/sandbox").set(name, value);
        return new JobRequest(copy, idempotencyKey);
    }

    /** Another field of the document. */
    public JobRequest with(String field, JsonNode value) {
        var copy = document.deepCopy();
        copy.set(field, value);
        return new JobRequest(copy, idempotencyKey);
    }

    /** The id of the job, if the server is not to make it. */
    public Optional<String> id() {
        return Documents.text(document, "id");
    }

    /** The document as it is sent; a line of a stream of them. */
    public byte[] json() {
        return Documents.bytes(document);
    }

    Optional<String> idempotencyKey() {
        return idempotencyKey;
    }
}
