package dev.kiln.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.kiln.store.ApiKeyStore;
import dev.kiln.store.StoreUnavailable;
import dev.kiln.store.StoredKey;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Knows whose a key is. What the database said of an id is believed for some seconds, so that a
 * client that polls does not ask twice; that there is no such key, too.
 */
@Singleton
final class KeyRing {
    /** The id by which the file's key is called. */
    static final String FILE = "admin-key-file";

    private static final int MOST = 10_000;

    private final Function<String, Optional<StoredKey>> store;
    private final byte @Nullable [] fileSha256;
    private final Cache<String, Optional<StoredKey>> found;

    /**
     * @throws IllegalArgumentException when the configured file holds no good key
     */
    @Inject
    KeyRing(ApiKeyStore store, AccessConfig config) {
        this(
                store::find,
                config.mode() == AccessMode.KEYS
                        ? config.adminKeyFile().map(AdminKeyFile::read).orElse(null)
                        : null,
                config.effectiveKeyMemory());
    }

    KeyRing(
            Function<String, Optional<StoredKey>> store,
            @Nullable String fileKey,
            Duration memory) {
        this.store = store;
        this.fileSha256 = fileKey == null ? null : sha256(fileKey);
        this.found = Caffeine.newBuilder().maximumSize(MOST).expireAfterWrite(memory).build();
    }

    private static byte[] sha256(String key) {
        return ApiKey.sha256(key.getBytes(StandardCharsets.UTF_8));
    }

    /** Whether there is a key that no database has. */
    boolean hasFileKey() {
        return fileSha256 != null;
    }

    /**
     * Who has this key; nobody when it is none, or was revoked.
     *
     * @throws StoreUnavailable when the same call may succeed later
     */
    Optional<Caller> caller(String key) {
        if (fileSha256 != null && MessageDigest.isEqual(fileSha256, sha256(key))) {
            return Optional.of(new Caller(FILE, null, KeyRole.ADMIN));
        }
        return ApiKey.parse(key).flatMap(this::caller);
    }

    private Optional<Caller> caller(ApiKey key) {
        byte[] hash = key.secretSha256();
        return found.get(key.id(), store)
                // In a time that does not tell how much of it is right.
                .filter(stored -> MessageDigest.isEqual(stored.secretSha256(), hash))
                .flatMap(
                        stored ->
                                KeyRole.of(stored.role())
                                        .map(role -> new Caller(key.id(), stored.tenant(), role)));
    }

    /** Asks the database again at the next request with this key. */
    void forget(String id) {
        found.invalidate(id);
    }
}
