package dev.kiln.webhook;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a submission may ask for as its webhook here, and what signs it. */
@Singleton
public class WebhookRules {
    /** Characters of a URL at most. */
    public static final int MOST_CHARACTERS = 2_048;

    private static final int MOST_PORT = 65_535;

    private final Map<String, Signature> signatures = new TreeMap<>();
    private final boolean allowHttp;

    /**
     * @throws IllegalArgumentException when a secret is none; the message names the property
     */
    @Inject
    public WebhookRules(WebhookConfig config) {
        config.secrets()
                .forEach(
                        (tenant, secrets) ->
                                signatures.put(tenant, Signature.of(property(tenant), secrets)));
        allowHttp = config.allowHttp();
    }

    private WebhookRules() {
        allowHttp = false;
    }

    /** Those of a place where nobody may have one. */
    public static WebhookRules none() {
        return new WebhookRules();
    }

    private static String property(String tenant) {
        return "kiln.webhooks.secrets." + tenant;
    }

    /** Why this tenant may not have a webhook at all; empty when it may. */
    public Optional<String> refusal(String tenant) {
        return signatures.containsKey(tenant)
                ? Optional.empty()
                : Optional.of(
                        "is not possible for tenant %s, which has no secret here (%s): leave it out, and poll or read the completion events"
                                .formatted(tenant, property(tenant)));
    }

    /** Why this is no URL to post to; empty when it may be one, wherever it may lead. */
    public Optional<String> refusalOf(String url) {
        URI uri = parse(url);
        Set<String> schemes = allowHttp ? Set.of("https", "http") : Set.of("https");
        if (uri == null || uri.getScheme() == null || !schemes.contains(uri.getScheme())) {
            return Optional.of(
                    "must be a URL that begins with %s, in ASCII, of at most %d characters"
                            .formatted(
                                    allowHttp ? "https:// or http://" : "https://",
                                    MOST_CHARACTERS));
        }
        if (uri.getHost() == null
                || uri.getHost().isEmpty()
                || uri.getPort() > MOST_PORT
                || uri.getPort() == 0) {
            return Optional.of("must name a host, and a port from 1 to 65535 if any");
        }
        if (uri.getRawUserInfo() != null || uri.getRawFragment() != null) {
            return Optional.of("must have neither a user before its host nor a fragment");
        }
        return Optional.empty();
    }

    private static @Nullable URI parse(String url) {
        if (url.length() > MOST_CHARACTERS || !url.chars().allMatch(c -> c > ' ' && c < 127)) {
            return null;
        }
        try {
            return new URI(url);
        } catch (URISyntaxException noUrl) {
            return null;
        }
    }

    /** What signs this tenant's events, if there still is a secret. */
    Optional<Signature> signature(String tenant) {
        return Optional.ofNullable(signatures.get(tenant));
    }
}
