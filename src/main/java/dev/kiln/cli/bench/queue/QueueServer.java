package dev.kiln.cli.bench.queue;

import dev.kiln.cli.client.KilnClient;
import dev.kiln.embedded.FreePort;
import dev.kiln.embedded.ServerProcess;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A Kiln process that records its queue's steps, and whose worker can be held back. */
final class QueueServer implements AutoCloseable {
    private final ServerProcess process;
    private final KilnClient client;
    private final Path recording;

    private QueueServer(ServerProcess process, KilnClient client, Path recording) {
        this.process = process;
        this.client = client;
        this.recording = recording;
    }

    /**
     * Starts it and waits until it is ready.
     *
     * @param recording where its flight recording goes
     * @param profiled whether the recording has processor samples, which cost a little themselves
     */
    static QueueServer start(
            Map<String, String> environment,
            Map<String, String> settings,
            Path recording,
            boolean profiled,
            Path log)
            throws InterruptedException, IOException {
        String samples = profiled ? "settings=profile,jdk.CPUTimeSample#enabled=true," : "";
        var options =
                List.of(
                        "-XX:StartFlightRecording:dumponexit=true,%sfilename=%s"
                                .formatted(samples, recording),
                        "-Xlog:jfr*=off");
        return start(environment, settings, options, recording, log);
    }

    /**
     * As {@link #start}, with little memory and little effort spent on its code: one of many. Only
     * the queue's steps are recorded.
     */
    static QueueServer simulated(
            Map<String, String> environment, Map<String, String> settings, Path recording, Path log)
            throws InterruptedException, IOException {
        var options =
                List.of(
                        "-Xmx160m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:StartFlightRecording:settings=none,dev.kiln.QueueStep#enabled=true,dumponexit=true,filename="
                                + recording,
                        "-Xlog:jfr*=off");
        return start(environment, settings, options, recording, log);
    }

    private static QueueServer start(
            Map<String, String> environment,
            Map<String, String> settings,
            List<String> options,
            Path recording,
            Path log)
            throws InterruptedException, IOException {
        Files.deleteIfExists(recording);
        int port = FreePort.pick();
        var process =
                ServerProcess.start(
                        ServerProcess.command(environment, options), port, settings, log);
        try {
            process.awaitReady();
        } catch (RuntimeException | InterruptedException e) {
            process.close();
            throw e;
        }
        return new QueueServer(
                process, new KilnClient(URI.create("http://127.0.0.1:" + port)), recording);
    }

    /** Holds its worker back, or lets it claim again. */
    void cordon(boolean cordoned) throws InterruptedException {
        for (var worker : client.workers().path("workers")) {
            if (worker.path("alive").asBoolean(true)) {
                client.cordon(worker.path("id").asText(), cordoned);
            }
        }
    }

    long pid() {
        return process.pid();
    }

    /** What it recorded; whole once it is closed. */
    Path recording() {
        return recording;
    }

    @Override
    public void close() {
        client.close();
        process.close();
    }
}
