package dev.kiln.access;

import org.jspecify.annotations.Nullable;

/**
 * Whoever sent a request.
 *
 * @param key the id of the key that came with it; or {@code oidc:} and the subject of the token
 * @param tenant the tenant it speaks for; null when it may speak for any
 * @param role what it may do
 */
public record Caller(String key, @Nullable String tenant, KeyRole role) {
    /** Whoever reaches a server that asks for no keys. */
    public static final Caller OPEN = new Caller("open", null, KeyRole.ADMIN);

    /** Whether a request that needs this right is allowed. */
    public boolean may(Right right) {
        return switch (right) {
            case NOTHING, READ -> true;
            case SUBMIT -> role != KeyRole.READ;
            case ADMIN -> role == KeyRole.ADMIN;
            case OPERATE -> role == KeyRole.ADMIN && tenant == null;
        };
    }

    /** Whether what belongs to that tenant is there for this caller. */
    public boolean sees(String other) {
        return tenant == null || tenant.equals(other);
    }
}
