package dev.kiln.access;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A key as its owner has it: {@code kiln_ID_SECRET}. The id finds the key's row and is no secret.
 * The secret is 256 random bits, which nobody finds by trying, so that a plain SHA-256 of it is as
 * safe to keep as a slow hash and costs a request next to nothing.
 *
 * @param id 20 hexadecimal digits: 12 of when it was made, so that ids are in the order of time,
 *     and 8 that are random
 * @param secret 64 hexadecimal digits
 */
record ApiKey(String id, String secret) {
    private static final Pattern FORM = Pattern.compile("kiln_([0-9a-f]{20})_([0-9a-f]{64})");
    private static final Pattern ID = Pattern.compile("[0-9a-f]{20}");
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int SECRET_BYTES = 32;
    private static final int ID_RANDOM_BYTES = 4;

    /** A new one that nobody else has. */
    static ApiKey next(Instant now) {
        return new ApiKey(
                "%012x".formatted(now.toEpochMilli()) + random(ID_RANDOM_BYTES),
                random(SECRET_BYTES));
    }

    private static String random(int bytes) {
        byte[] random = new byte[bytes];
        RANDOM.nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    /** What somebody sent, if it has the form of a key. */
    static Optional<ApiKey> parse(String text) {
        var parts = FORM.matcher(text);
        return parts.matches()
                ? Optional.of(new ApiKey(parts.group(1), parts.group(2)))
                : Optional.empty();
    }

    /** Whether the text has the form of a key's id. */
    static boolean isId(String text) {
        return ID.matcher(text).matches();
    }

    /** What is kept of the secret. */
    byte[] secretSha256() {
        return sha256(HexFormat.of().parseHex(secret));
    }

    static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** The whole key, which is told once, to whoever had it made. */
    String reveal() {
        return "kiln_" + id + "_" + secret;
    }

    /** Without the secret, wherever this is printed by mistake. */
    @Override
    public String toString() {
        return "ApiKey[" + id + "]";
    }
}
