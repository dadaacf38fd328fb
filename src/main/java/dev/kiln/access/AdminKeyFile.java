package dev.kiln.access;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The key that makes the first others. It lies in a file, and not in a variable, since the
 * environment of a process is passed on to its children and shown by many tools; and it is the
 * site's own, not one that the server makes and prints, since logs are kept and read by many.
 */
final class AdminKeyFile {
    private static final String SETTING = "kiln.access.admin-key-file";
    private static final String REMEDY = "make one with: (umask 077; openssl rand -hex 32 > FILE)";
    private static final int MIN_LENGTH = 32;
    private static final int MIN_DISTINCT = 10;
    private static final int MAX_BYTES = 4096;

    /** What may follow "Bearer" in a header (RFC 6750, section 2.1). */
    private static final Pattern BEARER = Pattern.compile("[A-Za-z0-9._~+/-]+=*");

    /** What people write who will set a real one later. */
    private static final List<String> PLACEHOLDERS =
            List.of(
                    "password",
                    "passwort",
                    "changeme",
                    "change-me",
                    "change_me",
                    "secret",
                    "default",
                    "example",
                    "admin");

    private static final Set<PosixFilePermission> OTHERS =
            Set.of(PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE);

    private AdminKeyFile() {}

    /**
     * The key in this file.
     *
     * @throws IllegalArgumentException when others may have it, or could guess it; the message does
     *     not quote it
     */
    static String read(Path file) {
        try {
            if (!Files.isRegularFile(file)) {
                throw wrong(file, "is no file: " + REMEDY);
            }
            var permissions = Files.getPosixFilePermissions(file);
            if (OTHERS.stream().anyMatch(permissions::contains)) {
                throw wrong(
                        file, "may be read or written by every user of this host: chmod o-rwx it");
            }
            if (Files.size(file) > MAX_BYTES) {
                throw wrong(file, "is longer than " + MAX_BYTES + " bytes: it must hold one line");
            }
            String key = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
            String fault = fault(key);
            if (!fault.isEmpty()) {
                throw wrong(file, fault + ": " + REMEDY);
            }
            return key;
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "%s names %s, which cannot be read (%s)"
                            .formatted(SETTING, file, e.getClass().getSimpleName()),
                    e);
        }
    }

    private static IllegalArgumentException wrong(Path file, String what) {
        return new IllegalArgumentException("%s names %s, which %s".formatted(SETTING, file, what));
    }

    /** What is wrong with such a key; empty when nothing is. */
    static String fault(String key) {
        if (key.isEmpty()) {
            return "is empty";
        }
        if (!BEARER.matcher(key).matches()) {
            return "holds more than one line of letters, digits and ._~+/-";
        }
        if (key.length() < MIN_LENGTH) {
            return "is shorter than " + MIN_LENGTH + " characters";
        }
        String lower = key.toLowerCase(Locale.ROOT);
        if (key.chars().distinct().count() < MIN_DISTINCT
                || PLACEHOLDERS.stream().anyMatch(lower::contains)) {
            return "could be guessed";
        }
        return "";
    }
}
