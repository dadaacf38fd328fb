package dev.kiln.tracing;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.util.Optional;

/**
 * Where spans go; without an endpoint none are made. The rest of the exporter's settings are {@code
 * quarkus.otel.…}.
 */
@ConfigMapping(prefix = "kiln.tracing")
public interface TracingConfig {
    /** How spans are sent. */
    enum Protocol {
        /** OTLP over gRPC, mostly port 4317. */
        GRPC,
        /** OTLP as protobuf over HTTP, mostly port 4318. */
        HTTP
    }

    /** The OTLP collector, {@code http://} or {@code https://}. */
    Optional<URI> endpoint();

    /** What it speaks. */
    @WithDefault("grpc")
    Protocol protocol();

    /**
     * Of the traces that begin here, which part is recorded, from 0 to 1; of one that began
     * elsewhere, who began it decides.
     */
    @WithDefault("1")
    double ratio();
}
