package dev.kiln.testing;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** What KEDA asks the database. */
public final class KedaQuery {
    private static final Path FILE =
            Path.of("deploy/k8s/components/keda-workers-postgres/scaled-object.yaml");

    private KedaQuery() {}

    /** The query as it is written in deploy/k8s. */
    public static String fromManifests() {
        try {
            // The first document of the file.
            return new ObjectMapper(new YAMLFactory())
                    .readTree(FILE.toFile())
                    .at("/spec/triggers/0/metadata/query")
                    .asText();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
