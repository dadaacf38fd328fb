package dev.kiln.objectstore;

/** The object store did not do what it was asked: the same call may succeed later. */
public final class ObjectStoreUnavailable extends RuntimeException {
    ObjectStoreUnavailable(String message, Throwable cause) {
        super(message, cause);
    }

    ObjectStoreUnavailable(String message) {
        super(message);
    }
}
