package dev.kiln.intake;

import dev.kiln.problem.Problem;
import dev.kiln.problem.ProblemException;
import dev.kiln.problem.ProblemType;
import dev.kiln.store.StoreUnavailable;
import dev.kiln.wire.FieldError;
import dev.kiln.wire.FieldErrors;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.jboss.logging.Logger;

/** How the doors say no. */
final class Refusals {
    static final FieldError CONFLICT =
            new FieldError(
                    "/id", "belongs to a job with another body: give a new job an id of its own");
    static final FieldError UNKNOWN_CONTEXT =
            new FieldError(
                    "/context/sha256",
                    "names no context that its tenant has here: send it with PUT /v1/contexts/{sha256}, then this again");
    static final FieldError OTHER_TENANT =
            new FieldError("/tenant", "is not the tenant of this job: nothing was cancelled");
    static final FieldError RETIRED =
            new FieldError(
                    "/id",
                    "is that of a job that was removed, its time to be kept being over: to run this again give it another id");
    static final FieldError TOO_OLD =
            new FieldError(
                    "",
                    "the record is older than Kiln remembers which jobs it had (kiln.retention.remember-ids): send it again, under another id if it may have run before");
    static final FieldError FOREIGN_TENANT =
            new FieldError(
                    "/tenant",
                    "is not the tenant that this key, or this topic, speaks for: leave it out");
    static final FieldError UNSTORABLE =
            new FieldError("", "the database refuses the content of this document");
    private static final Logger LOG = Logger.getLogger(Refusals.class);

    /** Queues drain in minutes: to ask every second would only add load. */
    private static final int RETRY_WHEN_FULL_SECONDS = 5;

    private Refusals() {}

    /** Ends a request whose document is no valid job. */
    static ProblemException invalid(List<FieldError> errors) {
        var type =
                errors.contains(FOREIGN_TENANT)
                        ? ProblemType.FOREIGN_TENANT
                        : ProblemType.INVALID_JOB;
        return new ProblemException(
                Problem.of(type, FieldErrors.inWords(errors), problems(errors)));
    }

    static List<Problem.FieldProblem> problems(List<FieldError> errors) {
        return errors.stream()
                .map(e -> new Problem.FieldProblem(e.pointer(), e.message()))
                .toList();
    }

    /** As many jobs wait as the site takes: nothing of the request was taken. */
    static Response queueFull() {
        var problem =
                Problem.of(
                        ProblemType.QUEUE_FULL,
                        "as many jobs are queued as this site takes (kiln.intake.max-queued): send the same request again later");
        return Response.fromResponse(problem.response())
                .header(HttpHeaders.RETRY_AFTER, RETRY_WHEN_FULL_SECONDS)
                .build();
    }

    /**
     * The database cannot be reached: the client's own copy is the only one, so it must know that
     * it was not taken.
     */
    static Response unavailable(StoreUnavailable e) {
        LOG.warnf("outcome=submission not taken: %s", e.getMessage());
        var problem =
                Problem.of(
                        ProblemType.UNAVAILABLE,
                        "the database cannot be reached: send the same request again later");
        return Response.fromResponse(problem.response()).header(HttpHeaders.RETRY_AFTER, 1).build();
    }
}
