package dev.kiln.job;

import java.util.List;

/**
 * What was kept of the files that a program left behind, and what was asked for but not kept.
 *
 * @param files those kept, with distinct paths
 * @param omitted those not kept; where there are many, the first of them
 * @param omittedCount how many were not kept in all; at least as many as are named
 */
public record Artifacts(List<Artifact> files, List<Omission> omitted, long omittedCount) {
    /** None were asked for. */
    public static final Artifacts NONE = new Artifacts(List.of(), List.of(), 0);

    public Artifacts {
        files = List.copyOf(files);
        omitted = List.copyOf(omitted);
        if (omittedCount < omitted.size()) {
            throw new IllegalArgumentException(
                    "omittedCount must be >= %d: %d".formatted(omitted.size(), omittedCount));
        }
        if (files.stream().map(Artifact::path).distinct().count() < files.size()) {
            throw new IllegalArgumentException("files must have distinct paths");
        }
    }

    /** The program was killed before anything could be looked for. */
    public static Artifacts notCollected(ArtifactRequest request) {
        var omitted =
                request.patterns().stream()
                        .map(p -> new Omission(p, Omission.Reason.NOT_COLLECTED))
                        .toList();
        return new Artifacts(List.of(), omitted, omitted.size());
    }

    /** Whether none were asked for, or none found and none missed. */
    public boolean isEmpty() {
        return files.isEmpty() && omittedCount == 0;
    }
}
