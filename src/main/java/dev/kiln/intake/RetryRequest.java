package dev.kiln.intake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.job.JobId;
import dev.kiln.wire.FieldError;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Which ABANDONED jobs are to be tried again; schemas/retry.schema.json describes the document. */
sealed interface RetryRequest {
    /** Ids in one request. */
    int MAX_IDS = 1_000;

    /** Ids that the audit names. */
    int MOST_NAMED = 20;

    List<String> KNOWN = List.of("ids", "tenant", "batch", "state");

    /** These. */
    record Of(List<JobId> ids) implements RetryRequest {}

    /** All of a tenant, of a batch, or of both; null means any. */
    record All(@Nullable String tenant, @Nullable String batch) implements RetryRequest {}

    /** Which jobs, for people. */
    default String inWords() {
        return switch (this) {
            case Of(var ids) ->
                    "%d jobs: %s"
                            .formatted(
                                    ids.size(),
                                    ids.stream()
                                            .limit(MOST_NAMED)
                                            .map(JobId::toString)
                                            .collect(Collectors.joining(" ")));
            case All(_, var batch) -> batch == null ? "all jobs" : "batch " + batch;
        };
    }

    /** What was asked for; null after an error, which is added to {@code errors}. */
    static @Nullable RetryRequest read(StrictJson json, byte[] document, Errors errors) {
        ObjectNode root = json.read(document, errors);
        if (root == null) {
            return null;
        }
        var fields = Fields.of(root, "", errors);
        fields.refuseUnknown(KNOWN, Map.of());
        String state = fields.text("state");
        if (state != null && !state.equals("ABANDONED")) {
            fields.error("state", "must be ABANDONED: no other jobs can be tried again");
        }
        String tenant = PlacementReader.name(fields, "tenant");
        String batch = PlacementReader.name(fields, "batch");
        JsonNode ids = fields.get("ids");
        if (ids != null && (tenant != null || batch != null)) {
            fields.error("ids", "excludes tenant and batch: give one or the other");
        } else if (ids == null && tenant == null && batch == null && state == null) {
            fields.error(
                    "ids",
                    "is missing: give ids, or a tenant or batch, or {\"state\": \"ABANDONED\"} for all jobs");
        }
        var request = ids == null ? new All(tenant, batch) : new Of(ids(ids, fields));
        return errors.isEmpty() ? request : null;
    }

    private static List<JobId> ids(JsonNode array, Fields fields) {
        if (!array.isArray() || array.isEmpty() || array.size() > MAX_IDS) {
            fields.error("ids", "must be an array of 1 to %d ids".formatted(MAX_IDS));
            return List.of();
        }
        List<JobId> ids = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            try {
                // Of what is no text this is empty, and so no id either.
                ids.add(JobId.parse(array.get(i).asText("")));
            } catch (IllegalArgumentException noUuid) {
                fields.errors()
                        .add(
                                FieldError.child(fields.pointer("ids"), String.valueOf(i)),
                                "must be a UUID in its form of 36 characters");
            }
        }
        return ids.stream().distinct().toList();
    }
}
