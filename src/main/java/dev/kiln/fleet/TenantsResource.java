package dev.kiln.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.access.Requires;
import dev.kiln.access.Right;
import dev.kiln.job.Placement;
import dev.kiln.problem.Problem;
import dev.kiln.problem.ProblemException;
import dev.kiln.problem.ProblemType;
import dev.kiln.store.StoreUnavailable;
import dev.kiln.store.TenantCapStore;
import dev.kiln.store.TenantCapStore.Cap;
import dev.kiln.wire.WireJson;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jspecify.annotations.Nullable;

/** How many jobs of a tenant may run at once. */
@Path("/v1/tenants")
@RunOnVirtualThread
@Tag(name = "tenants")
@Requires(Right.OPERATE)
public class TenantsResource {
    private static final Logger LOG = Logger.getLogger(TenantsResource.class);
    private static final String TENANT = "{tenant:[^/]+}";

    /** As many as any fleet has slots. */
    private static final int MOST = 1_000_000;

    private final TenantCapStore caps;

    TenantsResource(TenantCapStore caps) {
        this.caps = caps;
    }

    /** The tenants that may not run as many jobs as there are slots. */
    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(summary = "List the tenants of which only so many jobs may run at once")
    @APIResponse(responseCode = "200", description = "All of them, by name")
    public Response list() {
        var answer = WireJson.object();
        var tenants = answer.putArray("tenants");
        caps.all().forEach(cap -> tenants.add(document(cap)));
        return ok(answer);
    }

    /** Sets a cap. */
    @POST
    @Path(TENANT + ":cap")
    @Requires(value = Right.OPERATE, audit = "tenant.cap")
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(
            summary = "Have no more jobs of a tenant run at once than so many",
            description =
                    "Jobs that run go on, also when they are more; of those that wait none starts until fewer run.")
    @APIResponse(responseCode = "200", description = "It holds from now on")
    @APIResponse(responseCode = "400", description = "The name or the number is wrong")
    public Response cap(
            @PathParam("tenant") String tenant,
            @Parameter(description = "How many, 1 to 1,000,000") @QueryParam("max_running")
                    @Nullable String maxRunning) {
        var cap = new Cap(name(tenant), number(maxRunning));
        caps.set(cap);
        LOG.infof("tenant=%s outcome=capped max_running=%d", cap.tenant(), cap.maxRunning());
        return ok(document(cap));
    }

    /** Lifts a cap. */
    @POST
    @Path(TENANT + ":uncap")
    @Requires(value = Right.OPERATE, audit = "tenant.uncap")
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(summary = "Let as many jobs of a tenant run as there is room for")
    @APIResponse(responseCode = "200", description = "So it is from now on, or was before")
    @APIResponse(responseCode = "400", description = "The name is wrong")
    public Response uncap(@PathParam("tenant") String tenant) {
        if (caps.lift(name(tenant))) {
            LOG.infof("tenant=%s outcome=uncapped", tenant);
        }
        return ok(WireJson.object().put("tenant", tenant).putNull("max_running"));
    }

    private static ObjectNode document(Cap cap) {
        return WireJson.object().put("tenant", cap.tenant()).put("max_running", cap.maxRunning());
    }

    private static Response ok(JsonNode answer) {
        return Response.ok(WireJson.bytes(answer), MediaType.APPLICATION_JSON).build();
    }

    private static String name(String tenant) {
        if (!Placement.isName(tenant)) {
            throw new ProblemException(
                    ProblemType.INVALID_REQUEST, "the tenant's name " + Placement.NAME_RULE);
        }
        return tenant;
    }

    private static int number(@Nullable String text) {
        if (text == null || !text.matches("[0-9]{1,7}")) {
            throw wrong();
        }
        int number = Integer.parseInt(text);
        if (number < 1 || number > MOST) {
            throw wrong();
        }
        return number;
    }

    private static ProblemException wrong() {
        return new ProblemException(
                ProblemType.INVALID_REQUEST,
                "max_running must be a whole number from 1 to %d: how many of the tenant's jobs may run at once"
                        .formatted(MOST));
    }

    @ServerExceptionMapper
    Response unavailable(StoreUnavailable e) {
        LOG.warnf("outcome=tenants not answered: %s", e.getMessage());
        return Problem.unavailable("the database cannot be reached: ask again later");
    }
}
