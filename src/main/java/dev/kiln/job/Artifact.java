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
 *     fetched one by one, and where they are in an object store
 * @param key the object that the bytes are in; null where they are in none, or that is not known
 */
public record Artifact(
        String path, long bytes, String sha256, byte @Nullable [] content, @Nullable String key) {
    /** One that is in no object store. */
    public Artifact(String path, long bytes, String sha256, byte @Nullable [] content) {
        this(path, bytes, sha256, content, null);
    }

    public Artifact {
        for (String name : path.split("/", -1)) {
            if (name.isEmpty()
                    || name.equals(".")
                    || name.equals("..")
                    || name.chars().anyMatch(Character::isISOControl)) {
                throw new IllegalArgumentException("path must consist of plain names");
            }
        }
        if (content != null && key != null) {
            throw new IllegalArgumentException("the bytes are here or in an object, not both");
        }
        if (content != null && content.length != bytes) {
            throw new IllegalArgumentException(
                    "content must have %d bytes, has %d".formatted(bytes, content.length));
        }
    }

    /** The same, with its bytes in that object. */
    public Artifact in(String object) {
        return new Artifact(path, bytes, sha256, null, object);
    }

    /** The same without its content. */
    public Artifact told() {
        return new Artifact(path, bytes, sha256, null);
    }
}
