package dev.kiln.intake;

import dev.kiln.access.Requires;
import dev.kiln.access.Right;
import dev.kiln.job.JobId;
import dev.kiln.problem.ProblemException;
import dev.kiln.problem.ProblemType;
import dev.kiln.store.CancelStore;
import dev.kiln.store.StoreUnavailable;
import dev.kiln.wire.WireJson;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** The HTTP door for taking a job back. */
@Path("/v1/jobs/{id}")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "cancel and retry")
@Requires(value = Right.SUBMIT, audit = "job.cancel")
public class CancelResource {
    private static final Logger LOG = Logger.getLogger(CancelResource.class);

    private final Function<JobId, CancelStore.Outcome> store;

    @Inject
    CancelResource(CancelStore store) {
        this(store::cancel);
    }

    CancelResource(Function<JobId, CancelStore.Outcome> store) {
        this.store = store;
    }

    /** Cancels one job; to be repeated until there is an answer. */
    @DELETE
    @Operation(
            summary = "Cancel a job",
            description =
                    "A queued job is CANCELLED at once; a running one as soon as its program has been stopped, with the"
                            + " output so far as its result. Asking again changes nothing.")
    @APIResponse(
            responseCode = "200",
            description = "The job is CANCELLED",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(type = SchemaType.OBJECT)))
    @APIResponse(responseCode = "202", description = "The job runs and is being stopped: poll it")
    @APIResponse(responseCode = "400", description = "The id is no UUID")
    @APIResponse(responseCode = "404", description = "There is no such job")
    @APIResponse(
            responseCode = "409",
            description = "The job had come to another end before; detail names the state")
    public Response cancel(@PathParam("id") String text) {
        JobId id = id(text);
        var outcome = store.apply(id);
        LOG.infof("jobId=%s outcome=cancel: %s", id, outcome.getClass().getSimpleName());
        return switch (outcome) {
            case CancelStore.Outcome.Cancelled() -> answer(Response.Status.OK, id, "CANCELLED");
            case CancelStore.Outcome.Requested() -> answer(Response.Status.ACCEPTED, id, "RUNNING");
            case CancelStore.Outcome.Ended(String state) ->
                    throw new ProblemException(
                            ProblemType.JOB_ENDED,
                            "job %s is %s and can no longer be cancelled".formatted(id, state));
            case CancelStore.Outcome.Unknown(),
                    CancelStore.Outcome.OtherTenant(),
                    CancelStore.Outcome.Remembered() ->
                    throw new ProblemException(ProblemType.UNKNOWN_JOB, "no job has the id " + id);
        };
    }

    private static Response answer(Response.Status status, JobId id, String state) {
        var json = WireJson.object().put("id", id.toString()).put("state", state);
        return Response.status(status)
                .type(MediaType.APPLICATION_JSON)
                .entity(WireJson.bytes(json.put("cancel_requested", true)))
                .build();
    }

    static JobId id(String text) {
        try {
            return JobId.parse(text);
        } catch (IllegalArgumentException noUuid) {
            throw new ProblemException(
                    ProblemType.INVALID_REQUEST,
                    "a job's id is a UUID in its form of 36 characters");
        }
    }

    @ServerExceptionMapper
    Response unavailable(StoreUnavailable e) {
        return Refusals.unavailable(e);
    }
}
