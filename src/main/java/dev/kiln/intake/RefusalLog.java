package dev.kiln.intake;

import dev.kiln.job.JobId;
import dev.kiln.metrics.JobMeters;
import dev.kiln.wire.FieldError;
import dev.kiln.wire.FieldErrors;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Logs records that were refused, but not each: a producer gone wrong sends thousands a second, and
 * all that is to be said of each is on {@code kiln.rejected} anyway.
 */
@ApplicationScoped
class RefusalLog {
    /** Lines in a window. */
    static final int MOST = 20;

    static final Duration WINDOW = Duration.ofSeconds(10);

    private static final Logger LOG = Logger.getLogger(RefusalLog.class);

    private final InstantSource clock;
    private final JobMeters meters;
    private Instant windowEnd = Instant.MIN;
    private int lines;
    private long left;

    RefusalLog(InstantSource clock, JobMeters meters) {
        this.clock = clock;
        this.meters = meters;
    }

    /** Tells of this one, unless there was enough to read of late. */
    void refused(@Nullable JobId id, ConsumerRecord<?, ?> source, List<FieldError> errors) {
        meters.refusedRecord();
        if (mayTell()) {
            LOG.infof(
                    "jobId=%s source=%s/%d/%d outcome=rejected: %s",
                    id,
                    source.topic(),
                    source.partition(),
                    source.offset(),
                    FieldErrors.inWords(errors));
        }
    }

    /** Whether this line is written; tells first how many were not. */
    synchronized boolean mayTell() {
        Instant now = clock.instant();
        if (now.isAfter(windowEnd)) {
            if (left > 0) {
                LOG.infof("records=%d outcome=rejected: told on the topic of refusals only", left);
            }
            windowEnd = now.plus(WINDOW);
            lines = 0;
            left = 0;
        }
        if (lines < MOST) {
            lines++;
            return true;
        }
        left++;
        return false;
    }

    /** How many were left out since the last line about that. */
    synchronized long left() {
        return left;
    }
}
