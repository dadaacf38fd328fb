package dev.kiln.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients of a harmed link see, and what they do not. */
class LinkTest {
    private static final byte[] COMMIT = message('C', "COMMIT\0");

    private ServerSocket echo;
    private DatabaseLink database;
    private Link link;

    @BeforeEach
    void open() throws IOException {
        echo = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        Thread.ofPlatform().daemon().start(this::serve);
        database = new DatabaseLink(echo.getLocalPort());
        link = database.link();
    }

    @AfterEach
    void close() throws IOException {
        database.close();
        echo.close();
    }

    @Test
    void what_is_cut_breaks_and_takes_nobody_until_it_is_mended() throws IOException {
        try (var client = connected()) {
            assertThat(echoed(client, "abc")).isEqualTo("abc");
            link.cut();
            assertBroken(client);
        }
        try (var client = connected()) {
            assertBroken(client);
        }
        link.mend();
        try (var client = connected()) {
            assertThat(echoed(client, "again")).isEqualTo("again");
        }
    }

    @Test
    void what_is_held_says_nothing_and_loses_nothing() throws IOException {
        try (var client = connected()) {
            assertThat(echoed(client, "a")).isEqualTo("a");
            link.hold();
            client.setSoTimeout(300);
            assertThatThrownBy(() -> echoed(client, "b"))
                    .isInstanceOf(SocketTimeoutException.class);
            link.release();
            client.setSoTimeout(10_000);
            assertThat(read(client, 1)).isEqualTo("b");
        }
    }

    @Test
    void what_is_delayed_comes_late() throws IOException {
        link.delay(Duration.ofMillis(120));
        try (var client = connected()) {
            long start = System.nanoTime();
            assertThat(echoed(client, "a")).isEqualTo("a");
            assertThat(System.nanoTime() - start).isGreaterThan(240_000_000);
        }
    }

    @Test
    void of_the_answers_to_commits_as_many_are_lost_as_asked_for() throws IOException {
        database.loseCommits(1);
        try (var client = connected()) {
            assertThat(echoed(client, text(message('C', "SELECT 1\0")))).contains("SELECT 1");
            client.getOutputStream().write(COMMIT);
            assertBroken(client);
        }
        try (var client = connected()) {
            assertThat(echoed(client, text(COMMIT))).contains("COMMIT");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 1000})
    void an_answer_is_found_however_it_is_cut_into_chunks(int size) {
        byte[] stream =
                concat(
                        message('T', "COMMIT\0"),
                        message('C', "SELECT 1\0"),
                        message('Z', "I"),
                        message('1', ""),
                        COMMIT,
                        message('Z', "I"),
                        message('C', "COMMIT PREPARED\0"));
        var answers = new CommitAnswers();
        int found = 0;
        for (int from = 0; from < stream.length; from += size) {
            int length = Math.min(size, stream.length - from);
            found += answers.in(ByteBuffer.wrap(stream, from, length)) ? 1 : 0;
        }
        assertThat(found).isEqualTo(1);
    }

    private static byte[] message(char type, String body) {
        byte[] text = body.getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(5 + text.length)
                .put((byte) type)
                .putInt(4 + text.length)
                .put(text)
                .array();
    }

    private static byte[] concat(byte[]... parts) {
        var all = ByteBuffer.allocate(1000);
        for (byte[] part : parts) {
            all.put(part);
        }
        byte[] bytes = new byte[all.flip().remaining()];
        all.get(bytes);
        return bytes;
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private void serve() {
        while (!echo.isClosed()) {
            try {
                Socket client = echo.accept();
                Thread.ofPlatform().daemon().start(() -> echo(client));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private static void echo(Socket client) {
        try (client) {
            client.getInputStream().transferTo(client.getOutputStream());
        } catch (IOException broken) {
            // The link's doing.
        }
    }

    private Socket connected() throws IOException {
        var socket = new Socket();
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), link.port()), 5000);
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static String echoed(Socket client, String text) throws IOException {
        client.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        return read(client, text.length());
    }

    private static String read(Socket client, int bytes) throws IOException {
        return text(client.getInputStream().readNBytes(bytes));
    }

    private static void assertBroken(Socket client) {
        await().untilAsserted(
                        () -> {
                            int read;
                            try {
                                read = client.getInputStream().read();
                            } catch (SocketTimeoutException open) {
                                throw open;
                            } catch (IOException reset) {
                                read = -1;
                            }
                            assertThat(read).isEqualTo(-1);
                        });
    }
}
