package dev.kiln.bench.peers;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Runs one peer by commands on standard input, one a line, each answered by a line {@code @ {json}} on standard output:
 *
 * <pre>
 *            -> {"event":"ready","version":"1.2.3","settings":{...}}
 * load 1000  -> {"event":"loaded"}
 * run 1000   -> {"event":"ran","handled":1000,"nanos":123456789}
 * </pre>
 *
 * The time is that from the first job's start until the database has the last one as done. The end of input ends the program. The
 * database comes by libpq's environment variables (PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSWORD), how many jobs run at once by
 * BENCH_CONCURRENCY, and what a job does by BENCH_INSERT: a statement, or nothing.
 */
public final class Driver {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long STALLED_SECONDS = 60;
    private static final int LOOK_MS = 2;

    /** Besides the workers: fetches, heartbeats, and the look whether the queue is empty. */
    private static final int MORE_CONNECTIONS = 4;

    private final PrintStream out;
    private final Peer peer;
    private final Work work;

    private Driver(PrintStream out, Peer peer, Work work) {
        this.out = out;
        this.peer = peer;
        this.work = work;
    }

    public static void main(String... args) throws Exception {
        var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        System.setOut(System.err); // what a library may print is no answer
        int concurrency = Integer.parseInt(System.getenv("BENCH_CONCURRENCY"));
        try (var database = pool(concurrency + MORE_CONNECTIONS)) {
            var work = new Work(database, System.getenv("BENCH_INSERT"));
            try (var peer = peer(args[0], database, concurrency, work)) {
                new Driver(out, peer, work).serve(database.getMaximumPoolSize());
            }
            System.exit(0); // whatever threads a library leaves
        } catch (Exception e) {
            e.printStackTrace();
            System.exit(1);
        }
    }

    private static HikariDataSource pool(int connections) {
        var env = System.getenv();
        var config = new HikariConfig();
        config.setJdbcUrl(
                "jdbc:postgresql://%s:%s/%s".formatted(env.get("PGHOST"), env.get("PGPORT"), env.get("PGDATABASE")));
        config.setUsername(env.get("PGUSER"));
        config.setPassword(env.get("PGPASSWORD"));
        config.setMaximumPoolSize(connections);
        return new HikariDataSource(config);
    }

    private static Peer peer(String name, HikariDataSource database, int concurrency, Work work) throws SQLException {
        return switch (name) {
            case "db-scheduler" -> new DbSchedulerPeer(database, concurrency, work);
            case "jobrunr" -> new JobRunrPeer(database, concurrency, work);
            default -> throw new IllegalArgumentException("there is no peer " + name);
        };
    }

    private void serve(int connections) throws Exception {
        var settings = new TreeMap<>(peer.settings());
        settings.put("connections", String.valueOf(connections));
        say(Map.of("event", "ready", "version", peer.version(), "settings", settings));
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split(" ");
            int jobs = Integer.parseInt(words[1]);
            switch (words[0]) {
                case "load" -> {
                    peer.load(Stream.generate(() -> UUID.randomUUID().toString()).limit(jobs));
                    say(Map.of("event", "loaded"));
                }
                case "run" -> run(jobs);
                default -> throw new IllegalArgumentException("there is no command " + line);
            }
        }
    }

    private void run(int jobs) throws Exception {
        work.expect(jobs);
        peer.resume();
        if (!work.awaitAll(STALLED_SECONDS)) {
            throw new IllegalStateException("no job handled for %d s, after %d of %d".formatted(STALLED_SECONDS, work.handled(), jobs));
        }
        while (!peer.isEmpty()) {
            Thread.sleep(LOOK_MS);
        }
        long nanos = work.nanosSinceFirst();
        peer.pause();
        say(Map.of("event", "ran", "handled", work.handled(), "nanos", nanos));
    }

    private void say(Map<String, ?> event) throws Exception {
        out.println("@ " + JSON.writeValueAsString(event));
    }
}
