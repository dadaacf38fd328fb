package dev.kiln.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kiln.job.CapturedStream;
import dev.kiln.job.ExecutionResult;
import dev.kiln.job.StoredObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** What a result's row says of its streams whose bytes are in an object store; null for others. */
record ObjectsJson(@Nullable Stream stdout, @Nullable Stream stderr) {
    static final ObjectsJson NONE = new ObjectsJson(null, null);

    private static final ObjectMapper JSON = new ObjectMapper();

    /** One of them. */
    record Stream(String key, long bytes, String sha256, boolean utf8) {
        static @Nullable Stream of(CapturedStream stream) {
            var elsewhere = stream.elsewhere();
            return elsewhere == null
                    ? null
                    : new Stream(
                            elsewhere.object().key(),
                            elsewhere.object().bytes(),
                            elsewhere.object().sha256(),
                            elsewhere.utf8());
        }

        CapturedStream toStream(long produced) {
            var object = new StoredObject(key, bytes, sha256);
            return new CapturedStream(
                    new byte[0], produced, new CapturedStream.Elsewhere(object, utf8));
        }
    }

    /** Null when all bytes are in the row. */
    static byte @Nullable [] toBytes(ExecutionResult result) {
        var json = new ObjectsJson(Stream.of(result.stdout()), Stream.of(result.stderr()));
        if (json.equals(NONE)) {
            return null;
        }
        try {
            return JSON.writeValueAsBytes(json);
        } catch (JsonProcessingException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    static ObjectsJson ofBytes(byte @Nullable [] bytes) {
        if (bytes == null) {
            return NONE;
        }
        try {
            return JSON.readValue(bytes, ObjectsJson.class);
        } catch (IOException corrupt) {
            throw new UncheckedIOException(corrupt);
        }
    }

    /**
     * A stream as the row has it.
     *
     * @param stored where its bytes are, when not in the row
     * @param inRow the bytes of the row
     */
    static CapturedStream stream(@Nullable Stream stored, byte[] inRow, long produced) {
        return stored == null ? new CapturedStream(inRow, produced) : stored.toStream(produced);
    }
}
