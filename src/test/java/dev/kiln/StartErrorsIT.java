package dev.kiln;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kiln.testing.KilnProcess;
import dev.kiln.testing.OwnServers;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A server that cannot start says why and what to do in one line, and ends. */
class StartErrorsIT {
    private static final Duration SOON = Duration.ofSeconds(45);
    private static OwnServers servers;

    @TempDir Path folder;

    @BeforeAll
    static void startServers() throws Exception {
        servers = new OwnServers();
    }

    @AfterAll
    static void stopServers() {
        servers.close();
    }

    @ParameterizedTest(name = "{0}={1}")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            QUARKUS_DATASOURCE_JDBC_URL | jdbc:postgresql://127.0.0.1:1/kiln | Postgres cannot be reached at jdbc:postgresql://127.0.0.1:1/kiln (Connection refused): start it, or correct
            QUARKUS_DATASOURCE_PASSWORD | wrong | password authentication failed for user "kiln"): start it, or correct
            KAFKA_BOOTSTRAP_SERVERS | 127.0.0.1:1 | Kafka cannot be reached at 127.0.0.1:1
            MP_MESSAGING_INCOMING_JOBS_TOPIC | kiln.nowhere | lacks the topics kiln.nowhere: create them
            KILN_SANDBOX_ENGINE | unix:///nowhere/docker.sock | Docker Engine is not running (nothing answers on /nowhere/docker.sock): start it
            KILN_SANDBOX_ENGINE | tcp://10.0.0.1:2375 | kiln.sandbox.engine must be a unix:// address of an engine on this host: tcp://10.0.0.1:2375
            DOCKER_HOST | unix:///nowhere/docker.sock | Docker Engine is not running (nothing answers on /nowhere/docker.sock): start it
            KILN_SANDBOX_GVISOR_NAMES | none | gVisor is not registered with the Docker Engine (looked for none): run ./kiln setup
            KILN_HOME | /proc/nowhere | Cannot write below /proc/nowhere
            KILN_WORKER_SLOTS | 0 | A setting is wrong: kiln.worker.slots must be >= 1: 0.
            KILN_POOL_SIZE | -1 | A setting is wrong: kiln.pool.size must be >= 0: -1.
            KILN_TRACING_ENDPOINT | collector:4317 | A setting is wrong: kiln.tracing.endpoint must be http:// or https:// with the collector's host: collector:4317.
            JAVA_TOOL_OPTIONS | -Dkiln.tracing.endpoint=http://127.0.0.1:1 -Dkiln.tracing.ratio=2 | A setting is wrong: kiln.tracing.ratio must be 0 to 1: 2.0.
            KILN_ROLES | foo | A setting is wrong: The config property kiln.roles with the config value "foo": Cannot convert foo
            JAVA_TOOL_OPTIONS | -Dkiln.sandbox.scripted=true -Dquarkus.http.host=0.0.0.0 | kiln.sandbox.scripted=true would let whoever reaches 0.0.0.0 make up results: unset it
            JAVA_TOOL_OPTIONS | -Dquarkus.http.host=0.0.0.0 | kiln.access.mode=open would let whoever reaches 0.0.0.0 run code: set KILN_ACCESS_MODE=keys
            JAVA_TOOL_OPTIONS | -Dkiln.access.mode=keys -Dkiln.access.admin-key-file=/etc/hostname | A setting is wrong: kiln.access.admin-key-file names /etc/hostname, which may be read
            JAVA_TOOL_OPTIONS | -Dquarkus.http.host=0.0.0.0 -Dkiln.access.mode=keys -Dkiln.access.oidc.issuer=https://id.example | A setting is wrong: kiln.access.oidc.audience must say what tokens for this server have
            JAVA_TOOL_OPTIONS | -Dkiln.access.oidc.issuer=https://id.example -Dkiln.access.oidc.audience=kiln | kiln.access.oidc.issuer is set, but kiln.access.mode=open asks nobody
            KILN_ACCESS_MODE | keys | kiln.access.mode=keys, and there is no key that could make others: name a file with one in KILN_ACCESS_ADMIN_KEY_FILE
            JAVA_TOOL_OPTIONS | -Dkiln.object-store.bucket=b -Dkiln.object-store.access-key=a -Dkiln.object-store.secret-key=s -Dkiln.object-store.endpoint=http://127.0.0.1:1 | The object store at http://127.0.0.1:1 cannot be used (Connection refused): start it, or correct kiln.object-store.endpoint.
            JAVA_TOOL_OPTIONS | -Dkiln.worker.slot=1 | A setting is wrong: kiln.worker.slot in SysPropConfigSource is unknown.
            """)
    void one_sentence_and_no_more(String variable, String value, String sentence) throws Exception {
        try (var kiln = start(Map.of(variable, value))) {
            assertRefused(kiln, sentence);
        }
    }

    @Test
    void a_host_with_no_image_of_any_language() throws Exception {
        try (var kiln =
                start(
                        Map.of(
                                "KILN_RUNTIMES_PYTHON_IMAGE", "kiln/none",
                                "KILN_RUNTIMES_NODE_IMAGE", "kiln/none",
                                "KILN_RUNTIMES_NODE_ESM_IMAGE", "kiln/none",
                                "KILN_RUNTIMES_BASH_IMAGE", "kiln/none",
                                "KILN_RUNTIMES_C_IMAGE", "kiln/none"))) {
            assertRefused(
                    kiln,
                    "The sandbox image kiln/none is missing on this host: build it with ./kiln setup");
        }
    }

    @Test
    void a_home_without_the_runner() throws Exception {
        try (var kiln = start(Map.of("KILN_HOME", folder.toString()))) {
            assertRefused(
                    kiln,
                    "The sandbox runner " + folder.resolve("runner/kiln-runner") + " is missing");
        }
    }

    @Test
    void a_port_that_is_taken() throws Exception {
        try (var owner = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var kiln =
                        start(Map.of("QUARKUS_HTTP_PORT", String.valueOf(owner.getLocalPort())))) {
            assertRefused(
                    kiln, "Port " + owner.getLocalPort() + " of 127.0.0.1 cannot be listened");
        }
    }

    @Test
    void a_database_role_that_may_not_create_tables() throws Exception {
        var database = servers.superuser();
        try (var connection = database.dataSource().getConnection();
                var statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE locked");
        }
        var url = database.database("locked").url();
        try (var kiln = start(Map.of("QUARKUS_DATASOURCE_JDBC_URL", url))) {
            assertRefused(kiln, "give this user the right to create tables");
        }
    }

    @Test
    void a_database_that_goes_away_while_the_tables_are_looked_at() throws Exception {
        try (var kiln = start(Map.of("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1"))) {
            kiln.awaitExit(SOON); // which comes after the tables were made
        }
        try (var connection = servers.database().dataSource().getConnection();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("LOCK TABLE flyway_schema_history IN ACCESS EXCLUSIVE MODE");
            try (var kiln = start(Map.of())) {
                await().atMost(SOON).until(StartErrorsIT::terminated);
                assertRefused(kiln, "Postgres cannot be reached at ");
            }
        }
    }

    /** Ends whoever waits for a lock; false when nobody does yet. */
    private static boolean terminated() throws SQLException {
        // A connection of its own each time: a transaction sees the activity of one moment.
        try (var connection = servers.database().dataSource().getConnection();
                var statement = connection.createStatement();
                var row =
                        statement.executeQuery(
                                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                                        + " WHERE usename = 'kiln' AND wait_event_type = 'Lock'")) {
            return row.next() && row.getInt(1) > 0;
        }
    }

    private KilnProcess start(Map<String, String> wrong) {
        return KilnProcess.start(folder.resolve("output"), servers.environment(), wrong);
    }

    private static void assertRefused(KilnProcess kiln, String sentence) throws Exception {
        assertThat(kiln.awaitExit(SOON)).isEqualTo(2);
        assertThat(kiln.output())
                .filteredOn(line -> !line.startsWith("Picked up JAVA_TOOL_OPTIONS"))
                .singleElement()
                .asString()
                .startsWith("kiln: ")
                .contains(sentence);
    }
}
