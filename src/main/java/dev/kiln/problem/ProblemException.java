package dev.kiln.problem;

import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;

/** Ends a request with a problem document. */
public final class ProblemException extends WebApplicationException {
    private final transient Problem problem;

    public ProblemException(Problem problem) {
        // Without the document: an exception that brings an answer is not given to any mapper, and
        // so
        // to no Refinement.
        super(problem.detail(), Response.status(problem.status()).build());
        this.problem = problem;
    }

    /** A problem of a known type. */
    public ProblemException(ProblemType type, String detail) {
        this(Problem.of(type, detail));
    }

    public Problem problem() {
        return problem;
    }
}
