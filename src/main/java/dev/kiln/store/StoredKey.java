package dev.kiln.store;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A key of the HTTP API as it is kept: without its secret.
 *
 * @param id names it, and is no secret; ids of later keys are greater
 * @param tenant whose it is; null when it is for all tenants
 * @param role what it may do: read, submit or admin
 * @param name what people call it
 * @param secretSha256 the SHA-256 of its secret, 32 bytes
 * @param createdAt when, on the database's clock
 * @param revokedAt since when it opens nothing; null while it does
 */
public record StoredKey(
        String id,
        @Nullable String tenant,
        String role,
        String name,
        byte[] secretSha256,
        Instant createdAt,
        @Nullable Instant revokedAt) {}
