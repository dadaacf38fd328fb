package dev.kiln.intake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Makes a document say whose it is, before anything else is read of it. So its body's hash tells it
 * from that of another tenant's which is the same but for its sender, and nobody is answered that
 * it had submitted somebody else's job before.
 */
final class OwnTenant {
    private static final String FIELD = "tenant";

    private OwnTenant() {}

    /** Writes the sender's tenant into a document that names none; refuses any other one. */
    static void apply(Origin origin, ObjectNode document, Errors errors) {
        String own = origin.tenant();
        if (own == null) {
            return;
        }
        JsonNode named = document.get(FIELD);
        if (named == null || named.isNull()) {
            // To name none is to name this one, with and without keys: the hash stays what it was.
            if (!own.equals(TenantName.DEFAULT)) {
                document.put(FIELD, own);
            }
        } else if (named.isTextual() && !named.textValue().equals(own)) {
            errors.add(Refusals.FOREIGN_TENANT.pointer(), Refusals.FOREIGN_TENANT.message());
        }
    }
}
