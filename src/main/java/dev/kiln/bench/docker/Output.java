package dev.kiln.bench.docker;

import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.StreamType;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The standard output of a container, as the engine sends it. */
final class Output implements Closeable {

    private final Duration limit;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final ResultCallback.Adapter<Frame> frames =
            new ResultCallback.Adapter<>() {
                @Override
                public void onNext(Frame frame) {
                    if (frame.getStreamType() == StreamType.STDOUT) {
                        // At once: full frames share one buffer.
                        bytes.writeBytes(frame.getPayload());
                    }
                }
            };

    /** Waits no longer than this for the stream to begin, and for it to end. */
    Output(Duration limit) {
        this.limit = limit;
    }

    ResultCallback.Adapter<Frame> frames() {
        return frames;
    }

    /** Waits until the engine has begun to send. */
    void awaitBegin() throws InterruptedException {
        if (!frames.awaitStarted(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            throw late("begin");
        }
    }

    /** Waits for the stream's end, and gives all of it. */
    String toEnd() throws InterruptedException {
        try {
            if (!frames.awaitCompletion(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw late("end");
            }
        } catch (RuntimeException broken) {
            throw broken instanceof BaselineException ours
                    ? ours
                    : new BaselineException(
                            "the Docker Engine broke off a container's output (%s): look at its log (journalctl -u docker)"
                                    .formatted(broken.getMessage()),
                            broken);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private BaselineException late(String what) {
        return new BaselineException(
                "a container's output did not %s within %d s: look at the Docker Engine's log (journalctl -u docker)"
                        .formatted(what, limit.toSeconds()));
    }

    @Override
    public void close() {
        try {
            frames.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
