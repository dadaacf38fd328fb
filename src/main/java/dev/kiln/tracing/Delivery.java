package dev.kiln.tracing;

import org.jspecify.annotations.Nullable;

/**
 * A record as it came from a topic.
 *
 * @param traceparent the last header of that name, whatever it holds; null without
 */
public record Delivery(String topic, int partition, long offset, byte @Nullable [] traceparent) {
    /** The header by which a trace goes over a topic, in both directions. */
    public static final String TRACEPARENT = "traceparent";
}
