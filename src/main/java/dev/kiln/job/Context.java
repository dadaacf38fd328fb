package dev.kiln.job;

import java.util.regex.Pattern;

/** The bytes that a program finds as the read-only file {@code /mnt/context}. */
public sealed interface Context {
    /**
     * They came with the job.
     *
     * @param content any bytes; not copied, so the caller must not change them afterwards
     */
    record Inline(byte[] content) implements Context {}

    /**
     * They were uploaded before, once for many jobs.
     *
     * @param tenant whose they are; nobody else's job may name them
     * @param sha256 their SHA-256, 64 lower-case hexadecimal digits
     */
    record Uploaded(String tenant, String sha256) implements Context {
        private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

        public Uploaded {
            if (tenant.isEmpty()) {
                throw new IllegalArgumentException("tenant must not be empty");
            }
            if (!isSha256(sha256)) {
                throw new IllegalArgumentException(
                        "sha256 must be 64 hexadecimal digits in lower case");
            }
        }

        /** Whether the text has the form of a hash. */
        public static boolean isSha256(String text) {
            return SHA256.matcher(text).matches();
        }
    }
}
