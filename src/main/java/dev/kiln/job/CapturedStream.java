package dev.kiln.job;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What a program wrote on one of its output streams, as bytes: a program may print NUL or invalid
 * UTF-8.
 *
 * @param kept the first bytes, up to the output limit; not copied. Empty where they are elsewhere
 * @param produced how many bytes the program wrote in all; at least as many as were kept
 * @param elsewhere where the bytes are that were kept, when they are not here; else null
 */
public record CapturedStream(byte[] kept, long produced, @Nullable Elsewhere elsewhere) {
    public static final CapturedStream EMPTY = new CapturedStream(new byte[0], 0);

    /**
     * Bytes in an object store, and what is told of them without reading them.
     *
     * @param object where they are
     * @param utf8 what {@link #utf8()} said of them
     */
    public record Elsewhere(StoredObject object, boolean utf8) {}

    /** One whose bytes are here. */
    public CapturedStream(byte[] kept, long produced) {
        this(kept, produced, null);
    }

    public CapturedStream {
        if (elsewhere != null && kept.length > 0) {
            throw new IllegalArgumentException("the bytes are here or elsewhere, not both");
        }
        long bytes = elsewhere == null ? kept.length : elsewhere.object().bytes();
        if (produced < bytes) {
            throw new IllegalArgumentException(
                    "produced must be >= kept: " + produced + " < " + bytes);
        }
    }

    /** The same, with its bytes in that object. */
    public CapturedStream in(StoredObject object) {
        return new CapturedStream(new byte[0], produced, new Elsewhere(object, utf8()));
    }

    /** How many bytes were kept, wherever they are. */
    public long keptBytes() {
        return elsewhere == null ? kept.length : elsewhere.object().bytes();
    }

    /** Whether the program wrote more than was kept. */
    public boolean truncated() {
        return produced > keptBytes();
    }

    /**
     * Whether {@link #text()} loses nothing. A character that the output limit cut in two does not
     * count against it.
     */
    public boolean utf8() {
        if (elsewhere != null) {
            return elsewhere.utf8();
        }
        var decoder = StandardCharsets.UTF_8.newDecoder();
        var in = ByteBuffer.wrap(kept);
        try {
            if (!truncated()) {
                decoder.decode(in);
                return true;
            }
            var out = java.nio.CharBuffer.allocate(Math.max(1, kept.length));
            // endOfInput=false leaves an incomplete last character unread instead of calling it
            // malformed.
            return !decoder.decode(in, out, false).isError();
        } catch (CharacterCodingException malformed) {
            return false;
        }
    }

    /** What is known of it without its bytes. */
    public StreamSummary summary() {
        return new StreamSummary(produced, truncated(), utf8());
    }

    /**
     * The kept bytes as text, with U+FFFD for what is not UTF-8.
     *
     * @throws IllegalStateException when they are elsewhere: no text is not an empty one
     */
    public String text() {
        if (elsewhere != null) {
            throw new IllegalStateException("the bytes are in " + elsewhere.object().key());
        }
        return new String(kept, StandardCharsets.UTF_8);
    }
}
