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
    static final FieldError UNSTORABLE =
            new FieldError("", "the database refuses the content of this document");
    private static final Logger LOG = Logger.getLogger(Refusals.class);

    private Refusals() {}

    /** Ends a request whose document is no valid job. */
    static ProblemException invalid(List<FieldError> errors) {
        return new ProblemException(
                Problem.of(ProblemType.INVALID_JOB, FieldErrors.inWords(errors), problems(errors)));
    }

    static List<Problem.FieldProblem> problems(List<FieldError> errors) {
        return errors.stream()
                .map(e -> new Problem.FieldProblem(e.pointer(), e.message()))
                .toList();
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
