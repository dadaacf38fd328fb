package dev.kiln.chaos;

import dev.kiln.embedded.DatabaseAccess;
import dev.kiln.embedded.KilnHome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * What all processes of the cluster share.
 *
 * @param environment this process's, which says where Kiln and Java are
 * @param machine where the runner and caches of this machine are
 * @param logs what each process prints; kept for the reader of a failure until the next run
 * @param settings Kiln's, by property
 */
record ClusterPlan(
        Map<String, String> environment,
        KilnHome machine,
        Path logs,
        Map<String, String> settings) {
    /** Short, so that many leases lapse in a run; long against a busy machine's hiccups. */
    static final Duration LEASE = Duration.ofSeconds(8);

    /** More than anybody's bad luck can use up: a job that is given up then has deserved it. */
    static final int MAX_ATTEMPTS = 8;

    private static final String IMAGE = "kiln/python:latest";

    static ClusterPlan of(
            Map<String, String> environment, String bootstrapServers, DatabaseAccess database) {
        var machine = KilnHome.of(environment);
        return new ClusterPlan(
                environment,
                machine,
                emptied(machine.logs().resolve("chaos")),
                Map.ofEntries(
                        Map.entry("kafka.bootstrap.servers", bootstrapServers),
                        Map.entry("quarkus.datasource.username", database.username()),
                        Map.entry("quarkus.datasource.password", database.password()),
                        Map.entry("quarkus.datasource.jdbc.max-size", "10"),
                        Map.entry("kiln.sandbox.scripted", "true"),
                        Map.entry("kiln.sandbox.start-timeout", "120s"),
                        // Fewer than slots, so that jobs meet containers of both kinds.
                        Map.entry("kiln.pool.size", "2"),
                        Map.entry("kiln.worker.slots", "8"),
                        Map.entry("kiln.worker.drain-timeout", "3s"),
                        Map.entry("kiln.worker.probe", "1s"),
                        Map.entry("kiln.claim.lease", LEASE.toSeconds() + "s"),
                        Map.entry("kiln.claim.heartbeat", "1s"),
                        Map.entry("kiln.claim.sweep", "500ms"),
                        Map.entry("kiln.claim.max-attempts", String.valueOf(MAX_ATTEMPTS)),
                        Map.entry("kiln.claim.backoff", "200ms"),
                        Map.entry("kiln.claim.max-backoff", "1s"),
                        Map.entry("kiln.runtimes.sh.image", IMAGE),
                        Map.entry("kiln.runtimes.sh.file", "main.sh"),
                        Map.entry("kiln.runtimes.sh.command", "/bin/sh,{file}")));
    }

    private static Path emptied(Path folder) {
        try {
            Files.createDirectories(folder);
            try (var old = Files.newDirectoryStream(folder, "*.log")) {
                for (Path log : old) {
                    Files.delete(log);
                }
            }
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write logs in " + folder, e);
        }
    }
}
