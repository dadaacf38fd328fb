package dev.kiln.access;

import dev.kiln.access.oidc.Tokens;
import dev.kiln.lifecycle.KilnConfig;
import dev.kiln.lifecycle.Role;
import dev.kiln.store.ApiKeyStore;
import dev.kiln.store.StoreUnavailable;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Looks whether a server would let in whom it should not, or nobody at all. */
@Singleton
public final class AccessCheck {
    /** The first that anybody tries. */
    private static final Set<String> KNOWN_PASSWORDS =
            Set.of(
                    "kiln",
                    "postgres",
                    "postgresql",
                    "password",
                    "passwort",
                    "secret",
                    "admin",
                    "root",
                    "test",
                    "default",
                    "example",
                    "changeme",
                    "change-me",
                    "change_me",
                    "pass",
                    "12345",
                    "123456",
                    "12345678");

    private final AccessMode mode;
    private final boolean api;
    private final boolean tokens;
    private final BooleanSupplier anyKey;
    private final String username;
    private final Optional<String> password;

    @Inject
    AccessCheck(
            AccessConfig config,
            KilnConfig kiln,
            KeyRing keys,
            Tokens tokens,
            ApiKeyStore store,
            @ConfigProperty(name = "quarkus.datasource.username") String username,
            @ConfigProperty(name = "quarkus.datasource.password") Optional<String> password) {
        this(
                config.mode(),
                kiln.roles().contains(Role.API),
                tokens.on(),
                () -> keys.hasFileKey() || store.hasOperator(),
                username,
                password);
    }

    AccessCheck(
            AccessMode mode,
            boolean api,
            boolean tokens,
            BooleanSupplier anyKey,
            String username,
            Optional<String> password) {
        this.mode = mode;
        this.api = api;
        this.tokens = tokens;
        this.anyKey = anyKey;
        this.username = username;
        this.password = password;
    }

    /**
     * Why a server with these settings may not start; empty when it may.
     *
     * @param http where it is to listen
     */
    public Optional<String> refusal(InetSocketAddress http) {
        if (mode == AccessMode.OPEN && tokens) {
            return Optional.of(
                    "kiln.access.oidc.issuer is set, but kiln.access.mode=open asks nobody for a token: set KILN_ACCESS_MODE=keys, which takes tokens too (docs/ACCESS.md).");
        }
        if (!http.isUnresolved() && http.getAddress().isLoopbackAddress()) {
            return Optional.empty();
        }
        if (mode == AccessMode.OPEN) {
            return Optional.of(
                    "kiln.access.mode=open would let whoever reaches %s run code: set KILN_ACCESS_MODE=keys (docs/ACCESS.md), or QUARKUS_HTTP_HOST to 127.0.0.1."
                            .formatted(http.getHostString()));
        }
        return password.filter(this::isKnown)
                .map(
                        _ ->
                                "The password of the database could be guessed, and %s can be reached by others: change it, and QUARKUS_DATASOURCE_PASSWORD."
                                        .formatted(http.getHostString()));
    }

    private boolean isKnown(String word) {
        String lower = word.toLowerCase(Locale.ROOT);
        return KNOWN_PASSWORDS.contains(lower) || lower.equals(username.toLowerCase(Locale.ROOT));
    }

    /** Why nobody could use this server; empty when somebody can. After the tables are there. */
    public Optional<String> nobodyComesIn() {
        try {
            return mode == AccessMode.OPEN || !api || tokens || anyKey.getAsBoolean()
                    ? Optional.empty()
                    : Optional.of(
                            "kiln.access.mode=keys, and there is no key that could make others: name a file with one in KILN_ACCESS_ADMIN_KEY_FILE, or an issuer of tokens (docs/ACCESS.md).");
        } catch (StoreUnavailable e) {
            return Optional.of(
                    "Postgres went away while the keys were looked for: start it, and this again.");
        }
    }
}
