package dev.kiln.job;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A file that the program finds below its work directory, read-only.
 *
 * @param path relative, '/'-separated, at most {@value #MAX_PATH} characters; no empty, "." or ".."
 *     segment, no control character
 * @param content any bytes; not copied, so the caller must not change them afterwards
 */
public record InputFile(String path, byte[] content) {
    public static final int MAX_PATH = 255;
    private static final int MAX_NAME_BYTES = 255;
    private static final Pattern SEGMENT = Pattern.compile("[^/\\p{Cntrl}]{1,100}");

    public InputFile {
        if (path.isEmpty() || path.length() > MAX_PATH) {
            throw new IllegalArgumentException(
                    "path must have 1 to " + MAX_PATH + " characters, has " + path.length());
        }
        if (path.startsWith("/")) {
            throw new IllegalArgumentException("path must be relative: " + path);
        }
        for (String segment : List.of(path.split("/", -1))) {
            if (segment.equals(".")
                    || segment.equals("..")
                    || !SEGMENT.matcher(segment).matches()) {
                throw new IllegalArgumentException(
                        "path must consist of plain names between slashes (no empty, \".\" or \"..\" part)");
            }
            // Else no file system could hold it, and every worker in turn would take that for its
            // own fault.
            if (segment.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES) {
                throw new IllegalArgumentException(
                        "each name in path must have at most "
                                + MAX_NAME_BYTES
                                + " bytes of UTF-8");
            }
        }
    }

    /** The first segment of the path, which becomes an entry of the work directory. */
    public String top() {
        int slash = path.indexOf('/');
        return slash < 0 ? path : path.substring(0, slash);
    }
}
