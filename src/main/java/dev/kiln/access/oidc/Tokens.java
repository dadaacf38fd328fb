package dev.kiln.access.oidc;

import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Says of tokens whether they are good. Where no issuer is configured nothing is a token. */
@Singleton
public final class Tokens {
    /** What is there for an issuer. */
    private record Parts(Issuer issuer, IssuerKeys keys, Verifier verifier) {
        static Parts of(OidcSettings settings) {
            var issuer = new Issuer(settings);
            var keys = new IssuerKeys(issuer::keys, settings, InstantSource.system());
            return new Parts(issuer, keys, new Verifier(settings, keys));
        }
    }

    private final Optional<Parts> parts;

    /**
     * Asks the issuer nothing yet.
     *
     * @throws IllegalArgumentException when what is configured of it makes no sense
     */
    @Inject
    Tokens(OidcConfig config) {
        this.parts = OidcSettings.of(config).map(Parts::of);
    }

    /** Whether tokens are taken at all. */
    public boolean on() {
        return parts.isPresent();
    }

    /** What this is; empty when it has not the form of a token, or none are taken. */
    public Optional<Verdict> verify(String text) {
        return Verifier.isToken(text)
                ? parts.map(there -> there.verifier().verify(text))
                : Optional.empty();
    }

    /** Whether tokens can be verified. Asks the issuer when its keys were never had. */
    Health health() {
        if (parts.isEmpty()) {
            return new Health(true, null);
        }
        var keys = parts.get().keys();
        try {
            keys.current();
            return new Health(true, keys.trouble());
        } catch (IssuerAway e) {
            return new Health(false, e.getMessage());
        }
    }

    /** How it stands with the issuer: whether there are keys, and what went wrong last. */
    record Health(boolean good, @Nullable String trouble) {}

    @PreDestroy
    void close() {
        parts.ifPresent(there -> there.issuer().close());
    }
}
