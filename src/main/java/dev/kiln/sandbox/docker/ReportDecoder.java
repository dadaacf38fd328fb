package dev.kiln.sandbox.docker;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.temporal.ChronoUnit;

/**
 * Takes the runner's frames apart. Not a byte is trusted: an unknown type, a wrong length, a frame
 * out of turn ends the conversation. Holds one small frame at most; output goes through as it
 * comes, so that a kill in the middle of a frame loses nothing of it. Used by one thread.
 */
final class ReportDecoder {
    /** The most bytes of output in one frame. */
    static final int MAX_OUTPUT = 64 << 10;

    private static final int MAX_HELLO = 1024;

    /** A pattern may be missing without a name to it, but a file has one. */
    private static final int LEAST_PATH = 1;

    private enum Stage {
        SILENT,
        READY,
        COMPILING,
        COMPILED,
        STARTED,
        ENDED,
        OVER
    }

    private final ReportListener listener;
    private final ByteBuffer head = ByteBuffer.allocate(5);
    private ByteBuffer small = ByteBuffer.allocate(0);
    private Stage stage = Stage.SILENT;
    private char type;
    private int outputLeft;

    ReportDecoder(ReportListener listener) {
        this.listener = listener;
    }

    /** Takes all bytes that remain in the buffer. */
    void feed(ByteBuffer bytes) throws MalformedReport {
        while (bytes.hasRemaining()) {
            if (outputLeft > 0) {
                passOn(bytes);
            } else if (head.hasRemaining()) {
                move(bytes, head);
                if (!head.hasRemaining()) {
                    open();
                }
            } else {
                move(bytes, small);
                finishSmall();
            }
        }
    }

    private void passOn(ByteBuffer bytes) throws MalformedReport {
        int n = Math.min(outputLeft, bytes.remaining());
        passOn(type, bytes.slice(bytes.position(), n));
        bytes.position(bytes.position() + n);
        outputLeft -= n;
        if (outputLeft == 0) {
            head.clear();
        }
    }

    private void passOn(char of, ByteBuffer part) throws MalformedReport {
        if (of == 'b') {
            listener.artifacts().onFileBytes(part);
        } else if (stage == Stage.COMPILING) {
            listener.onCompilerOutput(part);
        } else {
            listener.onOutput(of == 'E', part);
        }
    }

    private static void move(ByteBuffer from, ByteBuffer to) {
        int n = Math.min(from.remaining(), to.remaining());
        to.put(from.slice(from.position(), n));
        from.position(from.position() + n);
    }

    private void open() throws MalformedReport {
        type = (char) (head.get(0) & 0xff);
        int length = head.getInt(1);
        expect(mayCome(), "out of turn");
        switch (type) {
            case 'R' -> openSmall(length, 6, MAX_HELLO);
            case 'W' -> openSmall(length, 1, 1);
            case 'B', 'S' -> openSmall(length, 4, 4);
            case 'F' -> openSmall(length, 5, 5);
            case 'O', 'E', 'b' -> {
                expect(length > 0 && length <= MAX_OUTPUT, "of length " + length);
                outputLeft = length;
            }
            case 'C' -> openSmall(length, 16, 16);
            case 'X' -> openSmall(length, 44, 44);
            case 'A' -> openSmall(length, LEAST_PATH, ArtifactPath.MAX);
            case 'D' -> openSmall(length, 1, 1);
            case 'N' -> openSmall(length, 1, 1 + ArtifactPath.MAX);
            case 'Q' -> openSmall(length, 17, 17);
            case 'T' -> openSmall(length, 1, 1);
            default -> throw new MalformedReport("unknown frame type " + (int) type);
        }
    }

    private boolean mayCome() {
        return switch (type) {
            case 'R' -> stage == Stage.SILENT;
            case 'B', 'W' -> stage == Stage.READY;
            case 'S', 'F' -> stage == Stage.READY || stage == Stage.COMPILED;
            case 'O', 'C', 'X' -> stage == Stage.STARTED || stage == Stage.COMPILING;
            case 'E' -> stage == Stage.STARTED;
            case 'A', 'b', 'D', 'N', 'Q' -> stage == Stage.ENDED;
            case 'T' -> stage != Stage.SILENT;
            default -> true;
        };
    }

    private void openSmall(int length, int least, int most) throws MalformedReport {
        expect(length >= least && length <= most, "of length " + length);
        small = ByteBuffer.allocate(length);
        finishSmall();
    }

    private void finishSmall() throws MalformedReport {
        if (small.hasRemaining()) {
            return;
        }
        head.clear();
        small.flip();
        switch (type) {
            case 'R' -> ready();
            case 'W' -> {
                int word = small.get();
                expect(word == 0 || word == 1, "with neither yes nor no");
                listener.onPrepared(word == 1);
            }
            case 'B' -> {
                stage = Stage.COMPILING;
                listener.onCompiling(held());
            }
            case 'S' -> {
                stage = Stage.STARTED;
                listener.onStarted(held());
            }
            case 'F' -> {
                stage = Stage.OVER;
                listener.onFailed(small.get() & 0xff, small.getInt());
            }
            case 'C' -> counted(count(), count());
            case 'X' -> ended();
            case 'A' -> listener.artifacts().onFile(small);
            case 'D' -> listener.artifacts().onFileEnd(small.get() & 0xff);
            case 'N' -> listener.artifacts().onLeftOut(small.get() & 0xff, small);
            case 'Q' -> collected();
            case 'T' -> {
                stage = Stage.OVER;
                listener.onTold(small.get() & 0xff);
            }
            default -> throw new IllegalStateException("no small frame: " + type);
        }
    }

    /** How long the runner kept this for company. */
    private Duration held() {
        return Duration.of(small.getInt() & 0xffff_ffffL, ChronoUnit.MICROS);
    }

    private void ready() throws MalformedReport {
        int protocol = small.getShort() & 0xffff;
        if (protocol != RunnerSpec.PROTOCOL) {
            throw new MalformedReport(
                    "the runner speaks protocol "
                            + protocol
                            + ", this worker "
                            + RunnerSpec.PROTOCOL);
        }
        var hello = new RunnerHello(text(), text());
        expect(!small.hasRemaining(), "with bytes left over");
        stage = Stage.READY;
        listener.onReady(hello);
    }

    private void counted(long stdout, long stderr) throws MalformedReport {
        if (stage == Stage.COMPILING) {
            expect(stderr == 0, "with a second stream of the compiler");
            listener.onCompilerProduced(stdout);
        } else {
            listener.onProduced(stdout, stderr);
        }
    }

    private void ended() throws MalformedReport {
        int status = small.getInt();
        var wall = Duration.ofNanos(count());
        var cpu = Duration.ofNanos(Math.multiplyExact(1000L, micros() + micros()));
        var report = new RunnerReport(status, wall, cpu, count(), count());
        if (stage == Stage.COMPILING) {
            expect(report.stderrProduced() == 0, "with a second stream of the compiler");
            stage = report.succeeded() ? Stage.COMPILED : Stage.OVER;
            listener.onCompiled(report);
        } else {
            stage = Stage.ENDED;
            listener.onEnded(report);
        }
    }

    private void collected() throws MalformedReport {
        long matched = small.getLong();
        long omitted = count();
        int everywhere = small.get();
        expect(everywhere == 0 || everywhere == 1, "with neither yes nor no");
        stage = Stage.OVER;
        listener.artifacts().onCollected(matched, omitted, everywhere == 1);
        listener.onCollected();
    }

    private String text() throws MalformedReport {
        expect(small.remaining() >= 2, "cut short");
        int length = small.getShort() & 0xffff;
        expect(length <= small.remaining(), "cut short");
        byte[] bytes = new byte[length];
        small.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private long count() throws MalformedReport {
        long value = small.getLong();
        expect(value >= 0, "with a negative count");
        return value;
    }

    /** Bounded so that a sum in nanoseconds fits. */
    private long micros() throws MalformedReport {
        long value = count();
        expect(value < Long.MAX_VALUE / 2000, "with an absurd time");
        return value;
    }

    private void expect(boolean condition, String trouble) throws MalformedReport {
        if (!condition) {
            throw new MalformedReport("frame " + type + " " + trouble);
        }
    }
}
