package dev.kiln.dashboard;

import dev.kiln.access.Callers;
import dev.kiln.access.Requires;
import dev.kiln.access.Right;
import dev.kiln.job.JobId;
import dev.kiln.job.JobState;
import dev.kiln.problem.ProblemException;
import dev.kiln.problem.ProblemType;
import dev.kiln.store.DemandStore;
import dev.kiln.store.HistoryReader;
import dev.kiln.store.JobDetailsReader;
import dev.kiln.store.JobReader;
import dev.kiln.store.StoreUnavailable;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Response;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jspecify.annotations.Nullable;

/** One job. */
@Path("/ui/jobs/{id}")
@RunOnVirtualThread
@Requires(Right.READ)
public class JobResource {
    private static final int MOST_ATTEMPTS = 100;

    private final JobReader jobs;
    private final JobDetailsReader details;
    private final HistoryReader history;
    private final DemandStore demands;
    private final Frames frames;
    private final Callers callers;

    JobResource(
            JobReader jobs,
            JobDetailsReader details,
            HistoryReader history,
            DemandStore demands,
            Frames frames,
            Callers callers) {
        this.jobs = jobs;
        this.details = details;
        this.history = history;
        this.demands = demands;
        this.frames = frames;
        this.callers = callers;
    }

    /** The job's page. */
    @GET
    public Response job(@PathParam("id") String id) {
        var job = view(id);
        return Html.ok(Pages.job(frames.frame("Job " + job.id(), "jobs"), job));
    }

    /** What of the page changes with the job, to be put in the place of what was there. */
    @GET
    @Path("detail")
    public Response detail(@PathParam("id") String id) {
        return Html.ok(Pages.job$detail(view(id)));
    }

    private JobView view(String text) {
        JobId id = id(text);
        var job = jobs.find(id).orElseThrow(() -> unknown(id));
        var known = details.find(id, JobView.MOST_SHOWN).orElseThrow(() -> unknown(id));
        @Nullable String waitingFor =
                job.state() instanceof JobState.Queued ? demands.unmet(id).orElse(null) : null;
        return JobView.of(
                job,
                known,
                history.newest(id, MOST_ATTEMPTS),
                waitingFor,
                callers.current().may(Right.SUBMIT));
    }

    private static JobId id(String text) {
        try {
            return JobId.parse(text);
        } catch (IllegalArgumentException noUuid) {
            throw new ProblemException(
                    ProblemType.INVALID_REQUEST,
                    "a job's id is a UUID in its form of 36 characters");
        }
    }

    private static ProblemException unknown(JobId id) {
        return new ProblemException(ProblemType.UNKNOWN_JOB, "no job has the id " + id);
    }

    @ServerExceptionMapper
    Response unavailable(StoreUnavailable e) {
        return Unavailable.answer(e);
    }
}
