package dev.kiln.context;

import dev.kiln.access.Requires;
import dev.kiln.access.Right;
import dev.kiln.intake.ByteSize;
import dev.kiln.intake.PolicyConfig;
import dev.kiln.intake.TenantName;
import dev.kiln.job.Context;
import dev.kiln.problem.Problem;
import dev.kiln.problem.ProblemException;
import dev.kiln.problem.ProblemType;
import dev.kiln.store.ContextStore;
import dev.kiln.store.StoreUnavailable;
import dev.kiln.wire.WireJson;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.util.OptionalLong;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jspecify.annotations.Nullable;

/**
 * Takes contexts that many jobs will read, and says whether a tenant has one. What another tenant
 * has changes no answer.
 */
@Path("/v1/contexts/{sha256}")
@RunOnVirtualThread
@Tag(name = "contexts")
@Requires(Right.SUBMIT)
public class ContextResource {
    private static final Logger LOG = Logger.getLogger(ContextResource.class);

    private final ContextStore store;
    private final ByteSize max;
    private final ByteSize quota;

    ContextResource(ContextStore store, PolicyConfig policy, ContextConfig config) {
        this.store = store;
        this.max = policy.contextMax();
        this.quota = config.quota();
    }

    /** Takes a context; the same again changes nothing but the time for which it is kept. */
    @PUT
    @Consumes(MediaType.WILDCARD)
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(
            summary = "Upload a context",
            description =
                    "The body is the file that jobs of this tenant find as /mnt/context when they name its SHA-256.")
    @APIResponse(responseCode = "201", description = "It is durable now")
    @APIResponse(responseCode = "200", description = "It was there already")
    @APIResponse(responseCode = "400", description = "The hash or the tenant's name is none")
    @APIResponse(
            responseCode = "413",
            description = "It is too large, or the tenant's are together")
    @APIResponse(responseCode = "422", description = "The body has another hash")
    public Response put(
            @PathParam("sha256") String hash,
            @QueryParam("tenant") @Nullable String tenant,
            InputStream body)
            throws IOException {
        var context = context(hash, tenant);
        try (var upload = Upload.receive(body, context.sha256(), max);
                var content = upload.open()) {
            return switch (store.store(context, content, upload.bytes(), quota.bytes())) {
                case STORED -> answer(Response.Status.CREATED, context, upload.bytes());
                case KNOWN -> answer(Response.Status.OK, context, upload.bytes());
                case OVER_QUOTA ->
                        throw new ProblemException(
                                ProblemType.TOO_LARGE,
                                "with it the contexts of tenant %s would have more than %s together, the limit: wait until those that are not used expire"
                                        .formatted(context.tenant(), quota));
            };
        }
    }

    /** Whether the tenant has it. */
    @HEAD
    @Requires(Right.READ)
    @Operation(summary = "Ask for a context")
    @APIResponse(responseCode = "200", description = "It is there")
    @APIResponse(responseCode = "404", description = "This tenant has no such context")
    public Response head(
            @PathParam("sha256") String hash, @QueryParam("tenant") @Nullable String tenant) {
        OptionalLong size = store.size(context(hash, tenant));
        return size.isPresent()
                ? Response.ok().header(HttpHeaders.CONTENT_LENGTH, size.getAsLong()).build()
                : Response.status(Response.Status.NOT_FOUND).build();
    }

    private static Context.Uploaded context(String hash, @Nullable String tenant) {
        if (!Context.Uploaded.isSha256(hash)) {
            throw new ProblemException(
                    ProblemType.INVALID_REQUEST,
                    "a context's address ends in its SHA-256: 64 hexadecimal digits in lower case");
        }
        if (tenant != null && !TenantName.isName(tenant)) {
            throw new ProblemException(
                    ProblemType.INVALID_REQUEST, "the query's tenant " + TenantName.RULE);
        }
        return new Context.Uploaded(tenant == null ? TenantName.DEFAULT : tenant, hash);
    }

    private static Response answer(Response.Status status, Context.Uploaded context, long bytes) {
        var json =
                WireJson.object()
                        .put("sha256", context.sha256())
                        .put("bytes", bytes)
                        .put("tenant", context.tenant());
        return Response.status(status)
                .type(MediaType.APPLICATION_JSON)
                .entity(WireJson.bytes(json))
                .build();
    }

    @ServerExceptionMapper
    Response unavailable(StoreUnavailable e) {
        LOG.warnf("outcome=context not taken: %s", e.getMessage());
        return Problem.unavailable(
                "the database cannot be reached: send the same request again later");
    }
}
