package dev.kiln.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerProcessTest {

    @TempDir Path folder;

    @Test
    void a_server_that_ends_while_starting_passes_on_its_sentence_and_its_exit_code()
            throws Exception {
        try (var server = shell("echo 'kiln: no engine: start one'; echo 'INFO stopped'; exit 3")) {
            assertThatThrownBy(server::awaitReady)
                    .asInstanceOf(type(ServerEndedException.class))
                    .satisfies(
                            ended -> {
                                assertThat(ended)
                                        .hasMessageStartingWith(
                                                "kiln: no engine: start one (its log: ");
                                assertThat(ended.exitCode()).isEqualTo(3);
                            });
        }
    }

    @Test
    void a_server_that_ends_without_a_sentence_passes_on_its_last_line() throws Exception {
        try (var server = shell("echo 'Error: no such jar'; echo; exit 1")) {
            assertThatThrownBy(server::awaitReady)
                    .hasMessageStartingWith("Error: no such jar (its log: ");
        }
    }

    @Test
    void a_server_that_is_stopped_while_starting_is_not_said_to_have_failed() throws Exception {
        var server = shell("exec sleep 600");
        server.close();
        assertThatThrownBy(server::awaitReady)
                .isInstanceOf(ServerStartException.class)
                .hasMessage("stopped while starting");
    }

    @Test
    void readiness_is_what_the_server_says_of_itself() throws Exception {
        Queue<Integer> answers = new ArrayDeque<>(List.of(503, 404, 200));
        var http = answering(answers);
        try (var server = shell("exec sleep 600", http.getAddress().getPort())) {
            server.awaitReady();
            assertThat(answers).isEmpty();
        } finally {
            http.stop(0);
        }
    }

    @Test
    void the_server_learns_its_port_and_what_else_it_must_know() throws Exception {
        var known = Map.of("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1");
        var command = List.of("sh", "-c", "echo $QUARKUS_HTTP_PORT $KAFKA_BOOTSTRAP_SERVERS");
        Path log = folder.resolve("log");
        try (var server = ServerProcess.start(command, 4711, known, log)) {
            server.awaitEnd();
        }
        assertThat(log).hasContent("4711 127.0.0.1:1");
    }

    private ServerProcess shell(String script) {
        return shell(script, FreePort.pick());
    }

    private ServerProcess shell(String script, int port) {
        return ServerProcess.start(
                List.of("sh", "-c", "exec 2>&1; " + script), port, Map.of(), folder.resolve("log"));
    }

    private static HttpServer answering(Queue<Integer> statuses) throws IOException {
        var http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.createContext(
                "/q/health/ready",
                exchange -> {
                    exchange.sendResponseHeaders(statuses.remove(), -1);
                    exchange.close();
                });
        http.start();
        return http;
    }
}
