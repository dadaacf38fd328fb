package dev.kiln.cli.bench.queue;

import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Sends jobs by the topic so that there are always some more than the fleet has slots: as many as
 * have ended since the last look. Each sleeps for half to one and a half of the mean, so that they
 * do not end together.
 */
final class ScaleFeed implements AutoCloseable {
    private static final Duration LOOK = Duration.ofMillis(50);

    /** Beyond the slots, for what is on its way from the topic to the table. */
    private static final int AHEAD = 1000;

    private final QueueTables tables;
    private final KafkaProducer<String, byte[]> producer;
    private final long meanMillis;
    private final Thread thread;
    private volatile long outstanding;
    private volatile boolean closed;
    private long sent;
    private volatile @Nullable Exception failure;

    /**
     * Begins; sends nothing before {@link #slots}.
     *
     * @param mean how long a job sleeps
     */
    ScaleFeed(QueueMachine machine, Duration mean) throws SQLException {
        this.tables = new QueueTables(machine);
        this.meanMillis = mean.toMillis();
        Map<String, Object> broker = Map.of("bootstrap.servers", machine.bootstrapServers());
        this.producer =
                new KafkaProducer<>(broker, new StringSerializer(), new ByteArraySerializer());
        this.thread = Thread.ofPlatform().name("scale-feed").start(this::feed);
    }

    /**
     * From now on for so many slots; 0: nothing more comes.
     *
     * @throws IllegalStateException when jobs could not be sent
     */
    void slots(int slots) {
        Exception failed = failure;
        if (failed != null) {
            throw new IllegalStateException(
                    "no jobs come any more: " + failed.getMessage(), failed);
        }
        outstanding = slots == 0 ? 0 : slots + Math.max(AHEAD, slots);
    }

    private void feed() {
        try {
            while (!closed) {
                long wanted = outstanding;
                long missing = wanted == 0 ? 0 : tables.ended() + wanted - sent;
                for (long i = 0; i < missing; i++) {
                    producer.send(
                            new ProducerRecord<>(TopicWay.JOBS, TopicWay.nextId(), job()),
                            (sent, refused) -> {
                                if (refused != null) {
                                    failure = refused;
                                }
                            });
                    sent++;
                }
                Thread.sleep(LOOK);
            }
        } catch (SQLException e) {
            failure = e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private byte[] job() {
        long millis = ThreadLocalRandom.current().nextLong(meanMillis / 2, meanMillis * 3 / 2 + 1);
        return """
                {"language":"scripted","code":"sleep %d","sandbox":{"memory_limit":"64m"}}"""
                .formatted(millis)
                .getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws SQLException, InterruptedException {
        closed = true;
        thread.join();
        producer.close();
        tables.close();
    }
}
