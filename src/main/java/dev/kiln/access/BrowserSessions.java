package dev.kiln.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.kiln.store.StoreUnavailable;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/**
 * Browsers that were given a key. They get a random name for it, which is worth nothing anywhere
 * but at this server's dashboard, and nothing after some hours or when the key is revoked. Kept in
 * memory: at another server, or after a restart, one signs in again.
 */
@ApplicationScoped
public class BrowserSessions {
    /** The cookie that has the name. */
    public static final String COOKIE = "kiln_session";

    private static final int MOST = 10_000;

    /** Browsers of one key: whoever has it cannot push out those of others. */
    private static final int MOST_OF_A_KEY = 20;

    private static final int BYTES = 32;

    private final SecureRandom random = new SecureRandom();
    private final KeyRing keys;
    private final boolean needed;
    private final Duration lasting;
    private final Cache<String, String> sessions;

    BrowserSessions(KeyRing keys, AccessConfig config) {
        this.keys = keys;
        this.needed = config.mode() == AccessMode.KEYS;
        this.lasting = config.browserSession();
        this.sessions = Caffeine.newBuilder().maximumSize(MOST).expireAfterWrite(lasting).build();
    }

    /** Whether this server asks for keys at all. */
    public boolean needed() {
        return needed;
    }

    /** How long one is good. */
    public Duration lasting() {
        return lasting;
    }

    /**
     * Begins a session.
     *
     * @return its name; empty when the key opens nothing here
     * @throws StoreUnavailable when the same call may succeed later
     */
    public Optional<String> begin(String key) {
        return keys.caller(key)
                .map(
                        _ -> {
                            byte[] name = new byte[BYTES];
                            random.nextBytes(name);
                            String session = HexFormat.of().formatHex(name);
                            makeRoom(key);
                            sessions.put(session, key);
                            return session;
                        });
    }

    private synchronized void makeRoom(String key) {
        sessions.asMap().entrySet().stream()
                .filter(session -> session.getValue().equals(key))
                .map(Map.Entry::getKey)
                .skip(MOST_OF_A_KEY - 1)
                .toList()
                .forEach(sessions::invalidate);
    }

    /** Ends a session; one that is none stays so. */
    public void end(String session) {
        sessions.invalidate(session);
    }

    Optional<String> key(String session) {
        return Optional.ofNullable(sessions.getIfPresent(session));
    }
}
