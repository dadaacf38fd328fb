package dev.kiln.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.kiln.cli.terminal.Terminal;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** Runs the usual client commands once, against a server that has one answer for everything. */
final class ClientTraining {

    private static final String ID = "00000000-0000-7000-8000-000000000000";

    /** All that the commands read of any answer. */
    private static final byte[] ANSWER =
            """
            {"id": "%s", "state": "FINISHED", "submitted_at": "2026-01-01T00:00:00Z", "started_at": "2026-01-01T00:00:00Z",
             "finished_at": "2026-01-01T00:00:01Z", "attempt": 1, "worker": "w", "reason": null, "waiting_for": null,
             "result": {"stdout": "hello\\n", "stderr": "", "exit_code": 0, "success": true, "termination": "exited",
                        "duration_ms": 1, "artifacts": [], "runtime": {"name": "runsc", "version": "1"}},
             "workers": []}
            """
                    .formatted(ID)
                    .getBytes(StandardCharsets.UTF_8);

    private ClientTraining() {}

    /** Returns when all are done; what they print goes to this process's output. */
    static void run() throws IOException {
        var server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", ClientTraining::answer);
        server.start();
        try {
            String url = "http://127.0.0.1:" + server.getAddress().getPort();
            var terminal = Terminal.ofThisProcess();
            Main.run(terminal, "submit", "-", "--language", "python", "--wait", "--server", url);
            Main.run(terminal, "result", ID, "--server", url);
            Main.run(terminal, "workers", "--server", url);
        } finally {
            server.stop(0);
        }
    }

    private static void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(200, ANSWER.length);
            exchange.getResponseBody().write(ANSWER);
        }
    }
}
