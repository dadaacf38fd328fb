package dev.kiln.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedKafkaIT {

    @TempDir Path folder;

    @BeforeAll
    static void quiet() {
        BrokerLog.quiet();
    }

    @Test
    void a_restart_keeps_the_records_though_the_port_changes() throws Exception {
        try (var first = EmbeddedKafka.start(KafkaSettings.in(folder))) {
            produce(first, "kiln.jobs", "kept".getBytes(StandardCharsets.UTF_8));
        }
        try (var second = EmbeddedKafka.start(KafkaSettings.in(folder))) {
            assertThat(firstOf(second, "kiln.jobs"))
                    .isEqualTo("kept".getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void the_topics_are_as_production_has_them() throws Exception {
        try (var kafka = EmbeddedKafka.start(new KafkaSettings(folder, 0, 3));
                var admin = Admin.create(client(kafka))) {
            var topics = List.of("kiln.jobs", "kiln.completions", "kiln.rejected");
            assertThat(admin.describeTopics(topics).allTopicNames().get().values())
                    .hasSize(3)
                    .allSatisfy(topic -> assertThat(topic.partitions()).hasSize(3));
            var jobs = config(admin, "kiln.jobs");
            assertThat(jobs.get("message.timestamp.type").value()).isEqualTo("LogAppendTime");
            assertThat(jobs.get("retention.ms").value()).isEqualTo("604800000");
            assertThat(config(admin, "kiln.completions").get("message.timestamp.type").value())
                    .isEqualTo("CreateTime");
        }
    }

    @Test
    void a_record_of_a_mebibyte_fits_and_one_of_three_does_not() throws Exception {
        try (var kafka = EmbeddedKafka.start(KafkaSettings.in(folder))) {
            produce(kafka, "kiln.jobs", new byte[1 << 20]);
            assertThatThrownBy(() -> produce(kafka, "kiln.jobs", new byte[3 << 20]))
                    .hasCauseInstanceOf(RecordTooLargeException.class);
        }
    }

    @Test
    void a_topic_with_a_misspelt_name_is_not_made_up() throws Exception {
        try (var kafka = EmbeddedKafka.start(KafkaSettings.in(folder));
                var admin = Admin.create(client(kafka))) {
            assertThatThrownBy(
                            () -> admin.describeTopics(List.of("kiln.job")).allTopicNames().get())
                    .hasCauseInstanceOf(UnknownTopicOrPartitionException.class);
        }
    }

    @Test
    void it_listens_on_the_loopback_address_only() throws Exception {
        try (var kafka = EmbeddedKafka.start(KafkaSettings.in(folder))) {
            int port = Integer.parseInt(kafka.bootstrapServers().replaceAll(".*:", ""));
            assertThat(listeners(port)).containsExactly("0100007F");
        }
    }

    @Test
    void a_port_that_is_taken_is_said_to_be_taken() throws Exception {
        try (var owner = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var settings = new KafkaSettings(folder, owner.getLocalPort(), 1);
            assertThatThrownBy(() -> EmbeddedKafka.start(settings))
                    .isInstanceOf(ServerStartException.class)
                    .hasMessageContaining("the port is taken");
        }
    }

    private static Map<String, Object> client(EmbeddedKafka kafka) {
        return Map.of("bootstrap.servers", kafka.bootstrapServers(), "max.request.size", 4 << 20);
    }

    private static void produce(EmbeddedKafka kafka, String topic, byte[] value) throws Exception {
        var bytes = new ByteArraySerializer();
        try (var producer = new KafkaProducer<>(client(kafka), bytes, bytes)) {
            producer.send(new ProducerRecord<>(topic, 0, null, value)).get();
        }
    }

    private static byte[] firstOf(EmbeddedKafka kafka, String topic) {
        var bytes = new ByteArrayDeserializer();
        try (var consumer = new KafkaConsumer<>(client(kafka), bytes, bytes)) {
            var partition = new TopicPartition(topic, 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            return consumer.poll(Duration.ofSeconds(30)).iterator().next().value();
        }
    }

    private static Config config(Admin admin, String topic) throws Exception {
        var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        return admin.describeConfigs(List.of(resource)).all().get().get(resource);
    }

    /**
     * The local addresses, in the kernel's hexadecimal, of the sockets that listen on this port.
     */
    private static List<String> listeners(int port) throws IOException {
        String suffix = ":%04X".formatted(port);
        var sockets = new ArrayList<String>();
        sockets.addAll(Files.readAllLines(Path.of("/proc/self/net/tcp")));
        sockets.addAll(Files.readAllLines(Path.of("/proc/self/net/tcp6")));
        return sockets.stream()
                .map(line -> line.strip().split("\\s+"))
                .filter(columns -> columns[3].equals("0A") && columns[1].endsWith(suffix))
                .map(columns -> columns[1].replace(suffix, "").replaceAll("^0{16}FFFF0000", ""))
                .toList();
    }
}
