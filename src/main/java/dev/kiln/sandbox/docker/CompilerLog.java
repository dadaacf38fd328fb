package dev.kiln.sandbox.docker;

import dev.kiln.job.CapturedStream;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What has been heard of a compile step so far. Like those of the {@link Conversation} it is part
 * of, each future completes once, also when the channel closes.
 */
final class CompilerLog {
    private final CompletableFuture<Conversation.@Nullable Started> started =
            new CompletableFuture<>();
    private final CompletableFuture<@Nullable RunnerReport> ended = new CompletableFuture<>();
    private volatile OutputCollector output = new OutputCollector(0);

    /** Sets how much the runner was told to pass on; before the spec is sent. */
    void expectOutput(long capBytes) {
        output = new OutputCollector(capBytes);
    }

    /** The start of the compiler; null when it came to an end before, or there is none. */
    CompletableFuture<Conversation.@Nullable Started> started() {
        return started;
    }

    /** The runner's word on its end; null when the channel closed before. */
    CompletableFuture<@Nullable RunnerReport> ended() {
        return ended;
    }

    OutputCollector output() {
        return output;
    }

    CapturedStream captured() {
        return output.captured();
    }

    void end(RunnerReport report) throws MalformedReport {
        output.ended(report.stdoutProduced());
        ended.complete(report);
    }

    /** Nothing more will come. */
    void over() {
        started.complete(null);
        ended.complete(null);
    }
}
