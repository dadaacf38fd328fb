package dev.kiln.store;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Something that somebody had done.
 *
 * @param seq its place; later entries have greater ones
 * @param at when it was written, on the database's clock
 * @param deed what it was
 */
public record AuditEntry(long seq, Instant at, Deed deed) {
    /**
     * What is to be written down.
     *
     * @param key the id of the key with which it was asked for
     * @param tenant whose matter it is; null for that of no tenant in particular
     * @param action what was done
     * @param subject what it was done to: a job's id, a batch's name, a key's id
     */
    public record Deed(String key, @Nullable String tenant, String action, String subject) {}
}
