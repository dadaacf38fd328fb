package dev.kiln.intake;

import dev.kiln.access.Requires;
import dev.kiln.access.Right;
import dev.kiln.job.Context;
import dev.kiln.job.JobId;
import dev.kiln.job.TraceParent;
import dev.kiln.log.Transition;
import dev.kiln.metrics.JobMeters;
import dev.kiln.metrics.JobMeters.Submitted;
import dev.kiln.poll.JobDocument;
import dev.kiln.poll.LongPoll;
import dev.kiln.poll.WaitTime;
import dev.kiln.problem.ProblemException;
import dev.kiln.problem.ProblemType;
import dev.kiln.store.RerunStore;
import dev.kiln.store.StoreUnavailable;
import dev.kiln.tracing.Step;
import dev.kiln.tracing.Tracing;
import dev.kiln.wire.WireJson;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jspecify.annotations.Nullable;

/** The HTTP door for running once more what has run before. */
@Path("/v1/jobs/{id:[^/:]+}:rerun")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "submit")
@Requires(value = Right.SUBMIT, queues = true, audit = "job.rerun")
public class RerunResource {
    private static final Logger LOG = Logger.getLogger(RerunResource.class);

    private final RerunStore store;
    private final SubmissionReader policy;
    private final LongPoll jobs;
    private final QueueGauge gauge;
    private final Tracing tracing;
    private final JobMeters meters;

    RerunResource(
            RerunStore store,
            SubmissionReader policy,
            LongPoll jobs,
            QueueGauge gauge,
            Tracing tracing,
            JobMeters meters) {
        this.store = store;
        this.policy = policy;
        this.jobs = jobs;
        this.gauge = gauge;
        this.tracing = tracing;
        this.meters = meters;
    }

    /** Makes a new job of the same submission, and waits for its end where that was asked for. */
    @POST
    @Operation(
            summary = "Run a job's submission once more",
            description =
                    "A new job with an id of its own and rerun_of; of a job that has ended. It starts at once and has no deadline."
                            + " With wait a job that ends in that time is answered as GET /v1/jobs/{id} would.")
    @APIResponse(responseCode = "202", description = "A new job; Location is where to poll it")
    @APIResponse(
            responseCode = "200",
            description = "With wait: it has ended, this is its document")
    @APIResponse(
            responseCode = "400",
            description =
                    "The id is no UUID, wait is out of bounds, or the policy no longer allows the job's limits or needs")
    @APIResponse(responseCode = "404", description = "There is no such job")
    @APIResponse(responseCode = "409", description = "The job has not ended")
    @APIResponse(responseCode = "410", description = "The context that it read is gone")
    @APIResponse(
            responseCode = "429",
            description =
                    "As many jobs are queued as the site takes; Retry-After says when to ask again")
    public Response rerun(
            @PathParam("id") String text,
            @Parameter(
                            description = WaitTime.DESCRIPTION,
                            schema =
                                    @Schema(
                                            type = SchemaType.NUMBER,
                                            minimum = "0",
                                            maximum = "60"))
                    @QueryParam(WaitTime.NAME)
                    @Nullable String wait)
            throws InterruptedException {
        JobId id = CancelResource.id(text);
        var atMost = WaitTime.parse(wait);
        if (gauge.full()) {
            return Refusals.queueFull();
        }
        var old = store.find(id).orElseThrow(() -> unknown(id));
        var errors = policy.objections(old.limits(), old.needs());
        if (old.ended() && !errors.isEmpty()) {
            throw Refusals.invalid(errors);
        }
        JobId fresh = JobId.next(Instant.now());
        var outcome = store.rerun(id, fresh, trace(old));
        tell(id, fresh, outcome);
        return switch (outcome) {
            case QUEUED -> {
                Step.current().of(fresh).state("QUEUED").cause("rerun");
                yield answer(id, fresh, atMost);
            }
            case UNKNOWN -> throw unknown(id);
            case NOT_ENDED ->
                    throw new ProblemException(
                            ProblemType.JOB_NOT_ENDED,
                            "job %s has not ended: wait for its end with GET /v1/jobs/%s?wait=60, or cancel it, then ask again"
                                    .formatted(id, id));
            case CONTEXT_GONE -> throw gone(id, Objects.requireNonNull(old.context()));
        };
    }

    /** The request's, which refers to that of the old job. */
    private @Nullable TraceParent trace(RerunStore.Old old) {
        var here = tracing.here();
        if (here != null && old.trace() != null) {
            Step.current().linkTo(old.trace());
        }
        return here;
    }

    /** It is a submission like any other, of what is here already. */
    private void tell(JobId old, JobId fresh, RerunStore.Outcome outcome) {
        boolean queued = outcome == RerunStore.Outcome.QUEUED;
        meters.submitted(queued ? Submitted.ACCEPTED : Submitted.REFUSED, 1);
        if (queued) {
            Transition.of(fresh).states(null, "QUEUED").outcome("rerun").log(LOG, "of " + old);
        } else {
            LOG.infof("jobId=%s outcome=rerun refused: %s", old, outcome);
        }
    }

    private Response answer(JobId old, JobId fresh, Duration atMost) throws InterruptedException {
        if (atMost.isPositive()) {
            var job = jobs.findNew(fresh, atMost);
            if (job.isPresent() && job.get().state().terminal()) {
                return located(Response.Status.OK, fresh)
                        .entity(WireJson.bytes(JobDocument.of(job.get())))
                        .build();
            }
        }
        var json =
                WireJson.object()
                        .put("id", fresh.toString())
                        .put("state", "QUEUED")
                        .put("rerun_of", old.toString());
        return located(Response.Status.ACCEPTED, fresh).entity(WireJson.bytes(json)).build();
    }

    private static Response.ResponseBuilder located(Response.Status status, JobId id) {
        return Response.status(status)
                .header(HttpHeaders.LOCATION, "/v1/jobs/" + id)
                .type(MediaType.APPLICATION_JSON);
    }

    private static ProblemException unknown(JobId id) {
        return new ProblemException(ProblemType.UNKNOWN_JOB, "no job has the id " + id);
    }

    private static ProblemException gone(JobId id, Context.Uploaded context) {
        return new ProblemException(
                ProblemType.CONTEXT_GONE,
                "the context that job %s read is no longer kept: upload it again with PUT /v1/contexts/%s?tenant=%s, then ask again"
                        .formatted(id, context.sha256(), context.tenant()));
    }

    @ServerExceptionMapper
    Response unavailable(StoreUnavailable e) {
        return Refusals.unavailable(e);
    }
}
