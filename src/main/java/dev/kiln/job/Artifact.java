package dev.kiln.job;

import org.jspecify.annotations.Nullable;

/**
 * A file that a program left behind and that was kept.
 *
 * @param path below the work directory: names without control characters between slashes, none of
 *     them "." or ".."
 * @param bytes its size
 * @param sha256 of its content, 64 lower-case hexadecimal digits
 * @param content the bytes, not copied; null where a result was read back, whose contents are
 *     fetched one by one
 */
public record Artifact(String path, long bytes, String sha256, byte @Nullable [] content) {
    public Artifact {
        for (String name : path.split("/", -1)) {
            if (name.isEmpty()
                    || name.equals(".")
                    || name.equals("..")
                    || name.chars().anyMatch(Character::isISOControl)) {
                throw new IllegalArgumentException("path must consist of plain names");
            }
        }
        if (content != null && content.length != bytes) {
            throw new IllegalArgumentException(
                    "content must have %d bytes, has %d".formatted(bytes, content.length));
        }
    }

    /** The same without its content. */
    public Artifact told() {
        return new Artifact(path, bytes, sha256, null);
    }
}
