package dev.kiln.job;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;

/** The rule for paths below a work directory that a submission may name. */
final class RelativePath {
    static final int MAX = 255;
    private static final int MAX_NAME_BYTES = 255;
    private static final Pattern SEGMENT = Pattern.compile("[^/\\p{Cntrl}]{1,100}");

    private RelativePath() {}

    /**
     * The path's names.
     *
     * @throws IllegalArgumentException with what is wrong, when it is not relative, '/'-separated
     *     and at most {@value #MAX} characters long, or has an empty, "." or ".." segment or a
     *     control character
     */
    static List<String> segments(String path) {
        if (path.isEmpty() || path.length() > MAX) {
            throw new IllegalArgumentException(
                    "path must have 1 to " + MAX + " characters, has " + path.length());
        }
        if (path.startsWith("/")) {
            throw new IllegalArgumentException("path must be relative: " + path);
        }
        var segments = List.of(path.split("/", -1));
        for (String segment : segments) {
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
        return segments;
    }
}
