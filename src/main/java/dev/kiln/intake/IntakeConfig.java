package dev.kiln.intake;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.time.Duration;

/**
 * How much the doors take at a time. Over HTTP the server's own {@code
 * quarkus.http.limits.max-body-size} must be larger, since it answers with an empty body.
 */
@ConfigMapping(prefix = "kiln.intake")
public interface IntakeConfig {
    /** One document over HTTP, whether alone or in a batch. */
    @WithName("http.max-document-bytes")
    @WithDefault("16m")
    ByteSize httpMaxDocumentBytes();

    /** One document on the topic; the broker's {@code message.max.bytes} must allow it. */
    @WithName("topic.max-document-bytes")
    @WithDefault("1m")
    ByteSize topicMaxDocumentBytes();

    /**
     * How long a cancel on the topic that arrives before its job is remembered; at least as long as
     * the topic's partitions may be apart.
     */
    @WithDefault("24h")
    Duration cancelMemory();

    /** One batch request. */
    @WithName("http.max-batch-bytes")
    @WithDefault("64m")
    ByteSize httpMaxBatchBytes();

    /** Jobs in one batch request. */
    @WithName("http.max-batch-jobs")
    @WithDefault("10000")
    int httpMaxBatchJobs();
}
