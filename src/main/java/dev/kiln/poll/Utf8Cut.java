package dev.kiln.poll;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Cuts bytes that may be UTF-8 into pieces without cutting a character. */
final class Utf8Cut {
    private Utf8Cut() {}

    /**
     * The end of the longest piece that ends with a whole character, or with something that is
     * none.
     *
     * @param from where the piece begins
     * @param to its end at most
     * @return from {@code from}, when there is no more than the beginning of a character, to {@code
     *     to}
     */
    static int end(byte[] bytes, int from, int to) {
        for (int back = 1; back <= 3 && to - back >= from; back++) {
            int b = bytes[to - back] & 0xff;
            if (b < 0x80) {
                return to;
            }
            // No others begin a character.
            if (b >= 0xc2 && b <= 0xf4) {
                int length = b >= 0xf0 ? 4 : b >= 0xe0 ? 3 : 2;
                return length > back ? to - back : to;
            }
        }
        return to;
    }

    /** The text; nothing when it is not UTF-8. */
    static Optional<String> text(byte[] bytes) {
        try {
            return Optional.of(
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
        } catch (CharacterCodingException notText) {
            return Optional.empty();
        }
    }
}
