package dev.kiln.intake;

/** What tenants may be called; the same in documents and in addresses. */
public final class TenantName {
    /** The tenant of whoever names none. */
    public static final String DEFAULT = PlacementReader.DEFAULT_TENANT;

    /** What a name must be, to follow the name of the field. */
    public static final String RULE = PlacementReader.NAME_RULE;

    private TenantName() {}

    /** Whether the text may name a tenant. */
    public static boolean isName(String text) {
        return PlacementReader.isName(text);
    }
}
