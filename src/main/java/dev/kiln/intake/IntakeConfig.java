package dev.kiln.intake;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.time.Duration;
import java.util.Optional;

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

    /**
     * Jobs that could be run now: at so many the doors close, the topic's by pausing, HTTP's by
     * 429.
     */
    @WithDefault("100000")
    int maxQueued();

    /** At so many of them the doors open again; four fifths of {@link #maxQueued} unless set. */
    Optional<Integer> resumeQueued();

    /** The lower mark to use. */
    default int effectiveResumeQueued() {
        int most = maxQueued();
        int low = resumeQueued().orElse((int) (most * 4L / 5));
        if (most < 1 || low < 0 || low >= most) {
            throw new IllegalArgumentException(
                    "kiln.intake must have 0 <= resume-queued < max-queued: %d, %d"
                            .formatted(low, most));
        }
        return low;
    }

    /**
     * How long the topic's channel may have records to take and take none before it counts as dead.
     */
    @WithDefault("60s")
    Duration stalledAfter();

    /**
     * One batch request whose answer is one document; one that is answered line by line has no
     * bound.
     */
    @WithName("http.max-batch-bytes")
    @WithDefault("64m")
    ByteSize httpMaxBatchBytes();

    /** Jobs in one such request. */
    @WithName("http.max-batch-jobs")
    @WithDefault("10000")
    int httpMaxBatchJobs();

    /**
     * How much of a streamed batch's answer may wait for a client that does not read it, in a
     * temporary file: then no more of the request is read. Some 60 bytes a job.
     */
    @WithName("http.max-unread-answer")
    @WithDefault("64m")
    ByteSize httpMaxUnreadAnswer();

    /** How long a streamed batch waits for room in the queue before it is asked to come back. */
    @WithName("http.wait-for-room")
    @WithDefault("30s")
    Duration httpWaitForRoom();
}
