package dev.kiln.problem;

import jakarta.ws.rs.WebApplicationException;

/** Ends a request with a problem document. */
public final class ProblemException extends WebApplicationException {
    private final transient Problem problem;

    public ProblemException(Problem problem) {
        super(problem.detail(), problem.response());
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
