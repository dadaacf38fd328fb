package dev.kiln.sandbox.docker;

import dev.kiln.job.ArtifactRequest;
import dev.kiln.job.Artifacts;
import dev.kiln.job.CapturedStream;
import dev.kiln.job.ProgramStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What has been heard from one runner so far. Each future completes once, also when the channel
 * closes: nobody waits for a word that can no longer come.
 */
final class Conversation implements ReportListener {
    /** How the talking ended. */
    sealed interface End {
        /** The program ended and the runner said how. */
        record Reported(RunnerReport report) implements End {}

        /** The compiler ended, and there is no program to start. */
        record NotCompiled(RunnerReport report) implements End {}

        /** The program, or its compiler, could not be started. */
        record NotStarted(int stage, int errno) implements End {}

        /** The compiler succeeded, and what it left could not be started. */
        record NotRunnable(int stage, int errno) implements End {}

        /** Somebody outside told the sandbox to stop. */
        record Told(int signal) implements End {}

        /** The channel closed without a last word. */
        record Silent() implements End {}

        /** What came cannot be from our runner, or the engine's stream broke. */
        record Broken(String why) implements End {}
    }

    /** A moment on this host's monotonic clock. */
    record Started(long nanoTime) {
        /**
         * The most that is believed of a runner, which keeps a start for some milliseconds of a
         * sandbox that may get little processor time: what it says moves the program's deadline.
         */
        private static final Duration MOST = Duration.ofSeconds(1);

        /** So long before now. */
        static Started before(Duration ago) {
            Duration believed = ago.compareTo(MOST) < 0 ? ago : MOST;
            return new Started(System.nanoTime() - believed.toNanos());
        }
    }

    private final CompletableFuture<@Nullable RunnerHello> ready = new CompletableFuture<>();
    private final CompletableFuture<@Nullable Void> prepared = new CompletableFuture<>();
    private final CompletableFuture<@Nullable Started> started = new CompletableFuture<>();
    private final CompletableFuture<End> end = new CompletableFuture<>();
    private final CompletableFuture<@Nullable Void> collected = new CompletableFuture<>();
    private volatile ArtifactCollector artifacts = new ArtifactCollector(ArtifactRequest.NONE);
    private final CompilerLog compiler = new CompilerLog();
    private volatile OutputCollector stdout = new OutputCollector(0);
    private volatile OutputCollector stderr = new OutputCollector(0);

    /** Sets how much the runner was told to pass on of each stream; before the spec is sent. */
    void expectOutput(long capBytes) {
        stdout = new OutputCollector(capBytes);
        stderr = new OutputCollector(capBytes);
    }

    /** Sets what the runner was told to bring out; before the spec is sent. */
    void expectArtifacts(ArtifactRequest request) {
        artifacts = new ArtifactCollector(request);
    }

    /** The runner's greeting; null when it ended before. */
    CompletableFuture<@Nullable RunnerHello> ready() {
        return ready;
    }

    /**
     * Something was said of the interpreter that was to be started ahead, if only that there is
     * none: the program is started either way.
     */
    CompletableFuture<@Nullable Void> prepared() {
        return prepared;
    }

    /** The start of the program; null when it came to an end before. */
    CompletableFuture<@Nullable Started> started() {
        return started;
    }

    /** What was said of the compiler, before all that is said of the program. */
    CompilerLog compiler() {
        return compiler;
    }

    CompletableFuture<End> end() {
        return end;
    }

    /** The runner has brought out what there was, or can no longer. */
    CompletableFuture<@Nullable Void> collected() {
        return collected;
    }

    /** What was brought out. What comes later is no longer taken. */
    Artifacts broughtOut() {
        return artifacts.collected();
    }

    CapturedStream stdout() {
        return stdout.captured();
    }

    CapturedStream stderr() {
        return stderr.captured();
    }

    /** What was kept of the program's output so far, see {@link dev.kiln.sandbox.OutputTap}. */
    byte[] written(ProgramStream stream, long from, int most) {
        var output =
                switch (stream) {
                    case STDOUT -> stdout;
                    case STDERR -> stderr;
                };
        return output.read(from, most);
    }

    @Override
    public void onReady(RunnerHello hello) {
        ready.complete(hello);
    }

    @Override
    public void onPrepared(boolean waits) {
        prepared.complete(null);
    }

    @Override
    public void onCompiling(Duration ago) {
        compiler.started().complete(Started.before(ago));
    }

    @Override
    public void onCompilerOutput(ByteBuffer bytes) throws MalformedReport {
        compiler.output().add(bytes);
    }

    @Override
    public void onCompilerProduced(long bytes) {
        compiler.output().produced(bytes);
    }

    @Override
    public void onCompiled(RunnerReport report) throws MalformedReport {
        compiler.end(report);
        if (!report.succeeded()) {
            over(new End.NotCompiled(report));
        }
    }

    @Override
    public void onStarted(Duration ago) {
        started.complete(Started.before(ago));
    }

    @Override
    public void onFailed(int stage, int errno) {
        over(
                compiler.ended().isDone()
                        ? new End.NotRunnable(stage, errno)
                        : new End.NotStarted(stage, errno));
    }

    @Override
    public void onOutput(boolean onStderr, ByteBuffer bytes) throws MalformedReport {
        (onStderr ? stderr : stdout).add(bytes);
    }

    @Override
    public void onProduced(long onStdout, long onStderr) {
        stdout.produced(onStdout);
        stderr.produced(onStderr);
    }

    @Override
    public void onEnded(RunnerReport report) throws MalformedReport {
        stdout.ended(report.stdoutProduced());
        stderr.ended(report.stderrProduced());
        last(new End.Reported(report));
    }

    @Override
    public ArtifactListener artifacts() {
        return artifacts;
    }

    @Override
    public void onCollected() {
        collected.complete(null);
    }

    @Override
    public void onTold(int signal) {
        over(new End.Told(signal));
    }

    /** Nothing more will come, or nothing more is believed; the first end stands. */
    void over(End how) {
        last(how);
        collected.complete(null);
    }

    private void last(End how) {
        end.complete(how);
        started.complete(null);
        ready.complete(null);
        prepared.complete(null);
        compiler.over();
    }
}
