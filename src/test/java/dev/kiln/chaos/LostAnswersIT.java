package dev.kiln.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.testing.KilnProcess;
import dev.kiln.testing.OwnServers;
import dev.kiln.testing.WorkerHome;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Commits that take effect without the worker hearing of it. */
class LostAnswersIT {
    private static final String URL =
            "jdbc:postgresql://127.0.0.1:%d/kiln?sslmode=disable&gssEncMode=disable";

    /** Nobody else takes a job back within the time of this test. */
    private static final String LONG = "10m";

    private final AtomicBoolean lost = new AtomicBoolean();

    @Test
    void a_claim_whose_answer_was_lost_goes_back_at_once_and_costs_no_attempt() throws Exception {
        try (var servers = new OwnServers();
                var home = new WorkerHome();
                var link =
                        new Link(
                                loopback(0),
                                loopback(port(servers)),
                                () -> Link.Tap.NONE,
                                this::tap);
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
                                    URL.formatted(link.port())))) {
                worker.awaitReady();
                String job = doors.submit("print('done')");

                var end = doors.awaitEnd(job);

                assertThat(lost).isTrue();
                assertThat(end.at("/state").asText()).isEqualTo("FINISHED");
                assertThat(end.at("/attempt").asInt()).isEqualTo(1);
                assertThat(epoch(servers, job)).isEqualTo(2);
            }
            assertThat(home.containers()).isEmpty();
        }
    }

    /** Breaks the connection that has brought the job, once, in place of its COMMIT's answer. */
    private Link.Tap tap() {
        var answers = new CommitAnswers();
        var broughtAJob = new AtomicBoolean();
        return chunk -> {
            if (StandardCharsets.ISO_8859_1
                    .decode(chunk.duplicate())
                    .toString()
                    .contains("python")) {
                broughtAJob.set(true);
            }
            return !answers.in(chunk) || !broughtAJob.get() || lost.getAndSet(true);
        };
    }

    private static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
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
