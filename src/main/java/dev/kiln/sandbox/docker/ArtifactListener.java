package dev.kiln.sandbox.docker;

import java.nio.ByteBuffer;

/** What a runner says of the files that a program left behind, once the program has ended. */
interface ArtifactListener {
    /** A file begins; its path as the bytes that name it. */
    void onFile(ByteBuffer path) throws MalformedReport;

    /** The next of its bytes; to be copied before returning. */
    void onFileBytes(ByteBuffer bytes) throws MalformedReport;

    /** It is over: 0, or why it does not count. */
    void onFileEnd(int reason) throws MalformedReport;

    /** A file that is left out. */
    void onLeftOut(int reason, ByteBuffer path) throws MalformedReport;

    /**
     * There are no more.
     *
     * @param matched a bit for each pattern that stood for anything
     * @param omitted how many files were left out, told or not
     * @param everywhere whether all was looked at
     */
    void onCollected(long matched, long omitted, boolean everywhere) throws MalformedReport;
}
