package dev.kiln.log;

import dev.kiln.job.JobId;
import dev.kiln.job.JobSpec;
import dev.kiln.job.Lease;
import dev.kiln.wire.Printable;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;
import org.jspecify.annotations.Nullable;

/**
 * The line of log for one change of a job's state, always with the same keys in the same order;
 * what is not known where it is written is left out. For one thread, one line.
 */
public final class Transition {
    private final Map<String, String> keys = new LinkedHashMap<>();

    private Transition(JobId job) {
        put("jobId", job);
    }

    /** Of this job. */
    public static Transition of(JobId job) {
        return new Transition(job);
    }

    /** Of this claim's job. */
    public static Transition of(Lease lease) {
        return new Transition(lease.job())
                .put("attempt", lease.attempt())
                .put("epoch", lease.epoch())
                .put("worker", lease.owner());
    }

    /** Whose job it is, and in which language. */
    public Transition of(JobSpec spec) {
        return of(spec.placement().tenant(), spec.program().language());
    }

    /** Whose job it is, and in which language; null where that is not known. */
    public Transition of(@Nullable String tenant, @Nullable String language) {
        return put("tenant", tenant).put("language", language);
    }

    /**
     * Between which states.
     *
     * @param from null for a new job
     * @param to null when nothing was changed
     */
    public Transition states(@Nullable String from, @Nullable String to) {
        return put("from", from).put("to", to);
    }

    /** What it came to, in one word. */
    public Transition outcome(String word) {
        return put("outcome", word);
    }

    /** The program's own status; null when it has none. */
    public Transition exitCode(@Nullable Integer code) {
        return put("exitCode", code);
    }

    /** How long that took: of a claim the job's wait, of an end the program's run. */
    public Transition took(Duration span) {
        return put("ms", span.toMillis());
    }

    private Transition put(String key, @Nullable Object value) {
        if (value != null) {
            keys.put(key, Printable.clean(value.toString()));
        }
        return this;
    }

    /** Writes it. */
    public void log(Logger log) {
        log(log, null);
    }

    /**
     * Writes it.
     *
     * @param why what the platform says of it; never anything of a program
     */
    public void log(Logger log, @Nullable String why) {
        if (!log.isInfoEnabled()) {
            return;
        }
        keys.forEach(MDC::put);
        try {
            log.info(why == null ? text() : text() + ": " + Printable.clean(why));
        } finally {
            keys.keySet().forEach(MDC::remove);
        }
    }

    private String text() {
        var text = new StringBuilder(256);
        keys.forEach(
                (key, value) ->
                        text.append(text.isEmpty() ? "" : " ")
                                .append(key)
                                .append('=')
                                .append(value));
        return text.toString();
    }
}
