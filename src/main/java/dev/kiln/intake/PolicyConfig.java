package dev.kiln.intake;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a job may ask for. Each limit has a minimum below which no program can work, the value it
 * has when the document does not set it, and a maximum; a document that asks for more is refused,
 * never given less than it asked for.
 */
@ConfigMapping(prefix = "kiln.policy")
public interface PolicyConfig {
    @WithName("timeout.min")
    @WithDefault("0.001s")
    Duration timeoutMin();

    @WithName("timeout.default")
    @WithDefault("30s")
    Duration timeoutDefault();

    @WithName("timeout.max")
    @WithDefault("15m")
    Duration timeoutMax();

    /**
     * The sandbox itself takes some 20 MB of it; under 64 MB a bare interpreter may not even start.
     */
    @WithName("memory.min")
    @WithDefault("64m")
    ByteSize memoryMin();

    @WithName("memory.default")
    @WithDefault("512m")
    ByteSize memoryDefault();

    @WithName("memory.max")
    @WithDefault("4g")
    ByteSize memoryMax();

    @WithName("cpus.min")
    @WithDefault("0.1")
    BigDecimal cpusMin();

    @WithName("cpus.default")
    @WithDefault("1.0")
    BigDecimal cpusDefault();

    @WithName("cpus.max")
    @WithDefault("4.0")
    BigDecimal cpusMax();

    @WithName("pids.min")
    @WithDefault("1")
    int pidsMin();

    @WithName("pids.default")
    @WithDefault("50")
    int pidsDefault();

    @WithName("pids.max")
    @WithDefault("512")
    int pidsMax();

    /** Zero keeps no output at all, which suits a job that is only to succeed or not. */
    @WithName("output.min")
    @WithDefault("0")
    ByteSize outputMin();

    @WithName("output.default")
    @WithDefault("1m")
    ByteSize outputDefault();

    @WithName("output.max")
    @WithDefault("16m")
    ByteSize outputMax();

    /** A tmpfs is counted in pages; one without any page refuses every write. */
    @WithName("disk.min")
    @WithDefault("4k")
    ByteSize diskMin();

    @WithName("disk.default")
    @WithDefault("64m")
    ByteSize diskDefault();

    @WithName("disk.max")
    @WithDefault("1g")
    ByteSize diskMax();

    /**
     * The images besides the languages' own that a job may ask for: names, such as {@code
     * python:3.11-slim}, and beginnings of names, such as {@code python:*} or {@code
     * registry.example.org/team/*}. Each has the trust of whoever may push to it.
     */
    Optional<List<String>> images();

    /** Whether a job may ask for a network; without, none ever has one. */
    @WithDefault("false")
    boolean network();

    @WithName("code.max")
    @WithDefault("1m")
    ByteSize codeMax();

    /** Code, standard input, files and a context that comes along, of one job together. */
    @WithName("input.max")
    @WithDefault("12m")
    ByteSize inputMax();

    @WithName("files.max")
    @WithDefault("1000")
    int filesMax();

    /** A context that is uploaded. */
    @WithName("context.max")
    @WithDefault("64m")
    ByteSize contextMax();

    @WithName("ttl.min")
    @WithDefault("1s")
    Duration ttlMin();

    /** How long a job is kept after its end, in whole seconds; then it is removed. */
    @WithName("ttl.default")
    @WithDefault("7d")
    Duration ttlDefault();

    @WithName("ttl.max")
    @WithDefault("30d")
    Duration ttlMax();

    /** The files that are kept of one job, together; a worker holds as much for each slot. */
    @WithName("artifacts.max-bytes")
    @WithDefault("16m")
    ByteSize artifactsMaxBytes();

    /** One such file. */
    @WithName("artifacts.max-file-bytes")
    @WithDefault("16m")
    ByteSize artifactsMaxFileBytes();

    /** How many. */
    @WithName("artifacts.max-files")
    @WithDefault("256")
    int artifactsMaxFiles();

    /** Names in the path of one, at most 32. */
    @WithName("artifacts.max-depth")
    @WithDefault("16")
    int artifactsMaxDepth();
}
