package dev.kiln.objectstore;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Where output goes that is too large for a row; without a bucket all of it stays in rows. */
@ConfigMapping(prefix = "kiln.object-store")
public interface ObjectStoreConfig {
    /** The bucket, which must be there; naming one turns the object store on. */
    Optional<String> bucket();

    /** Where the S3 API answers; absent for that of AWS in the region. */
    Optional<URI> endpoint();

    /** The region that requests are signed for; most stores besides AWS take any. */
    @WithDefault("us-east-1")
    String region();

    /** Whether the bucket is named in the path, as most stores besides AWS want it. */
    @WithDefault("true")
    boolean pathStyle();

    /** Who we are. */
    Optional<String> accessKey();

    /** A file whose only line is the secret of that key; no others may read it. */
    Optional<Path> secretKeyFile();

    /** The secret itself, for those who have it in the environment anyway. */
    Optional<String> secretKey();

    /** What all keys begin with. Two databases must not share a bucket and a prefix. */
    @WithDefault("kiln/")
    String prefix();

    /** A stream or an artifact of more bytes than this goes to the object store. */
    @WithDefault("256k")
    MemorySize over();

    /**
     * How long one call may take, repetitions included. Then what was to be put stays in its row.
     */
    @WithDefault("15s")
    Duration patience();

    /** After a call that failed, for how long everything stays in rows without another try. */
    @WithDefault("30s")
    Duration rest();

    /**
     * How long after it was announced an object counts as left over that no result refers to:
     * longer than any worker takes from its first byte put to the row written.
     */
    @WithDefault("1h")
    Duration leftOverAfter();
}
