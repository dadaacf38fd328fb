package dev.kiln.job;

import java.util.List;

/**
 * Which of the files that a program leaves in its work directory are to be kept.
 *
 * @param patterns relative paths in which {@code *} and {@code ?} stand for any characters and one
 *     character of a name and {@code **}, alone between slashes, for any number of folders; at most
 *     {@value #MAX_PATTERNS}
 * @param maxBytes of all files together
 * @param maxFileBytes of one file
 * @param maxFiles how many
 * @param maxDepth names in a path, 1 to {@value #MAX_DEPTH}
 */
public record ArtifactRequest(
        List<String> patterns, long maxBytes, long maxFileBytes, int maxFiles, int maxDepth) {
    public static final int MAX_PATTERNS = 64;

    /** What the runner takes. */
    public static final int MAX_DEPTH = 32;

    private static final int MAX_SEGMENTS = 31;

    /** Nothing is kept. */
    public static final ArtifactRequest NONE = new ArtifactRequest(List.of(), 0, 0, 0, 1);

    public ArtifactRequest {
        patterns = List.copyOf(patterns);
        if (patterns.size() > MAX_PATTERNS) {
            throw new IllegalArgumentException(
                    "patterns must be at most " + MAX_PATTERNS + ": " + patterns.size());
        }
        patterns.forEach(ArtifactRequest::requirePattern);
        if (maxBytes < 0 || maxFileBytes < 0 || maxFiles < 0) {
            throw new IllegalArgumentException(
                    "the caps must be >= 0: %d, %d, %d"
                            .formatted(maxBytes, maxFileBytes, maxFiles));
        }
        if (maxDepth < 1 || maxDepth > MAX_DEPTH) {
            throw new IllegalArgumentException(
                    "maxDepth must be 1 to " + MAX_DEPTH + ": " + maxDepth);
        }
    }

    /**
     * Checks one pattern.
     *
     * @throws IllegalArgumentException with what is wrong with it
     */
    public static void requirePattern(String pattern) {
        var segments = RelativePath.segments(pattern);
        if (segments.size() > MAX_SEGMENTS) {
            throw new IllegalArgumentException(
                    "path must have at most %d parts, has %d"
                            .formatted(MAX_SEGMENTS, segments.size()));
        }
        for (String segment : segments) {
            if (segment.contains("**") && !segment.equals("**")) {
                throw new IllegalArgumentException(
                        "** must stand alone between slashes, * is for parts of a name");
            }
        }
    }

    /** Whether there is anything to look for. */
    public boolean isEmpty() {
        return patterns.isEmpty();
    }
}
