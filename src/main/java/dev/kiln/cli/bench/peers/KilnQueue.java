package dev.kiln.cli.bench.peers;

import dev.kiln.cli.client.CliException;
import dev.kiln.cli.client.Json;
import dev.kiln.cli.client.KilnClient;
import dev.kiln.embedded.DatabaseAccess;
import dev.kiln.embedded.FreePort;
import dev.kiln.embedded.ServerProcess;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

/**
 * A Kiln server whose programs are not run ({@code kiln.sandbox.scripted}) and return at once, so
 * that its queue is all there is to measure. It is cordoned while its jobs come in.
 */
final class KilnQueue implements JobQueue {

    private static final int BATCH = 1000;
    private static final int JOB_MEMORY_MB = 128;

    /** The times that are taken are the database's, so this only decides when they are read. */
    private static final Duration LOOK = Duration.ofMillis(100);

    private static final String DOCUMENT =
            "{\"language\":\"scripted\",\"code\":\"print hello\",\"sandbox\":{\"memory_limit\":\"%dm\"}}\n"
                    .formatted(JOB_MEMORY_MB);

    /** In the form for which both questions have a partial index. */
    private static final String UNFINISHED =
            "select exists (select from job where state = 'QUEUED') or exists (select from job where state = 'RUNNING')";

    private final ServerProcess server;
    private final KilnClient client;
    private final DatabaseAccess database;
    private final String version;
    private final Map<String, String> settings;
    private final Path log;
    private String loadedFrom = "";

    private KilnQueue(
            ServerProcess server,
            KilnClient client,
            DatabaseAccess database,
            String version,
            Map<String, String> settings,
            Path log) {
        this.server = server;
        this.client = client;
        this.database = database;
        this.version = version;
        this.settings = Map.copyOf(settings);
        this.log = log;
    }

    /**
     * Starts it; it is not ready yet.
     *
     * @param given the environment, which says where the build is
     * @param version what was built
     */
    static KilnQueue start(
            Map<String, String> given,
            String version,
            DatabaseAccess database,
            int concurrency,
            Path log) {
        var settings = settings(concurrency);
        var options = new ArrayList<>(PeerPrograms.JVM);
        settings.forEach((name, value) -> options.add("-D%s=%s".formatted(name, value)));
        int port = FreePort.pick();
        var server =
                ServerProcess.start(
                        ServerProcess.command(given, options), port, environment(database), log);
        var client = new KilnClient(URI.create("http://127.0.0.1:%d/".formatted(port)));
        return new KilnQueue(server, client, database, version, settings, log);
    }

    private static Map<String, String> settings(int concurrency) {
        var settings = new LinkedHashMap<String, String>();
        settings.put("kiln.roles", "api,worker");
        settings.put("kiln.sandbox.scripted", "true");
        settings.put("kiln.worker.slots", String.valueOf(concurrency));
        // Promised, and never used: nothing runs.
        settings.put("kiln.worker.memory-budget", concurrency * JOB_MEMORY_MB + "m");
        settings.put("kiln.intake.max-queued", String.valueOf(2 * Plan.MOST_JOBS));
        return settings;
    }

    private static Map<String, String> environment(DatabaseAccess database) {
        return Map.of(
                "QUARKUS_DATASOURCE_JDBC_URL", database.url(),
                "QUARKUS_DATASOURCE_USERNAME", database.username(),
                "QUARKUS_DATASOURCE_PASSWORD", database.password());
    }

    /** Waits until it is ready, and has it take no job. */
    void awaitReady() throws InterruptedException {
        server.awaitReady();
        cordon(true);
    }

    @Override
    public Facts facts() {
        return new Facts(version, settings);
    }

    @Override
    public void load(int jobs) throws InterruptedException {
        loadedFrom = Databases.ask(database, "select clock_timestamp()");
        for (int left = jobs; left > 0; left -= BATCH) {
            String lines = DOCUMENT.repeat(Math.min(left, BATCH));
            client.submitLines(lines.getBytes(StandardCharsets.UTF_8));
        }
    }

    @Override
    public long burnDown(int jobs) throws InterruptedException {
        cordon(false);
        while (ask(UNFINISHED).equals("t")) {
            if (!server.isAlive()) {
                throw new CliException(
                        "Kiln ended in the middle of a window (its log: %s)".formatted(log));
            }
            Thread.sleep(LOOK);
        }
        cordon(true);
        String done =
                ask(
                        "select count(*) from job join execution_result r on r.job_id = job.id where r.success and state = 'FINISHED' and submitted_at >= '%s'"
                                .formatted(loadedFrom));
        if (Integer.parseInt(done) != jobs) {
            throw new CliException(
                    "Kiln finished %s of %d jobs well (its log: %s)".formatted(done, jobs, log));
        }
        return Long.parseLong(
                ask(
                        "select (extract(epoch from max(finished_at) - min(started_at)) * 1000000000)::bigint from job where submitted_at >= '%s'"
                                .formatted(loadedFrom)));
    }

    private String ask(String query) {
        return Databases.ask(database, query);
    }

    private void cordon(boolean cordoned) throws InterruptedException {
        var workers = client.workers().path("workers");
        List<String> ids =
                StreamSupport.stream(workers.spliterator(), false)
                        .map(worker -> worker.path("id").asText())
                        .toList();
        if (ids.size() != 1) {
            throw new CliException(
                    "Kiln lists %d workers, and should list its own: %s (its log: %s)"
                            .formatted(ids.size(), Json.line(client.workers()), log));
        }
        client.cordon(ids.getFirst(), cordoned);
    }

    @Override
    public void close() {
        try (client) {
            server.close();
        }
    }
}
