package dev.kiln.embedded;

import java.nio.file.Path;
import java.util.Properties;

/**
 * How the embedded broker is run.
 *
 * @param data the folder of its log; an existing one is taken up again
 * @param port where it listens on 127.0.0.1; 0 for any free port
 * @param partitions of each topic that is created
 */
public record KafkaSettings(Path data, int port, int partitions) {

    static final String CONTROLLER = "CONTROLLER";
    static final int NODE_ID = 1;
    static final int PARTITIONS = 6;
    static final int MAX_RECORD_BYTES = 2 * 1024 * 1024;

    /** Refuses impossible ports and partition counts. */
    public KafkaSettings {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port must be 0 to 65535: " + port);
        }
        if (partitions < 1) {
            throw new IllegalArgumentException("partitions must be > 0: " + partitions);
        }
    }

    /** A broker on any free port, with the default number of partitions. */
    public static KafkaSettings in(Path data) {
        return new KafkaSettings(data, 0, PARTITIONS);
    }

    KafkaSettings withPort(int other) {
        return new KafkaSettings(data, other, partitions);
    }

    /** Broker and controller in one process, listening on the loopback address only. */
    Properties broker(int controllerPort) {
        var broker = new Properties();
        broker.put("process.roles", "broker,controller");
        broker.put("node.id", String.valueOf(NODE_ID));
        broker.put("controller.quorum.voters", NODE_ID + "@127.0.0.1:" + controllerPort);
        broker.put("controller.listener.names", CONTROLLER);
        broker.put(
                "listeners",
                "PLAINTEXT://127.0.0.1:"
                        + port
                        + ","
                        + CONTROLLER
                        + "://127.0.0.1:"
                        + controllerPort);
        broker.put(
                "listener.security.protocol.map",
                "PLAINTEXT:PLAINTEXT," + CONTROLLER + ":PLAINTEXT");
        broker.put("log.dirs", data.toString());
        broker.put("auto.create.topics.enable", "false");
        broker.put("message.max.bytes", String.valueOf(MAX_RECORD_BYTES));
        broker.put("replica.fetch.max.bytes", String.valueOf(MAX_RECORD_BYTES));
        oneNode(broker);
        smallMemory(broker);
        return broker;
    }

    private static void oneNode(Properties broker) {
        broker.put("offsets.topic.replication.factor", "1");
        broker.put("offsets.topic.num.partitions", "1");
        broker.put("transaction.state.log.replication.factor", "1");
        broker.put("transaction.state.log.min.isr", "1");
        broker.put("transaction.state.log.num.partitions", "1");
        broker.put("share.coordinator.state.topic.replication.factor", "1");
        broker.put("share.coordinator.state.topic.min.isr", "1");
        broker.put("share.coordinator.state.topic.num.partitions", "1");
        // With one broker there is nobody to wait for before the first assignment.
        broker.put("group.initial.rebalance.delay.ms", "0");
    }

    private static void smallMemory(Properties broker) {
        broker.put("log.cleaner.dedupe.buffer.size", String.valueOf(2 * 1024 * 1024));
        broker.put("log.segment.bytes", String.valueOf(64 * 1024 * 1024));
        broker.put("log.index.size.max.bytes", String.valueOf(1024 * 1024));
        broker.put("num.network.threads", "2");
        broker.put("num.io.threads", "4");
        broker.put("background.threads", "2");
        broker.put("num.recovery.threads.per.data.dir", "2");
    }
}
