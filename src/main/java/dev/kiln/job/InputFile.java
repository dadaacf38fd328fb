package dev.kiln.job;

/**
 * A file that the program finds below its work directory, read-only.
 *
 * @param path relative, '/'-separated, at most {@value #MAX_PATH} characters; no empty, "." or ".."
 *     segment, no control character
 * @param content any bytes; not copied, so the caller must not change them afterwards
 */
public record InputFile(String path, byte[] content) {
    public static final int MAX_PATH = RelativePath.MAX;

    public InputFile {
        RelativePath.segments(path);
    }

    /** The first segment of the path, which becomes an entry of the work directory. */
    public String top() {
        int slash = path.indexOf('/');
        return slash < 0 ? path : path.substring(0, slash);
    }
}
