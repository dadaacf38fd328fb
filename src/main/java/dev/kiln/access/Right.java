package dev.kiln.access;

/** What a request needs to be allowed. */
public enum Right {
    /** Sees what is nobody's, such as the page that asks for a key: needs none. */
    NOTHING,
    /** Sees jobs and their results. */
    READ,
    /** Has jobs run, cancelled and run again. */
    SUBMIT,
    /** Makes and revokes keys, and sees the audit. */
    ADMIN,
    /** Sees and changes what is no tenant's: the workers, the metrics. */
    OPERATE
}
