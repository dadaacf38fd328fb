package dev.kiln.store;

/**
 * Spares an update of many jobs most of its cost. PostgreSQL (seen with 18.1) reads the expressions
 * of a table's generated columns once a statement, unless what is updated changes none of them:
 * then it finds that out for each row anew, which takes as long as the row itself.
 */
final class GeneratedColumns {
    /**
     * Goes into the {@code set} list: {@code expires_at} is made of this one, and comes out as it
     * was.
     */
    static final String READ_ONCE = "ttl_seconds = ttl_seconds";

    private GeneratedColumns() {}
}
