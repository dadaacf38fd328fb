package dev.kiln.webhook;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs messages as Standard Webhooks (standardwebhooks.com) says, with all secrets of a tenant.
 */
final class Signature {
    private static final String PREFIX = "whsec_";
    private static final String ALGORITHM = "HmacSHA256";
    private static final int LEAST_BYTES = 24;
    private static final int MOST_BYTES = 64;

    private final List<SecretKeySpec> keys;

    private Signature(List<SecretKeySpec> keys) {
        this.keys = keys;
    }

    /**
     * By these secrets.
     *
     * @param property where they come from, for the message
     * @throws IllegalArgumentException when one is none; the message does not hold it
     */
    static Signature of(String property, List<String> secrets) {
        if (secrets.isEmpty()) {
            throw new IllegalArgumentException(property + " must have one secret at least");
        }
        return new Signature(secrets.stream().map(secret -> key(property, secret)).toList());
    }

    private static SecretKeySpec key(String property, String secret) {
        try {
            if (secret.startsWith(PREFIX)) {
                byte[] key = Base64.getDecoder().decode(secret.substring(PREFIX.length()));
                if (key.length >= LEAST_BYTES && key.length <= MOST_BYTES) {
                    return new SecretKeySpec(key, ALGORITHM);
                }
            }
        } catch (IllegalArgumentException noBase64) {
            // Told below, without a word of the secret.
        }
        throw new IllegalArgumentException(
                "%s must be %s and the base64 of %d to %d random bytes, such as of `openssl rand -base64 32`"
                        .formatted(property, PREFIX, LEAST_BYTES, MOST_BYTES));
    }

    /** The value of the header {@code webhook-signature}. */
    String of(String id, Instant timestamp, byte[] body) {
        byte[] head =
                "%s.%d.".formatted(id, timestamp.getEpochSecond()).getBytes(StandardCharsets.UTF_8);
        return keys.stream()
                .map(key -> "v1," + Base64.getEncoder().encodeToString(mac(key, head, body)))
                .collect(Collectors.joining(" "));
    }

    private static byte[] mac(SecretKeySpec key, byte[] head, byte[] body) {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            mac.update(head);
            return mac.doFinal(body);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every Java has " + ALGORITHM, impossible);
        }
    }
}
