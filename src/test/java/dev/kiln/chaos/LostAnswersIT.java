package dev.kiln.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kiln.testing.KilnProcess;
import dev.kiln.testing.OwnServers;
import dev.kiln.testing.WorkerHome;
import java.net.URI;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Commits that take effect without the worker hearing of it. */
class LostAnswersIT {
    private static final Duration SOON = Duration.ofSeconds(40);

    /** Nobody else takes a job back within the time of this test. */
    private static final String LONG = "10m";

    @Test
    void a_claim_whose_answer_was_lost_goes_back_at_once_and_costs_no_attempt() throws Exception {
        try (var servers = new OwnServers();
                var home = new WorkerHome();
                var link = new DatabaseLink(port(servers));
                var doors =
                        KilnProcess.start(
                                home.path().resolve("doors"),
                                servers.environment(),
                                Map.of("KILN_ROLES", "api"))) {
            doors.awaitReady();
            try (var worker =
                    KilnProcess.start(
                            home.path().resolve("worker"),
                            servers.environment(),
                            Map.of(
                                    "KILN_ROLES",
                                    "worker",
                                    "KILN_HOME",
                                    home.path().toString(),
                                    "KILN_CLAIM_LEASE",
                                    LONG,
                                    "QUARKUS_DATASOURCE_JDBC_URL",
                                    link.url()))) {
                worker.awaitReady();
                link.loseCommits(Integer.MAX_VALUE);
                String job = doors.submit("print('done')");
                await().atMost(SOON).until(() -> epoch(servers, job) > 0);
                link.loseCommits(0);

                var end = doors.awaitEnd(job);

                assertThat(end.at("/state").asText()).isEqualTo("FINISHED");
                assertThat(end.at("/attempt").asInt()).isEqualTo(1);
                assertThat(epoch(servers, job)).isGreaterThan(1);
            }
            assertThat(home.containers()).isEmpty();
        }
    }

    private static int port(OwnServers servers) {
        return URI.create(servers.database().url().replaceFirst("^jdbc:", "")).getPort();
    }

    private static long epoch(OwnServers servers, String job) throws SQLException {
        try (var connection = servers.database().dataSource().getConnection();
                var statement = connection.createStatement();
                var row =
                        statement.executeQuery(
                                "select epoch from job where id = '%s'".formatted(job))) {
            row.next();
            return row.getLong(1);
        }
    }
}
