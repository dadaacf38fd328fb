package dev.kiln.intake;

import dev.kiln.problem.ProblemException;
import dev.kiln.problem.ProblemType;
import java.io.IOException;
import java.io.InputStream;

/** Reads request bodies, and no more of them than allowed. */
final class BoundedBody {
    private BoundedBody() {}

    /**
     * All of the body.
     *
     * @throws ProblemException when it has more bytes than allowed; the rest is not read
     */
    static byte[] read(InputStream body, ByteSize max) throws IOException {
        byte[] bytes = body.readNBytes(Math.toIntExact(max.bytes() + 1));
        if (bytes.length > max.bytes()) {
            throw new ProblemException(
                    ProblemType.TOO_LARGE, "the body has more than %s, the limit".formatted(max));
        }
        return bytes;
    }
}
