package dev.kiln.access.oidc;

import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What is configured of an issuer, looked at.
 *
 * @param issuer its URL
 * @param audience of whom a token must name one; not empty
 * @param algorithms of signatures, each with a public and a private key
 * @param leeway of the clocks, up to 5 min
 * @param refresh the age at which keys are fetched again
 * @param kept the age up to which they are used, not less than {@code refresh}
 * @param pause the least time between two fetches that requests cause, up to {@code refresh}
 * @param trust authorities in PEM
 */
record OidcSettings(
        String issuer,
        List<String> audience,
        Set<String> algorithms,
        Duration leeway,
        Duration refresh,
        Duration kept,
        Duration pause,
        Optional<Path> trust) {
    private static final String ROOT = "kiln.access.oidc.";
    private static final Duration MOST_LEEWAY = Duration.ofMinutes(5);

    /** All of RFC 7518 and RFC 8037 whose key to verify with is no key to sign with. */
    private static final Set<String> ASYMMETRIC =
            Set.of(
                    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512",
                    "EdDSA");

    OidcSettings {
        audience = List.copyOf(audience);
        algorithms = Set.copyOf(algorithms);
        requireIssuer(issuer);
        require(
                !audience.isEmpty() && audience.stream().noneMatch(String::isBlank),
                "audience must say what tokens for this server have in aud: without it tokens for any other service of the issuer would do");
        require(
                !algorithms.isEmpty() && ASYMMETRIC.containsAll(algorithms),
                "algorithms must be some of "
                        + String.join(", ", ASYMMETRIC.stream().sorted().toList())
                        + ": "
                        + String.join(", ", algorithms.stream().sorted().toList()));
        require(
                !leeway.isNegative() && leeway.compareTo(MOST_LEEWAY) <= 0,
                "leeway must be 0s to 5m: " + leeway);
        require(refresh.isPositive(), "keys-refresh must be > 0: " + refresh);
        require(
                kept.compareTo(refresh) >= 0,
                "keys-kept must not be less than keys-refresh: " + kept);
        require(
                pause.isPositive() && pause.compareTo(refresh) <= 0,
                "fetch-pause must be > 0 and not more than keys-refresh: " + pause);
    }

    /**
     * Those of a process; empty where no issuer is named.
     *
     * @throws IllegalArgumentException when they make no sense
     */
    static Optional<OidcSettings> of(OidcConfig config) {
        if (config.issuer().isEmpty()) {
            require(
                    config.audience().isEmpty(),
                    "audience is set, and no issuer: set kiln.access.oidc.issuer too");
            return Optional.empty();
        }
        return Optional.of(
                new OidcSettings(
                        config.issuer().get(),
                        config.audience().orElse(List.of()),
                        Set.copyOf(config.algorithms()),
                        config.leeway(),
                        config.keysRefresh(),
                        config.keysKept(),
                        config.fetchPause(),
                        config.trust()));
    }

    private static void requireIssuer(String issuer) {
        require(
                isSafe(uri(issuer)),
                "issuer must be an https URL without query, as the tokens have it in iss (http on a loopback address only, since whoever is on the way could put in keys of their own): "
                        + issuer);
    }

    private static URI uri(String text) {
        try {
            return URI.create(text);
        } catch (IllegalArgumentException noUri) {
            throw new IllegalArgumentException(
                    ROOT + "issuer must be an https URL: " + text, noUri);
        }
    }

    /** Whether what comes from there comes from there. */
    static boolean isSafe(URI uri) {
        return uri.getHost() != null
                && uri.getRawUserInfo() == null
                && uri.getRawQuery() == null
                && uri.getRawFragment() == null
                && ("https".equals(uri.getScheme())
                        || ("http".equals(uri.getScheme()) && isLoopback(uri.getHost())));
    }

    /** An address, or the one name that is looked up nowhere. */
    private static boolean isLoopback(String host) {
        try {
            return host.equals("localhost")
                    || InetAddress.ofLiteral(host.replaceAll("[\\[\\]]", "")).isLoopbackAddress();
        } catch (IllegalArgumentException aName) {
            return false;
        }
    }

    private static void require(boolean good, String otherwise) {
        if (!good) {
            throw new IllegalArgumentException(ROOT + otherwise);
        }
    }
}
