package dev.kiln.sandbox.docker;

import java.nio.ByteBuffer;
import java.time.Duration;

/** What a runner says, in the order it may say it. Called on one thread; must not block. */
interface ReportListener {
    /** The runner waits for its spec. */
    void onReady(RunnerHello hello);

    /** An interpreter waits for the program; or, when not, there is none (any more). */
    void onPrepared(boolean waits);

    /** The compiler runs, since so long. */
    void onCompiling(Duration ago);

    /**
     * The compiler wrote this on either of its streams; to be copied before returning.
     *
     * @throws MalformedReport when that is more than the runner was told to pass on
     */
    void onCompilerOutput(ByteBuffer bytes) throws MalformedReport;

    /** The compiler wrote so many bytes up to now, passed on or not. */
    void onCompilerProduced(long bytes);

    /** The compiler has ended; the program will be started if its status was 0. */
    void onCompiled(RunnerReport report) throws MalformedReport;

    /** The program runs, since so long. */
    void onStarted(Duration ago);

    /** The compiler or the program could not be started: at which stage, and why (Linux errno). */
    void onFailed(int stage, int errno);

    /**
     * The program wrote this; to be copied before returning.
     *
     * @throws MalformedReport when that is more than the runner was told to pass on
     */
    void onOutput(boolean stderr, ByteBuffer bytes) throws MalformedReport;

    /** So many bytes were written up to now, passed on or not. */
    void onProduced(long stdout, long stderr);

    /** The program has ended and all of its output was passed on. */
    void onEnded(RunnerReport report) throws MalformedReport;

    /** Who hears of the files that it left behind, after its end. */
    ArtifactListener artifacts();

    /** Nothing more will be said of them. */
    void onCollected();

    /** Somebody other than the worker told the sandbox to stop. */
    void onTold(int signal);
}
