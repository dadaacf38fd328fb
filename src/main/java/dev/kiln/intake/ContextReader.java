package dev.kiln.intake;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kiln.job.Context;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads what the program finds as {@code /mnt/context}. */
final class ContextReader {
    private static final String SHA256 = "sha256";
    private static final List<String> KNOWN = List.of(Content.TEXT, Content.BASE64, SHA256);

    private ContextReader() {}

    /** Null when there is none, and after an error. */
    static @Nullable Context read(Fields job) {
        JsonNode node = job.get("context");
        if (node == null) {
            return null;
        }
        String at = job.pointer("context");
        var fields = Fields.of(node, at, job.errors());
        if (!node.isObject()) {
            return null;
        }
        fields.refuseUnknown(KNOWN, Map.of());
        if (fields.get(SHA256) == null) {
            return fields.get(Content.TEXT) == null && fields.get(Content.BASE64) == null
                    ? refuse(job)
                    : new Context.Inline(Content.of(fields, at));
        }
        if (fields.get(Content.TEXT) != null || fields.get(Content.BASE64) != null) {
            return refuse(job);
        }
        return uploaded(fields, PlacementReader.tenantUnchecked(job));
    }

    private static @Nullable Context refuse(Fields job) {
        job.error(
                "context", "must have one of \"text\", \"base64\" and, when uploaded, \"sha256\"");
        return null;
    }

    private static @Nullable Context uploaded(Fields fields, String tenant) {
        String hash = fields.text(SHA256);
        if (hash == null) {
            return null;
        }
        if (!Context.Uploaded.isSha256(hash)) {
            fields.error(SHA256, "must be 64 hexadecimal digits in lower case");
            return null;
        }
        return new Context.Uploaded(tenant, hash);
    }
}
