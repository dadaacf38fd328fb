package dev.kiln.objectstore;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Optional;

/**
 * A key of the object store.
 *
 * @param key its name
 * @param secret what requests are signed with
 */
record Credentials(String key, String secret) {
    private static final String FILE = "kiln.object-store.secret-key-file";

    /**
     * Those that are configured.
     *
     * @throws IllegalArgumentException that begins with the setting which is wrong; it quotes no
     *     secret
     */
    static Credentials of(ObjectStoreConfig config) {
        String key =
                config.accessKey()
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                "kiln.object-store.access-key is missing, which a bucket needs: set it, and "
                                                        + FILE));
        Optional<Path> file = config.secretKeyFile();
        if (file.isPresent() && config.secretKey().isPresent()) {
            throw new IllegalArgumentException(
                    FILE + " and kiln.object-store.secret-key are both set: unset one of them");
        }
        String secret =
                file.map(Credentials::read)
                        .or(config::secretKey)
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                FILE
                                                        + " is missing, which the access key needs: name a file that holds the secret"));
        return new Credentials(key, secret);
    }

    private static String read(Path file) {
        try {
            var permissions = Files.getPosixFilePermissions(file);
            if (permissions.contains(PosixFilePermission.OTHERS_READ)
                    || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
                throw wrong(
                        file, "may be read or written by every user of this host: chmod o-rwx it");
            }
            String secret = Files.readString(file).strip();
            if (secret.isEmpty() || secret.lines().count() > 1) {
                throw wrong(file, "must hold one line, the secret");
            }
            return secret;
        } catch (IOException e) {
            throw wrong(file, "cannot be read (%s)".formatted(e.getClass().getSimpleName()));
        }
    }

    private static IllegalArgumentException wrong(Path file, String what) {
        return new IllegalArgumentException("%s names %s, which %s".formatted(FILE, file, what));
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return key;
    }
}
