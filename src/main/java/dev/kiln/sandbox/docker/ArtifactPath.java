package dev.kiln.sandbox.docker;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Paths as programs make them up: any bytes but NUL. */
final class ArtifactPath {
    /** Bytes; the runner leaves out what has more. */
    static final int MAX = 1024;

    private static final int SHOWN = 255;

    private ArtifactPath() {}

    /** The path as text; empty when it is no UTF-8 or has control characters. */
    static Optional<String> text(byte[] path) {
        try {
            String text =
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(path)).toString();
            return text.chars().anyMatch(Character::isISOControl)
                    ? Optional.empty()
                    : Optional.of(text);
        } catch (CharacterCodingException notUtf8) {
            return Optional.empty();
        }
    }

    /**
     * Whether our runner may have said this: relative, and names between slashes.
     *
     * @return false also when it is too long
     */
    static boolean plausible(byte[] path) {
        if (path.length == 0 || path.length > MAX) {
            return false;
        }
        // Latin 1 keeps bytes apart; slashes and dots are the same in it.
        for (String name : new String(path, StandardCharsets.ISO_8859_1).split("/", -1)) {
            if (name.isEmpty()
                    || name.equals(".")
                    || name.equals("..")
                    || name.indexOf('\0') >= 0) {
                return false;
            }
        }
        return true;
    }

    /** For people: what cannot be printed as {@code \xNN}, and cut where it is long. */
    static String shown(byte[] path) {
        var shown = new StringBuilder();
        String text = text(path).orElse(null);
        if (text != null) {
            shown.append(text);
        } else {
            for (byte each : path) {
                if (each >= ' ' && each < 0x7f) {
                    shown.append((char) each);
                } else {
                    shown.append("\\x%02x".formatted(each & 0xff));
                }
            }
        }
        if (shown.codePointCount(0, shown.length()) > SHOWN) {
            shown.setLength(shown.offsetByCodePoints(0, SHOWN));
            shown.append('…');
        }
        return shown.toString();
    }
}
