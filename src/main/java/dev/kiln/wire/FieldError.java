package dev.kiln.wire;

/**
 * What is wrong with one field of a submitted document.
 *
 * @param pointer where it is, as a JSON pointer (RFC 6901); the empty pointer is the whole document
 * @param message what is wrong and what would be right
 */
public record FieldError(String pointer, String message) {
    private static final int MAX_POINTER = 256;
    private static final int MAX_MESSAGE = 512;

    /**
     * Cleans both: field names are chosen by whoever wrote the document, and errors end up in rows
     * and headers.
     */
    public FieldError {
        pointer = Printable.shorten(pointer, MAX_POINTER);
        message = Printable.shorten(message, MAX_MESSAGE);
    }

    /** The pointer to a member of the object or element of the array at {@code parent}. */
    public static String child(String parent, String name) {
        return parent + '/' + name.replace("~", "~0").replace("/", "~1");
    }

    @Override
    public String toString() {
        return pointer.isEmpty() ? message : pointer + ": " + message;
    }
}
