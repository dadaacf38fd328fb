package dev.kiln.store;

import dev.kiln.job.Lease;
import dev.kiln.job.ProgramStream;

/**
 * A piece of what a running program wrote.
 *
 * @param lease under which it runs
 * @param stream where it wrote this
 * @param offset of its first byte in that stream, from 0
 * @param bytes not empty; not copied
 */
public record LiveChunk(Lease lease, ProgramStream stream, long offset, byte[] bytes) {
    public LiveChunk {
        if (offset < 0 || bytes.length == 0) {
            throw new IllegalArgumentException(
                    "a piece has bytes and a place: %d bytes at %d"
                            .formatted(bytes.length, offset));
        }
    }
}
