package dev.kiln.poll;

import dev.kiln.job.JobId;
import dev.kiln.objectstore.ObjectDamaged;
import dev.kiln.objectstore.ObjectStoreUnavailable;
import dev.kiln.objectstore.StoredBytes;
import dev.kiln.problem.Problem;
import dev.kiln.problem.ProblemException;
import dev.kiln.problem.ProblemType;
import dev.kiln.store.StoreUnavailable;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** What all answers about a job have in common. */
final class Polled {
    private static final Logger LOG = Logger.getLogger(Polled.class);

    private Polled() {}

    static JobId id(String text) {
        try {
            return JobId.parse(text);
        } catch (IllegalArgumentException noUuid) {
            throw new ProblemException(
                    ProblemType.INVALID_REQUEST,
                    "a job's id is a UUID in its form of 36 characters");
        }
    }

    static ProblemException unknown(JobId id) {
        return new ProblemException(ProblemType.UNKNOWN_JOB, "no job has the id " + id);
    }

    /** Bytes that someone else's program wrote: no browser may take them for a page of ours. */
    static Response.ResponseBuilder download(@Nullable Object bytes) {
        return Response.ok(bytes, MediaType.APPLICATION_OCTET_STREAM)
                .header("X-Content-Type-Options", "nosniff")
                .header("Content-Security-Policy", "sandbox; default-src 'none'")
                .header(HttpHeaders.CONTENT_DISPOSITION, "attachment");
    }

    /** As {@link #download}, of bytes that are in the object store. */
    static Response.ResponseBuilder download(StoredBytes bytes) {
        StreamingOutput body = bytes::copyTo;
        return download((Object) body).header(HttpHeaders.CONTENT_LENGTH, bytes.length());
    }

    /** Whether a header If-None-Match names the content with this tag. */
    static boolean known(@Nullable String ifNoneMatch, String tag) {
        return ifNoneMatch != null
                && (ifNoneMatch.strip().equals("*") || ifNoneMatch.contains(tag));
    }

    static Response unavailable(StoreUnavailable e) {
        LOG.warnf("outcome=poll not answered: %s", e.getMessage());
        return Problem.unavailable("the database cannot be reached: ask again later");
    }

    static Response unavailable(ObjectStoreUnavailable e) {
        LOG.warnf("outcome=poll not answered: the object store: %s", e.getMessage());
        return Problem.unavailable(
                "the object store that has these bytes cannot be reached: ask again later; the job's verdict is at /v1/jobs/{id}");
    }

    /** Not an empty content, which is something else. */
    static Response lost(ObjectDamaged e) {
        LOG.errorf("outcome=output lost: %s", e.getMessage());
        return Problem.of(
                        ProblemType.OUTPUT_LOST,
                        "these bytes were kept in the object store and are not there as they were put: tell the site's operator; the job's verdict stands")
                .response();
    }
}
