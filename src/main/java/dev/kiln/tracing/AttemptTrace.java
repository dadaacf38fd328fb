package dev.kiln.tracing;

import dev.kiln.job.ClaimedJob;
import io.opentelemetry.api.trace.Tracer;
import java.time.Instant;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One attempt at a job, from its claim by this worker until nothing of it is left to do. The thread
 * that began it is at it until it is closed.
 */
public final class AttemptTrace implements AutoCloseable {
    static final AttemptTrace NONE = new AttemptTrace(null, Step.NONE, Instant.EPOCH);

    private final @Nullable Tracer tracer;
    private final Step attempt;
    private final Step.Work work;
    private final Instant began;
    private final long beganNanos = System.nanoTime();

    AttemptTrace(@Nullable Tracer tracer, Step attempt, Instant began) {
        this.tracer = tracer;
        this.attempt = attempt;
        this.began = began;
        this.work = attempt.work();
    }

    static Step tell(Step step, ClaimedJob job) {
        var lease = job.lease();
        return step.of(lease.job())
                .of(job.spec())
                .put("kiln.attempt", lease.attempt())
                .put("kiln.epoch", lease.epoch())
                .put("kiln.worker", lease.owner());
    }

    /**
     * The sandbox is done: tells how long it took to start the program, and from then on.
     *
     * @param started when the program, or its compiler, started, as {@link System#nanoTime()} says
     *     it; empty when it did not get so far
     */
    public void sandboxed(OptionalLong started) {
        if (tracer == null) {
            return;
        }
        var now = at(System.nanoTime());
        var program = started.isPresent() ? at(started.getAsLong()) : now;
        part(tracer, "kiln.sandbox.start", began, program);
        if (started.isPresent()) {
            part(tracer, "kiln.sandbox.run", program, now);
        }
    }

    private static void part(Tracer tracer, String name, Instant from, Instant to) {
        tracer.spanBuilder(name).setStartTimestamp(from).startSpan().end(to);
    }

    private Instant at(long nanos) {
        return began.plusNanos(nanos - beganNanos);
    }

    /** The result is being written. */
    public Step commit() {
        return tracer == null ? Step.NONE : new Step(tracer.spanBuilder("kiln.commit").startSpan());
    }

    /**
     * The attempt came to a result.
     *
     * @param state of the job; null when it was no longer this worker's
     * @param exitCode the program's own; null when it has none
     */
    public void ended(@Nullable String state, String cause, @Nullable Integer exitCode) {
        attempt.state(state).cause(cause);
        if (exitCode != null) {
            attempt.put("process.exit.code", exitCode);
        }
    }

    @Override
    public void close() {
        work.close();
        attempt.close();
    }
}
