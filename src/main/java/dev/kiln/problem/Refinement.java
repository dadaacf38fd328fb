package dev.kiln.problem;

import jakarta.ws.rs.core.UriInfo;

/** A bean that knows more about some problems than whoever met them. */
public interface Refinement {
    /**
     * The problem to answer with.
     *
     * @param problem what was met
     * @param uri the request's
     * @return the same one when there is no more to say
     */
    Problem refine(Problem problem, UriInfo uri);
}
