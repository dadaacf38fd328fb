package dev.kiln.intake;

import dev.kiln.access.Requires;
import dev.kiln.access.Right;
import dev.kiln.job.Placement;
import dev.kiln.poll.BatchAddress;
import dev.kiln.store.CancelStore;
import dev.kiln.store.CancelStore.Outcome;
import dev.kiln.store.StoreUnavailable;
import dev.kiln.wire.WireJson;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Takes the jobs of a batch back. */
@Path("/v1/batches/{batch}")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "cancel and retry")
@Requires(value = Right.SUBMIT, audit = "batch.cancel")
public class CancelBatchResource {
    private static final Logger LOG = Logger.getLogger(CancelBatchResource.class);
    private static final int MOST = 1000;

    private final CancelStore store;

    CancelBatchResource(CancelStore store) {
        this.store = store;
    }

    /** Cancels those of its jobs that have not ended; to be repeated while there are more. */
    @DELETE
    @Operation(
            summary = "Cancel a batch",
            description =
                    "Each job of it that has not ended, as DELETE /v1/jobs/{id} would. At most 1000 a request: when more is"
                            + " true, send it again. Jobs that are submitted into the batch later run.")
    @APIResponse(
            responseCode = "200",
            description =
                    "How many are CANCELLED now, and how many run and are being stopped; none where all have ended",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(type = SchemaType.OBJECT)))
    public Response cancel(
            @PathParam("batch") String batch,
            @Parameter(description = "Whose batch it is")
                    @QueryParam("tenant")
                    @DefaultValue(Placement.DEFAULT_TENANT)
                    String tenant) {
        BatchAddress.require(tenant, batch);
        var outcomes = store.cancel(tenant, batch, MOST);
        long cancelled = outcomes.stream().filter(Outcome.Cancelled.class::isInstance).count();
        long requested = outcomes.stream().filter(Outcome.Requested.class::isInstance).count();
        LOG.infof(
                "tenant=%s batch=%s outcome=cancel: %d at once, %d are being stopped",
                tenant, batch, cancelled, requested);
        var json =
                WireJson.object()
                        .put("cancelled", cancelled)
                        .put("requested", requested)
                        .put("more", outcomes.size() == MOST);
        return Response.ok(WireJson.bytes(json), MediaType.APPLICATION_JSON).build();
    }

    @ServerExceptionMapper
    Response unavailable(StoreUnavailable e) {
        return Refusals.unavailable(e);
    }
}
