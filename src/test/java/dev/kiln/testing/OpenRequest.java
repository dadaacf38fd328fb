package dev.kiln.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A POST of lines whose body is sent piece by piece while the answer is read, as {@code curl -T}
 * does it and Java's own client does not.
 */
public final class OpenRequest implements AutoCloseable {
    private final Socket socket;
    private final OutputStream out;
    private final InputStream in;
    private boolean headRead;
    private int left;
    private boolean over;

    public OpenRequest(URI server, String path, String... headers) throws IOException {
        socket = new Socket(server.getHost(), server.getPort());
        // A server that does not answer fails the test instead of holding it up.
        socket.setSoTimeout(60_000);
        out = socket.getOutputStream();
        in = new BufferedInputStream(socket.getInputStream());
        var head = new StringBuilder("POST " + path + " HTTP/1.1\r\n");
        head.append("Host: ").append(server.getAuthority()).append("\r\n");
        head.append("Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n");
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        out.write(head.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII));
    }

    /** Sends this much of the body. */
    public void send(String piece) throws IOException {
        byte[] bytes = piece.getBytes(StandardCharsets.UTF_8);
        out.write((Integer.toHexString(bytes.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
        out.write(bytes);
        out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    /** The body is whole. */
    public void end() throws IOException {
        out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    /** Waits for so many lines of the answer. */
    public List<String> lines(int count) throws IOException {
        List<String> lines = new ArrayList<>();
        while (lines.size() < count) {
            String line = line();
            if (line == null) {
                throw new EOFException("the answer ended after " + lines);
            }
            lines.add(line);
        }
        return lines;
    }

    /** All that is left of the answer. */
    public List<String> rest() throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line = line(); line != null; line = line()) {
            lines.add(line);
        }
        return lines;
    }

    private String line() throws IOException {
        if (!headRead) {
            headRead = true;
            String status = rawLine();
            if (!status.startsWith("HTTP/1.1 202")) {
                throw new IOException(status);
            }
            while (!rawLine().isEmpty()) {
                // The headers.
            }
        }
        var line = new ByteArrayOutputStream();
        for (int b = next(); b != '\n'; b = next()) {
            if (b < 0) {
                return null;
            }
            line.write(b);
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    /** The next byte of the content, which comes in chunks. */
    private int next() throws IOException {
        if (left == 0 && !over) {
            left = Integer.parseInt(rawLine().split(";")[0], 16);
            over = left == 0;
        }
        if (over) {
            return -1;
        }
        int b = in.read();
        if (--left == 0) {
            rawLine();
        }
        return b;
    }

    private String rawLine() throws IOException {
        var line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("the connection ended");
            }
            line.write(b);
        }
        return line.toString(StandardCharsets.US_ASCII).strip();
    }

    /** Hangs up, in the middle of whatever it is. */
    @Override
    public void close() throws IOException {
        socket.close();
    }
}
