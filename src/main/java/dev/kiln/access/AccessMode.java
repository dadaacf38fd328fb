package dev.kiln.access;

/** Who is served over HTTP. */
public enum AccessMode {
    /** Whoever reaches the port may do everything: only on a loopback address. */
    OPEN,
    /** Whoever has a key or, where an issuer is configured, a token; within its tenant and role. */
    KEYS
}
