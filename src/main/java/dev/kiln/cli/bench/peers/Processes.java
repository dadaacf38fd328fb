package dev.kiln.cli.bench.peers;

import dev.kiln.cli.bench.peers.Results.Run;
import dev.kiln.embedded.DatabaseAccess;
import dev.kiln.embedded.Teardown;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * The real contenders: a Kiln server, and each peer by its driver.
 *
 * @param given the environment
 * @param version what Kiln calls itself
 * @param logs where every process has a log of its own
 */
record Processes(Map<String, String> given, String version, PeerPrograms programs, Path logs)
        implements Comparison.QueueStart {

    @Override
    public JobQueue start(Run run, DatabaseAccess database, Teardown teardown)
            throws InterruptedException {
        Path log =
                logs.resolve(
                        "bench-%s-%s-%d.log"
                                .formatted(
                                        run.contender().label(),
                                        run.setting().handler().label(),
                                        run.setting().concurrency()));
        if (run.contender() == Contender.KILN) {
            int slots = run.setting().concurrency();
            var kiln = teardown.start(() -> KilnQueue.start(given, version, database, slots, log));
            kiln.awaitReady();
            return kiln;
        }
        var environment = environment(database, run.setting().concurrency());
        environment.put("BENCH_INSERT", insert(run, database));
        var command = programs.command(run.contender());
        var peer =
                teardown.start(
                        () ->
                                PeerProcess.start(
                                        run.contender().label(), command, environment, log));
        peer.awaitReady();
        return peer;
    }

    /** Makes the table where handlers are to write into it, and gives the statement that does. */
    private String insert(Run run, DatabaseAccess database) {
        if (run.setting().handler() == Handler.NOOP) {
            return "";
        }
        Databases.execute(database, programs.sql("result-table.sql"));
        return programs.sql("result-insert.sql");
    }

    /** By the names that every client of Postgres knows. */
    private static Map<String, String> environment(DatabaseAccess database, int concurrency) {
        var url = URI.create(database.url().substring("jdbc:".length()));
        var environment = new HashMap<String, String>();
        environment.put("PGHOST", url.getHost());
        environment.put("PGPORT", String.valueOf(url.getPort()));
        environment.put("PGDATABASE", url.getPath().substring(1));
        environment.put("PGUSER", database.username());
        environment.put("PGPASSWORD", database.password());
        environment.put("BENCH_CONCURRENCY", String.valueOf(concurrency));
        return environment;
    }
}
