package dev.kiln.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.sandbox.ScriptedSandbox;
import dev.kiln.testing.ScriptedProfile;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kiln batch} against a real server, whose programs follow a script. */
@QuarkusTest
@TestProfile(ScriptedProfile.class)
class BatchCommandIT {
    /** More than one request's lines. */
    private static final int JOBS = 1100;

    @TestHTTPResource("/")
    URI server;

    @Inject ScriptedSandbox sandbox;
    @Inject AgroalDataSource dataSource;
    @TempDir Path folder;

    @Test
    void a_batch_is_sent_waited_for_and_sent_again_without_doubling_a_job() throws Exception {
        sandbox.script((_, _, limits, _) -> ScriptedSandbox.exited(0, "hi\n", limits));
        var file = file();
        var first = run(file, "--idempotency-key", "once", "--wait");
        assertThat(first.exitCode()).as(first.err()).isZero();
        assertThat(first.out()).startsWith("1100 jobs, 1100 succeeded, 0 did not\n");
        assertThat(first.err()).contains("1100 of 1100 jobs ended, 0 failed, 0 running");

        var again = run(file, "--idempotency-key", "once");
        assertThat(again.exitCode()).as(again.err()).isZero();
        assertThat(again.out().lines()).hasSize(JOBS).doesNotHaveDuplicates();
        assertThat(count("job where batch in (select batch from job where id = '%s')", again))
                .isEqualTo(JOBS);
        assertThat(
                        count(
                                "batch where closed_at is not null and name in (select batch from job where id = '%s')",
                                again))
                .isEqualTo(1);

        var results = run(file, "--idempotency-key", "once", "--wait", "--json");
        assertThat(results.out().lines())
                .hasSize(JOBS)
                .allMatch(line -> line.contains("\"stdout\":\"hi\\n\""));
    }

    private String file() throws IOException {
        var lines =
                IntStream.range(0, JOBS)
                        .mapToObj("{\"language\": \"python\", \"code\": \"print(%d)\"}"::formatted)
                        .toList();
        return Files.write(folder.resolve("batch.jsonl"), lines).toString();
    }

    private CommandLineRun run(String file, String... more) {
        var args = new ArrayList<>(List.of("batch", file));
        args.addAll(List.of("--server", server.toString()));
        args.addAll(List.of(more));
        return CommandLineRun.of(args.toArray(String[]::new));
    }

    private int count(String table, CommandLineRun ids) throws SQLException {
        String id = ids.out().lines().findFirst().orElseThrow();
        try (var connection = dataSource.getConnection();
                var s = connection.createStatement();
                var row = s.executeQuery("select count(*) from " + table.formatted(id))) {
            row.next();
            return row.getInt(1);
        }
    }
}
