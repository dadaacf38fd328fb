package dev.kiln.intake;

import dev.kiln.access.Requires;
import dev.kiln.access.Right;
import dev.kiln.job.Placement;
import dev.kiln.poll.BatchAddress;
import dev.kiln.problem.ProblemException;
import dev.kiln.problem.ProblemType;
import dev.kiln.store.BatchStore;
import dev.kiln.store.StoreUnavailable;
import dev.kiln.wire.WireJson;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.POST;
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

/** Says that a batch is whole. */
@Path("/v1/batches/{batch:[^/]+}:close")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "submit")
@Requires(value = Right.SUBMIT, audit = "batch.close")
public class CloseBatchResource {
    private static final Logger LOG = Logger.getLogger(CloseBatchResource.class);

    private final BatchStore store;

    CloseBatchResource(BatchStore store) {
        this.store = store;
    }

    /** Closes the batch, for good. */
    @POST
    @Operation(
            summary = "Close a batch",
            description =
                    "No more jobs join it, and it is complete once all it has have ended: then there is an event"
                            + " dev.kiln.batch.completed. To close it again changes nothing.")
    @APIResponse(
            responseCode = "200",
            description = "It is closed; since when, and since when it is complete",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(type = SchemaType.OBJECT)))
    @APIResponse(responseCode = "404", description = "No job of the tenant was ever in the batch")
    public Response close(
            @PathParam("batch") String batch,
            @Parameter(description = "Whose batch it is")
                    @QueryParam("tenant")
                    @DefaultValue(Placement.DEFAULT_TENANT)
                    String tenant) {
        BatchAddress.require(tenant, batch);
        var standing =
                store.close(tenant, batch)
                        .orElseThrow(
                                () ->
                                        new ProblemException(
                                                ProblemType.UNKNOWN_BATCH,
                                                "tenant %s has no job in a batch %s: name another tenant with ?tenant=NAME"
                                                        .formatted(tenant, batch)));
        LOG.infof("tenant=%s batch=%s outcome=closed", tenant, batch);
        var json =
                WireJson.object()
                        .put("batch", batch)
                        .put("tenant", tenant)
                        .put("size", standing.size())
                        .put("closed_at", WireJson.time(standing.closedAt()))
                        .put("completed_at", WireJson.time(standing.completedAt()));
        return Response.ok(WireJson.bytes(json), MediaType.APPLICATION_JSON).build();
    }

    @ServerExceptionMapper
    Response unavailable(StoreUnavailable e) {
        return Refusals.unavailable(e);
    }
}
