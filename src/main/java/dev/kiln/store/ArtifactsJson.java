package dev.kiln.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kiln.job.Artifact;
import dev.kiln.job.Artifacts;
import dev.kiln.job.Omission;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a result's row says of artifacts, without their contents. */
record ArtifactsJson(List<Kept> files, List<Omission> omitted, long omittedCount) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** One that was kept. */
    record Kept(String path, long bytes, String sha256) {}

    /** Null for none at all. */
    static byte @Nullable [] toBytes(Artifacts artifacts) {
        if (artifacts.isEmpty()) {
            return null;
        }
        var files =
                artifacts.files().stream()
                        .map(a -> new Kept(a.path(), a.bytes(), a.sha256()))
                        .toList();
        try {
            return JSON.writeValueAsBytes(
                    new ArtifactsJson(files, artifacts.omitted(), artifacts.omittedCount()));
        } catch (JsonProcessingException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    static Artifacts ofBytes(byte @Nullable [] bytes) {
        if (bytes == null) {
            return Artifacts.NONE;
        }
        try {
            var json = JSON.readValue(bytes, ArtifactsJson.class);
            var files =
                    json.files().stream()
                            .map(k -> new Artifact(k.path(), k.bytes(), k.sha256(), null))
                            .toList();
            return new Artifacts(files, json.omitted(), json.omittedCount());
        } catch (IOException corrupt) {
            throw new UncheckedIOException(corrupt);
        }
    }
}
