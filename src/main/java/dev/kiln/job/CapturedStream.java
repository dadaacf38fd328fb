package dev.kiln.job;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * What a program wrote on one of its output streams, as bytes: a program may print NUL or invalid
 * UTF-8.
 *
 * @param kept the first bytes, up to the output limit; not copied
 * @param produced how many bytes the program wrote in all; at least {@code kept.length}
 */
public record CapturedStream(byte[] kept, long produced) {
    public static final CapturedStream EMPTY = new CapturedStream(new byte[0], 0);

    public CapturedStream {
        if (produced < kept.length) {
            throw new IllegalArgumentException(
                    "produced must be >= kept: " + produced + " < " + kept.length);
        }
    }

    /** Whether the program wrote more than was kept. */
    public boolean truncated() {
        return produced > kept.length;
    }

    /**
     * Whether {@link #text()} loses nothing. A character that the output limit cut in two does not
     * count against it.
     */
    public boolean utf8() {
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

    /** The kept bytes as text, with U+FFFD for what is not UTF-8. */
    public String text() {
        return new String(kept, StandardCharsets.UTF_8);
    }
}
