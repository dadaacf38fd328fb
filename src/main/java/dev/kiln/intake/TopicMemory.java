package dev.kiln.intake;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * How long the topic of submissions keeps records, beside how long Kiln remembers the ids of jobs
 * that were removed.
 *
 * @param retention in milliseconds; less than zero for ever
 * @param appendTime whether records bear the broker's time
 */
record TopicMemory(String topic, long retention, boolean appendTime) {
    /** What follows. */
    sealed interface Verdict {
        /** Every record that may come again is recognised. */
        record Fine() implements Verdict {}

        /** Some would be refused for their age. */
        record Warning(String sentence) implements Verdict {}

        /** Some might run again, and nothing would tell them. */
        record Refusal(String sentence) implements Verdict {}
    }

    /** From the topic's configuration as the broker tells it. */
    static TopicMemory of(String topic, Map<String, String> settings) {
        // A topic that is only compacted keeps the last record of each key.
        boolean deletes = settings.getOrDefault("cleanup.policy", "delete").contains("delete");
        long retention = Long.parseLong(settings.getOrDefault("retention.ms", "-1"));
        return new TopicMemory(
                topic,
                deletes ? retention : -1,
                "LogAppendTime".equals(settings.get("message.timestamp.type")));
    }

    Verdict against(Duration memory) {
        if (retention >= 0 && retention <= memory.toMillis()) {
            return new Verdict.Fine();
        }
        String facts =
                "Topic %s keeps records %s, and Kiln remembers ids of removed jobs for %s (kiln.retention.remember-ids)"
                        .formatted(topic, kept(), inWords(memory));
        return appendTime
                ? new Verdict.Warning(
                        facts
                                + ": older records are refused to kiln.rejected. Raise remember-ids or lower retention.ms.")
                : new Verdict.Refusal(
                        facts
                                + ", and their age cannot be told: a repeated record could run its job again. Set message.timestamp.type=LogAppendTime, or raise remember-ids, or lower retention.ms.");
    }

    private String kept() {
        return retention < 0 ? "for ever" : "for " + inWords(Duration.ofMillis(retention));
    }

    /** Whole days where it is some: {@code 15d}, else as Java writes it. */
    private static String inWords(Duration duration) {
        return Optional.of(duration)
                .filter(d -> d.equals(Duration.ofDays(d.toDays())))
                .map(d -> d.toDays() + "d")
                .orElse(duration.toString());
    }
}
