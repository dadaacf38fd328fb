package dev.kiln.poll;

import dev.kiln.job.JobId;
import dev.kiln.problem.Problem;
import dev.kiln.problem.ProblemType;
import dev.kiln.problem.Refinement;
import dev.kiln.store.RetentionStore;
import dev.kiln.store.RetiredJob;
import dev.kiln.store.StoreUnavailable;
import dev.kiln.wire.WireJson;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.UriInfo;

/**
 * Tells a job that was removed from one that never was, wherever a job's id is in the address. Only
 * where no job was found, so that those that are there cost no look.
 */
@Singleton
class RemovedJobs implements Refinement {
    private final RetentionStore store;

    RemovedJobs(RetentionStore store) {
        this.store = store;
    }

    @Override
    public Problem refine(Problem problem, UriInfo uri) {
        String text = uri.getPathParameters().getFirst("id");
        boolean unknownJob =
                problem.type().equals(ProblemType.UNKNOWN_JOB.uri())
                        || problem.type().equals(ProblemType.UNKNOWN_ARTIFACT.uri());
        if (!unknownJob || text == null) {
            return problem;
        }
        try {
            return store.find(JobId.parse(text)).map(RemovedJobs::gone).orElse(problem);
        } catch (IllegalArgumentException noUuid) {
            return problem;
        } catch (StoreUnavailable e) {
            return Problem.of(
                    ProblemType.UNAVAILABLE, "the database cannot be reached: ask again later");
        }
    }

    private static Problem gone(RetiredJob job) {
        return Problem.of(
                ProblemType.JOB_REMOVED,
                "job %s was removed at %s: the time was over for which it was to be kept (ttl)"
                        .formatted(job.id(), WireJson.time(job.at())));
    }
}
