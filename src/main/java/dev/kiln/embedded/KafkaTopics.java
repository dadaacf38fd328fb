package dev.kiln.embedded;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.TopicExistsException;

/** Kiln's topics, with the settings that production sets by hand. */
final class KafkaTopics {

    static final String JOBS = "kiln.jobs";
    static final String COMPLETIONS = "kiln.completions";
    static final String REJECTED = "kiln.rejected";

    private static final String SEVEN_DAYS_MS = String.valueOf(7L * 24 * 60 * 60 * 1000);

    private KafkaTopics() {}

    /** Creates what is missing; topics that exist stay as they are. */
    static void create(String bootstrap, int partitions)
            throws InterruptedException, ExecutionException {
        try (var admin =
                Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap))) {
            var wanted =
                    Set.of(
                            topic(
                                    JOBS,
                                    partitions,
                                    Map.of("message.timestamp.type", "LogAppendTime")),
                            topic(COMPLETIONS, partitions, Map.of()),
                            topic(REJECTED, partitions, Map.of()));
            for (var created : admin.createTopics(wanted).values().values()) {
                try {
                    created.get();
                } catch (ExecutionException e) {
                    if (!(e.getCause() instanceof TopicExistsException)) {
                        throw e;
                    }
                }
            }
        }
    }

    private static NewTopic topic(String name, int partitions, Map<String, String> own) {
        var common =
                Map.of(
                        "retention.ms",
                        SEVEN_DAYS_MS,
                        "max.message.bytes",
                        String.valueOf(KafkaSettings.MAX_RECORD_BYTES));
        var all =
                Stream.of(common, own)
                        .flatMap(settings -> settings.entrySet().stream())
                        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        return new NewTopic(name, partitions, (short) 1).configs(all);
    }
}
