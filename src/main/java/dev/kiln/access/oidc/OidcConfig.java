package dev.kiln.access.oidc;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Whose tokens are taken beside keys, and what their claims mean. Without an issuer, none are. */
@ConfigMapping(prefix = "kiln.access.oidc")
public interface OidcConfig {
    /** The issuer's URL, exactly as its tokens have it in {@code iss}. */
    Optional<String> issuer();

    /**
     * What tokens must have in {@code aud}, one of these; needed with an issuer, which gives out
     * tokens for others too.
     */
    Optional<List<String>> audience();

    /** The claim with the tenant: its name, or a JSON pointer when it lies deeper. */
    @WithDefault("tenant")
    String tenantClaim();

    /** The value of that claim by which a token is for all tenants; without it none is. */
    Optional<String> allTenants();

    /** The claim with the roles, named likewise: a list, or words between spaces. */
    @WithDefault("roles")
    String rolesClaim();

    /** What the roles are called there. */
    Roles roles();

    /** For each of Kiln's roles the values that mean it; the highest that a token has counts. */
    interface Roles {
        /** Those that may see jobs. */
        @WithDefault("kiln-read")
        List<String> read();

        /** Those that may have jobs run. */
        @WithDefault("kiln-submit")
        List<String> submit();

        /** Those that may make keys and read the audit. */
        @WithDefault("kiln-admin")
        List<String> admin();
    }

    /** The algorithms of signatures that are taken, of those with a public and a private key. */
    @WithDefault("RS256,PS256,ES256")
    List<String> algorithms();

    /** By how much the issuer's clock and this one may differ, up to 5 min. */
    @WithDefault("30s")
    Duration leeway();

    /** How old the issuer's keys may be before they are fetched again. */
    @WithDefault("10m")
    Duration keysRefresh();

    /** How long they are used while the issuer cannot be reached. */
    @WithDefault("12h")
    Duration keysKept();

    /** The least time between two fetches that requests cause; later tokens wait no longer. */
    @WithDefault("5s")
    Duration fetchPause();

    /**
     * Authorities, in PEM, that may sign the issuer's certificate besides those of the platform.
     */
    Optional<Path> trust();
}
