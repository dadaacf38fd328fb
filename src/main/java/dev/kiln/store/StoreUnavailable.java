package dev.kiln.store;

/**
 * Postgres could not do it now and may later: unreachable, restarting, out of resources, a
 * deadlock. The same call can be made again; whether the first one took effect is unknown when the
 * answer to its commit was lost.
 */
public final class StoreUnavailable extends RuntimeException {
    public StoreUnavailable(Throwable cause) {
        super("Postgres cannot do it now: " + rootMessage(cause), cause);
    }

    private static String rootMessage(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }
}
