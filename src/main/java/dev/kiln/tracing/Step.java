package dev.kiln.tracing;

import dev.kiln.job.JobId;
import dev.kiln.job.JobSpec;
import dev.kiln.job.TraceParent;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Scope;
import org.jspecify.annotations.Nullable;

/**
 * A part of a job's way that is under way: a span, or nothing where none is made. It is told facts
 * and identities, never anything that a program or its submitter wrote, but names that are bounded
 * and have few characters.
 */
public final class Step implements AutoCloseable {
    /** Of what is not traced. */
    public static final Step NONE = new Step(Span.getInvalid());

    private final Span span;

    Step(Span span) {
        this.span = span;
    }

    /** What this thread is at; {@link #NONE} outside of all. Not to be closed. */
    public static Step current() {
        return new Step(Span.current());
    }

    /** By which what follows from it elsewhere belongs to it; null of {@link #NONE}. */
    public @Nullable TraceParent asParent() {
        return traceParent(span.getSpanContext());
    }

    static @Nullable TraceParent traceParent(SpanContext context) {
        return context.isValid()
                ? new TraceParent(
                        "00-%s-%s-%s"
                                .formatted(
                                        context.getTraceId(),
                                        context.getSpanId(),
                                        context.getTraceFlags().asHex()))
                : null;
    }

    /** Which job it is about. */
    public Step of(JobId job) {
        return put("kiln.job.id", job.toString());
    }

    /** Whose the job is, and in which language. */
    public Step of(JobSpec spec) {
        return put("kiln.tenant", spec.placement().tenant())
                .put("kiln.language", spec.program().language());
    }

    /** In which state it left the job; null where it changed none. */
    public Step state(@Nullable String state) {
        return state == null ? this : put("kiln.state", state);
    }

    /** What it came to, in one word. */
    public Step cause(String word) {
        return put("kiln.cause", word);
    }

    /** A fact in words. */
    public Step put(String key, String value) {
        span.setAttribute(key, value);
        return this;
    }

    /** A fact in numbers. */
    public Step put(String key, long value) {
        span.setAttribute(key, value);
        return this;
    }

    /** Something happened in it, so many times. */
    public Step happened(String event, String key, long times) {
        span.addEvent(event, Attributes.of(AttributeKey.longKey(key), times));
        return this;
    }

    /**
     * The platform failed.
     *
     * @param type one of few words, for {@code error.type}
     */
    public Step failed(String type) {
        span.setStatus(StatusCode.ERROR);
        return put("error.type", type);
    }

    /** It has to do with that place in another trace, or earlier in this one. */
    public void linkTo(TraceParent other) {
        span.addLink(Tracing.spanContext(other));
    }

    /** While this thread is at something. */
    public interface Work extends AutoCloseable {
        @Override
        void close();
    }

    /** This thread is at it until what is returned is closed. */
    @SuppressWarnings("MustBeClosedChecker") // Who gets it closes it.
    public Work work() {
        if (!span.getSpanContext().isValid()) {
            return () -> {};
        }
        Scope scope = span.makeCurrent();
        return scope::close;
    }

    /** It has come to its end. */
    @Override
    public void close() {
        span.end();
    }
}
