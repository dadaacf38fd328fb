package dev.kiln.sandbox.docker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * An address that looks like one of the internet and is in a network namespace of this host, with a
 * server that says hello: a block that has belonged to nobody since RFC 7526.
 */
final class Internet implements AutoCloseable {
    static final String ADDRESS = "192.88.99.2";
    static final int PORT = 7777;
    private static final String SPACE = "kiln-internet";
    private static final String SERVER =
            """
            import socket, threading

            def answer_questions():
                resolver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                resolver.bind(("0.0.0.0", 53))
                while True:
                    question, asker = resolver.recvfrom(512)
                    end = question.index(0, 12) + 5
                    if question[end - 4:end - 2] == bytes([0, 1]):
                        answer = bytes([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4]) + socket.inet_aton("192.88.99.2")
                        found = 1
                    else:
                        answer, found = b"", 0
                    head = question[:2] + bytes([0x81, 0x80, 0, 1, 0, found, 0, 0, 0, 0])
                    resolver.sendto(head + question[12:end] + answer, asker)

            threading.Thread(target=answer_questions, daemon=True).start()
            with socket.create_server(("0.0.0.0", %d)) as server:
                print("ready", flush=True)
                while True:
                    visitor, _ = server.accept()
                    visitor.sendall(b"hello")
                    visitor.close()
            """
                    .formatted(PORT);

    private final Process server;

    Internet() throws IOException {
        command("ip", "netns", "add", SPACE);
        command(
                "ip",
                "link",
                "add",
                "kilninet0",
                "type",
                "veth",
                "peer",
                "name",
                "kilninet1",
                "netns",
                SPACE);
        command("ip", "addr", "add", "192.88.99.1/24", "dev", "kilninet0");
        command("ip", "link", "set", "kilninet0", "up");
        inside("ip", "addr", "add", ADDRESS + "/24", "dev", "kilninet1");
        inside("ip", "link", "set", "kilninet1", "up");
        server =
                new ProcessBuilder("ip", "netns", "exec", SPACE, "/usr/bin/python3", "-c", SERVER)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        byte[] word = server.getInputStream().readNBytes("ready".length());
        if (!new String(word, StandardCharsets.UTF_8).equals("ready")) {
            throw new IOException("the server in the namespace does not start");
        }
    }

    private static void inside(String... command) {
        command(
                java.util.stream.Stream.concat(
                                List.of("ip", "netns", "exec", SPACE).stream(),
                                List.of(command).stream())
                        .toArray(String[]::new));
    }

    /** Runs a command that must succeed. */
    static void command(String... command) {
        try {
            var process = new ProcessBuilder(command).redirectErrorStream(true).start();
            String said =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException(List.of(command) + " said: " + said);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    @Override
    public void close() {
        server.destroyForcibly();
        command("ip", "link", "del", "kilninet0");
        command("ip", "netns", "del", SPACE);
    }
}
