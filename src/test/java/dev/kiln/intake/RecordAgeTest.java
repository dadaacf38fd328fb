package dev.kiln.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class RecordAgeTest {
    private static final Instant NOW = Instant.parse("2030-01-16T00:00:00Z");
    private static final Duration MEMORY = Duration.ofDays(15);
    private final RecordAge age = new RecordAge(MEMORY, Clock.fixed(NOW, ZoneOffset.UTC));

    @Test
    void a_record_of_which_the_jobs_id_may_be_forgotten_is_too_old() {
        assertThat(age.tooOld(record(NOW.minus(MEMORY), TimestampType.LOG_APPEND_TIME))).isFalse();
        assertThat(
                        age.tooOld(
                                record(
                                        NOW.minus(MEMORY).minusMillis(1),
                                        TimestampType.LOG_APPEND_TIME)))
                .isTrue();
    }

    @Test
    void what_a_producer_calls_the_time_makes_no_record_old() {
        assertThat(age.tooOld(record(Instant.EPOCH, TimestampType.CREATE_TIME))).isFalse();
    }

    private static ConsumerRecord<byte[], byte[]> record(Instant at, TimestampType type) {
        return new ConsumerRecord<>(
                "kiln.jobs",
                0,
                0,
                at.toEpochMilli(),
                type,
                0,
                0,
                null,
                null,
                new RecordHeaders(),
                Optional.empty());
    }
}
