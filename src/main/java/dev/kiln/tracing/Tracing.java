package dev.kiln.tracing;

import dev.kiln.job.ClaimedJob;
import dev.kiln.job.Completion;
import dev.kiln.job.Submission;
import dev.kiln.job.TraceParent;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/**
 * Makes the spans of a job's way. Off, it makes none and asks nobody. Which job belongs to which
 * trace is written down with it ({@link Submission#trace}), since its way leads over processes and
 * may take hours; a job that came while tracing was off has none and is not traced later either.
 */
@Singleton
public class Tracing {
    private static final int LONGEST_HEADER = 512;

    private final @Nullable Tracer tracer;

    @Inject
    Tracing(
            OpenTelemetry telemetry,
            @ConfigProperty(name = "quarkus.otel.sdk.disabled") boolean disabled) {
        this(disabled ? null : telemetry.getTracer("dev.kiln"));
    }

    private Tracing(@Nullable Tracer tracer) {
        this.tracer = tracer;
    }

    /** Makes no spans. */
    public static Tracing off() {
        return new Tracing((Tracer) null);
    }

    /** Into that, whatever the settings say. */
    static Tracing into(Tracer tracer) {
        return new Tracing(tracer);
    }

    /** Whether spans are made at all. */
    public boolean on() {
        return tracer != null;
    }

    /** What this thread is at, for what begins with it; null when that is nothing. */
    public @Nullable TraceParent here() {
        return tracer == null ? null : Step.current().asParent();
    }

    /** Each with the trace that this thread is in, unless it has one of its own. */
    public List<Submission> inTrace(List<Submission> submissions) {
        TraceParent here = here();
        return here == null
                ? submissions
                : submissions.stream().map(s -> s.trace() == null ? s.in(here) : s).toList();
    }

    /** A record of a topic is being taken; it begins a trace where its producer gave none. */
    public Step received(Delivery delivery) {
        if (tracer == null) {
            return Step.NONE;
        }
        var builder =
                tracer.spanBuilder("process " + delivery.topic())
                        .setSpanKind(SpanKind.CONSUMER)
                        .setParent(contextOf(delivery));
        return messaging(builder, "process", delivery.topic())
                .put("messaging.destination.partition.id", String.valueOf(delivery.partition()))
                .put("messaging.kafka.offset", delivery.offset());
    }

    /** What is not as the standard says is none: nothing that a producer sends makes this throw. */
    private static Context contextOf(Delivery delivery) {
        byte[] header = delivery.traceparent();
        return header == null || header.length > LONGEST_HEADER
                ? Context.root()
                : W3CTraceContextPropagator.getInstance().extract(Context.root(), header, HEADER);
    }

    private static final TextMapGetter<byte[]> HEADER =
            new TextMapGetter<>() {
                @Override
                public Iterable<String> keys(byte[] header) {
                    return List.of(Delivery.TRACEPARENT);
                }

                @Override
                public @Nullable String get(byte @Nullable [] header, String key) {
                    return header != null && key.equals(Delivery.TRACEPARENT)
                            ? new String(header, StandardCharsets.ISO_8859_1)
                            : null;
                }
            };

    /**
     * A worker has claimed the job: tells of its wait in the queue, and begins the attempt, at
     * which this thread is until it is closed.
     *
     * @param since the claim
     */
    public AttemptTrace attempt(ClaimedJob job, Duration since) {
        TraceParent trace = job.trace();
        if (tracer == null || trace == null) {
            return AttemptTrace.NONE;
        }
        var now = Instant.now();
        var claimed = now.minus(since);
        var parent = context(trace);
        var queue =
                tracer.spanBuilder("kiln.queue")
                        .setParent(parent)
                        .setStartTimestamp(claimed.minus(job.waited()))
                        .startSpan();
        AttemptTrace.tell(new Step(queue), job);
        queue.end(claimed);
        var attempt =
                tracer.spanBuilder("kiln.attempt")
                        .setParent(parent)
                        .setStartTimestamp(claimed)
                        .startSpan();
        return new AttemptTrace(tracer, AttemptTrace.tell(new Step(attempt), job), now);
    }

    /** The job's event is being sent to this topic. */
    public Step publishing(String topic, Completion event) {
        TraceParent trace = event.trace();
        if (tracer == null || trace == null) {
            return Step.NONE;
        }
        var builder =
                tracer.spanBuilder("send " + topic)
                        .setSpanKind(SpanKind.PRODUCER)
                        .setParent(context(trace));
        return ended(messaging(builder, "send", topic), event);
    }

    /**
     * The job's event is being posted to a webhook.
     *
     * @param attempt from 1
     */
    public Step posting(String host, int attempt, Completion event) {
        TraceParent trace = event.trace();
        if (tracer == null || trace == null) {
            return Step.NONE;
        }
        var span =
                tracer.spanBuilder("POST")
                        .setSpanKind(SpanKind.CLIENT)
                        .setParent(context(trace))
                        .startSpan();
        var step = new Step(span).put("http.request.method", "POST").put("server.address", host);
        return ended(
                attempt > 1 ? step.put("http.request.resend_count", attempt - 1) : step, event);
    }

    private static Step messaging(SpanBuilder builder, String operation, String topic) {
        return new Step(builder.startSpan())
                .put("messaging.system", "kafka")
                .put("messaging.operation.name", operation)
                .put("messaging.operation.type", operation)
                .put("messaging.destination.name", topic);
    }

    private static Step ended(Step step, Completion event) {
        var result =
                switch (event.end()) {
                    case Completion.End.Finished finished -> finished.result();
                    case Completion.End.Cancelled cancelled -> cancelled.partial();
                    case Completion.End.Abandoned _, Completion.End.Expired _ -> null;
                };
        if (result != null) {
            step.cause(result.termination().wireName());
        }
        return step.of(event.job())
                .put("kiln.tenant", event.tenant())
                .state(event.end().state())
                .put("kiln.attempt", event.attempt())
                .put("kiln.epoch", event.epoch());
    }

    private static Context context(TraceParent trace) {
        return Context.root().with(Span.wrap(spanContext(trace)));
    }

    static SpanContext spanContext(TraceParent trace) {
        return SpanContext.createFromRemoteParent(
                trace.traceId(),
                trace.spanId(),
                TraceFlags.fromHex(trace.flags(), 0),
                TraceState.getDefault());
    }
}
