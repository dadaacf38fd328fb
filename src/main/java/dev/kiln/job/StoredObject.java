package dev.kiln.job;

/**
 * Bytes of a result that are in an object store.
 *
 * @param key the object's name in its bucket
 * @param bytes how many there are, zero or more
 * @param sha256 of the bytes, 64 lower-case hexadecimal digits
 */
public record StoredObject(String key, long bytes, String sha256) {
    public StoredObject {
        if (bytes < 0) {
            throw new IllegalArgumentException("bytes must be >= 0: " + bytes);
        }
    }
}
