package dev.kiln.poll;

import dev.kiln.job.Placement;
import dev.kiln.problem.ProblemException;
import dev.kiln.problem.ProblemType;

/** Which batch an address names: a batch belongs to its tenant, and two may have one of a name. */
public final class BatchAddress {
    private BatchAddress() {}

    /**
     * Checks both names.
     *
     * @throws ProblemException when one of them can be nobody's
     */
    public static void require(String tenant, String batch) {
        requireName("the query's tenant", tenant);
        requireName("the batch's name in the address", batch);
    }

    private static void requireName(String what, String name) {
        if (!Placement.isName(name)) {
            throw new ProblemException(
                    ProblemType.INVALID_REQUEST, what + " " + Placement.NAME_RULE);
        }
    }
}
