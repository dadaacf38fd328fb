package dev.kiln.fleet;

import dev.kiln.access.Requires;
import dev.kiln.access.Right;
import dev.kiln.problem.Problem;
import dev.kiln.problem.ProblemException;
import dev.kiln.problem.ProblemType;
import dev.kiln.store.StoreUnavailable;
import dev.kiln.store.WorkerStore;
import dev.kiln.wire.WireJson;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Lists the workers, and keeps one from taking jobs. */
@Path("/v1/workers")
@RunOnVirtualThread
@Tag(name = "workers")
@Requires(Right.OPERATE)
public class WorkersResource {
    private static final Logger LOG = Logger.getLogger(WorkersResource.class);
    private static final String ID = "{id:[^/:]+}";

    private final WorkerStore workers;

    WorkersResource(WorkerStore workers) {
        this.workers = workers;
    }

    /** All workers that are alive, or were until lately. */
    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(summary = "List the workers, what each can run, and why it does not")
    @APIResponse(responseCode = "200", description = "All that are alive or died of late")
    public Response list() {
        return Response.ok(
                        WireJson.bytes(WorkerDocument.of(workers.list())),
                        MediaType.APPLICATION_JSON)
                .build();
    }

    /** Has a worker claim no more; what it runs goes on. */
    @POST
    @Path(ID + ":cordon")
    @Requires(value = Right.OPERATE, audit = "worker.cordon")
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(
            summary = "Have a worker take no more jobs",
            description = "Until it is uncordoned or ends; the jobs that it runs go on.")
    @APIResponse(responseCode = "200", description = "It takes none from now on")
    @APIResponse(responseCode = "404", description = "No worker of this id is alive")
    public Response cordon(@PathParam("id") String id) {
        return set(id, true);
    }

    /** Lets a worker claim again. */
    @POST
    @Path(ID + ":uncordon")
    @Requires(value = Right.OPERATE, audit = "worker.uncordon")
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(summary = "Have a cordoned worker take jobs again")
    @APIResponse(responseCode = "200", description = "It takes jobs again")
    @APIResponse(responseCode = "404", description = "No worker of this id is alive")
    public Response uncordon(@PathParam("id") String id) {
        return set(id, false);
    }

    private Response set(String id, boolean cordoned) {
        if (!workers.cordon(id, cordoned)) {
            throw new ProblemException(
                    ProblemType.UNKNOWN_WORKER,
                    "no worker of this id is alive: GET /v1/workers lists them");
        }
        LOG.infof("worker=%s outcome=%s", id, cordoned ? "cordoned" : "uncordoned");
        var answer = WireJson.object().put("id", id).put("cordoned", cordoned);
        return Response.ok(WireJson.bytes(answer), MediaType.APPLICATION_JSON).build();
    }

    @ServerExceptionMapper
    Response unavailable(StoreUnavailable e) {
        LOG.warnf("outcome=workers not answered: %s", e.getMessage());
        return Problem.unavailable("the database cannot be reached: ask again later");
    }
}
