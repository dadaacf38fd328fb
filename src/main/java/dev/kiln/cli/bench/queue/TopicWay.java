package dev.kiln.cli.bench.queue;

import dev.kiln.cli.client.CliException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** The whole way, as a producer and a consumer see it: records in, completion events out. */
final class TopicWay implements AutoCloseable {
    static final String JOBS = "kiln.jobs";
    static final String COMPLETIONS = "kiln.completions";
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration STUCK = Duration.ofMinutes(5);

    private static final byte[] PROGRAM =
            """
            {"language":"scripted","code":"exit 0","sandbox":{"memory_limit":"64m"}}"""
                    .getBytes(StandardCharsets.UTF_8);

    private final QueueMachine machine;
    private final QueueServer server;
    private final KafkaProducer<String, byte[]> producer;
    private final KafkaConsumer<String, byte[]> consumer;

    TopicWay(QueueMachine machine, QueueServer server) {
        this.machine = machine;
        this.server = server;
        Map<String, Object> broker = Map.of("bootstrap.servers", machine.bootstrapServers());
        this.producer =
                new KafkaProducer<>(broker, new StringSerializer(), new ByteArraySerializer());
        this.consumer =
                new KafkaConsumer<>(broker, new StringDeserializer(), new ByteArrayDeserializer());
        List<TopicPartition> partitions =
                consumer.partitionsFor(COMPLETIONS).stream()
                        .map(each -> new TopicPartition(each.topic(), each.partition()))
                        .toList();
        consumer.assign(partitions);
        consumer.seekToEnd(partitions);
        partitions.forEach(consumer::position);
    }

    /** Sends so many jobs at once and waits for the event of each. */
    Window window(int jobs) throws SQLException {
        long postmaster;
        try (var queue = new QueueTables(machine)) {
            postmaster = queue.postmaster();
        }
        var meter = new CpuMeter(server.pid(), postmaster);
        List<String> ids = new ArrayList<>(jobs);
        for (int i = 0; i < jobs; i++) {
            ids.add(nextId());
        }
        Set<String> missing = new HashSet<>(ids);
        var before = meter.read();
        var begin = Instant.now();
        long start = System.nanoTime();
        ids.forEach(id -> producer.send(new ProducerRecord<>(JOBS, id, PROGRAM)));
        producer.flush();
        while (!missing.isEmpty()) {
            consumer.poll(POLL).forEach(event -> missing.remove(event.key()));
            if (Duration.between(begin, Instant.now()).compareTo(STUCK) > 0) {
                throw new CliException(
                        "%d jobs have no event: see the server's log".formatted(missing.size()));
            }
        }
        var took = Duration.ofNanos(System.nanoTime() - start);
        return new Window(jobs, took, begin, Instant.now(), meter.read().minus(before));
    }

    /** A UUID of version 7, as Kiln's own are. */
    static String nextId() {
        var random = ThreadLocalRandom.current();
        long high = System.currentTimeMillis() << 16 | 0x7000 | random.nextInt(0x1000);
        long low = random.nextLong() & 0x3fff_ffff_ffff_ffffL | 0x8000_0000_0000_0000L;
        return new UUID(high, low).toString();
    }

    @Override
    public void close() {
        producer.close();
        consumer.close();
    }
}
