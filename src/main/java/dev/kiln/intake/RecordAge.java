package dev.kiln.intake;

import dev.kiln.retention.RetentionConfig;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.record.TimestampType;

/**
 * Tells records that may be repetitions of forgotten ones. A job is removed after its record came,
 * and its id is remembered for some time from then on; so a record that is younger than that time
 * is recognised, and one that is older may run what has run before.
 */
@Singleton
class RecordAge {
    private final Duration memory;
    private final Clock clock;

    @Inject
    RecordAge(RetentionConfig config) {
        this(config.rememberIds(), Clock.systemUTC());
    }

    RecordAge(Duration memory, Clock clock) {
        this.memory = memory;
        this.clock = clock;
    }

    /** Only of the broker's own time: what a producer calls the time may be anything. */
    boolean tooOld(ConsumerRecord<?, ?> record) {
        return record.timestampType() == TimestampType.LOG_APPEND_TIME
                && clock.millis() - record.timestamp() > memory.toMillis();
    }
}
