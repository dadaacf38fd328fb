package dev.kiln.intake;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kiln.job.ArtifactRequest;
import dev.kiln.wire.FieldError;
import java.util.ArrayList;
import java.util.List;

/** Reads which of the files that the program leaves behind are to be kept. */
final class ArtifactsReader {
    private final PolicyConfig policy;

    /**
     * @throws IllegalArgumentException when the policy asks for more than there can be
     */
    ArtifactsReader(PolicyConfig policy) {
        this.policy = policy;
        request(List.of("*"));
    }

    ArtifactRequest read(Fields job) {
        JsonNode list = job.get("artifacts");
        if (list == null) {
            return ArtifactRequest.NONE;
        }
        if (!list.isArray()) {
            job.error("artifacts", "must be an array of paths, is " + Fields.kind(list));
            return ArtifactRequest.NONE;
        }
        if (list.size() > ArtifactRequest.MAX_PATTERNS) {
            job.error(
                    "artifacts",
                    "has %d paths, the limit is %d: * and ** stand for many"
                            .formatted(list.size(), ArtifactRequest.MAX_PATTERNS));
            return ArtifactRequest.NONE;
        }
        var patterns = new ArrayList<String>();
        for (int i = 0; i < list.size(); i++) {
            String at = FieldError.child(job.pointer("artifacts"), Integer.toString(i));
            if (isPattern(list.get(i), at, job.errors())) {
                patterns.add(list.get(i).textValue());
            }
        }
        return patterns.isEmpty() ? ArtifactRequest.NONE : request(patterns);
    }

    private static boolean isPattern(JsonNode node, String at, Errors errors) {
        if (!node.isTextual()) {
            errors.add(at, "must be a string, is " + Fields.kind(node));
            return false;
        }
        try {
            ArtifactRequest.requirePattern(node.textValue());
            return true;
        } catch (IllegalArgumentException bad) {
            errors.add(at, String.valueOf(bad.getMessage()));
            return false;
        }
    }

    private ArtifactRequest request(List<String> patterns) {
        return new ArtifactRequest(
                patterns,
                policy.artifactsMaxBytes().bytes(),
                policy.artifactsMaxFileBytes().bytes(),
                policy.artifactsMaxFiles(),
                policy.artifactsMaxDepth());
    }
}
