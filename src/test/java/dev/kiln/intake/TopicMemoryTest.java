package dev.kiln.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TopicMemoryTest {
    private static final Duration MEMORY = Duration.ofDays(15);
    private static final String WEEK = String.valueOf(Duration.ofDays(7).toMillis());
    private static final String MONTH = String.valueOf(Duration.ofDays(30).toMillis());

    @Test
    void a_topic_that_forgets_first_is_fine() {
        assertThat(verdict(Map.of("retention.ms", WEEK)))
                .isInstanceOf(TopicMemory.Verdict.Fine.class);
        assertThat(
                        verdict(
                                Map.of(
                                        "retention.ms",
                                        String.valueOf(MEMORY.toMillis()),
                                        "cleanup.policy",
                                        "compact,delete")))
                .isInstanceOf(TopicMemory.Verdict.Fine.class);
    }

    @Test
    void one_that_keeps_records_for_longer_is_told_as_old_ones_are_refused() {
        var verdict =
                verdict(Map.of("retention.ms", MONTH, "message.timestamp.type", "LogAppendTime"));
        assertThat(verdict).isInstanceOf(TopicMemory.Verdict.Warning.class);
        assertThat(((TopicMemory.Verdict.Warning) verdict).sentence())
                .contains("keeps records for 30d", "for 15d", "kiln.retention.remember-ids");
    }

    @Test
    void one_whose_records_have_no_age_is_refused() {
        var verdict = verdict(Map.of("retention.ms", "-1", "message.timestamp.type", "CreateTime"));
        assertThat(verdict).isInstanceOf(TopicMemory.Verdict.Refusal.class);
        assertThat(((TopicMemory.Verdict.Refusal) verdict).sentence())
                .contains("for ever", "message.timestamp.type=LogAppendTime");
    }

    @Test
    void one_that_is_only_compacted_keeps_records_for_ever() {
        assertThat(verdict(Map.of("retention.ms", WEEK, "cleanup.policy", "compact")))
                .isInstanceOf(TopicMemory.Verdict.Refusal.class);
    }

    private static TopicMemory.Verdict verdict(Map<String, String> settings) {
        return TopicMemory.of("kiln.jobs", settings).against(MEMORY);
    }
}
