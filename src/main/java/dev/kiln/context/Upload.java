package dev.kiln.context;

import dev.kiln.intake.ByteSize;
import dev.kiln.problem.ProblemException;
import dev.kiln.problem.ProblemType;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A request's body in a file of this host: a client may take its time, and no transaction waits for
 * it. Gone when closed.
 *
 * @param file of a name that nobody chose
 * @param bytes how many it has
 */
record Upload(Path file, long bytes) implements Closeable {
    /**
     * Takes the body and checks it.
     *
     * @param sha256 that it must have, in lower case
     * @throws ProblemException when it is too large or another; nothing is left of it
     * @throws IOException when it cannot be read or written to its end
     */
    static Upload receive(InputStream body, String sha256, ByteSize max) throws IOException {
        Path file = Files.createTempFile("kiln-context-", null);
        boolean good = false;
        try {
            var upload = new Upload(file, receive(body, file, sha256, max));
            good = true;
            return upload;
        } finally {
            if (!good) {
                Files.delete(file);
            }
        }
    }

    private static long receive(InputStream body, Path file, String sha256, ByteSize max)
            throws IOException {
        var digest = sha256();
        long bytes = 0;
        try (OutputStream out = Files.newOutputStream(file);
                var in = new DigestInputStream(body, digest)) {
            byte[] buffer = new byte[1 << 16];
            for (int n; (n = in.read(buffer)) >= 0; ) {
                bytes += n;
                if (bytes > max.bytes()) {
                    throw new ProblemException(
                            ProblemType.TOO_LARGE,
                            "the context has more than %s, the limit".formatted(max));
                }
                out.write(buffer, 0, n);
            }
        }
        String found = HexFormat.of().formatHex(digest.digest());
        if (!found.equals(sha256)) {
            throw new ProblemException(
                    ProblemType.HASH_MISMATCH,
                    "the body's SHA-256 is %s, not %s as the address says: was all of it sent?"
                            .formatted(found, sha256));
        }
        return bytes;
    }

    InputStream open() throws IOException {
        return Files.newInputStream(file);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(file);
    }
}
