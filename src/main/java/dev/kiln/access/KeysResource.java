package dev.kiln.access;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.job.Placement;
import dev.kiln.problem.ProblemException;
import dev.kiln.problem.ProblemType;
import dev.kiln.store.ApiKeyStore;
import dev.kiln.store.StoreUnavailable;
import dev.kiln.store.StoredKey;
import dev.kiln.wire.WireJson;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Objects;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jspecify.annotations.Nullable;

/** Makes, lists and revokes keys. */
@Path("/v1/keys")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Requires(Right.ADMIN)
@Tag(name = "access")
public class KeysResource {
    private static final Logger LOG = Logger.getLogger(KeysResource.class);
    private static final int MAX_BODY = 4096;
    private static final int PAGE = 1000;

    private final ApiKeyStore store;
    private final KeyRing ring;
    private final Callers callers;

    KeysResource(ApiKeyStore store, KeyRing ring, Callers callers) {
        this.store = store;
        this.ring = ring;
        this.callers = callers;
    }

    /** Makes a key, and tells it this once. */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            summary = "Make a key",
            description =
                    "For a tenant, or for all with tenant *. The key is in this answer and nowhere else: Kiln keeps a hash of it.")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(type = SchemaType.OBJECT),
                            examples =
                                    @ExampleObject(
                                            name = "submit",
                                            value =
                                                    "{\"tenant\": \"acme\", \"role\": \"submit\", \"name\": \"nightly build\"}")))
    @APIResponse(responseCode = "201", description = "It opens doors from now on")
    @APIResponse(responseCode = "400", description = "The document is not valid")
    @APIResponse(responseCode = "403", description = "The caller's key is not of that tenant")
    public Response create(InputStream body) throws IOException {
        byte[] document = body.readNBytes(MAX_BODY + 1);
        if (document.length > MAX_BODY) {
            throw new ProblemException(
                    ProblemType.TOO_LARGE, "the document has more than " + MAX_BODY + " bytes");
        }
        var caller = callers.current();
        var asked = KeyRequest.read(document, caller);
        var key = ApiKey.next(Instant.now());
        var created =
                store.create(
                        new ApiKeyStore.NewKey(
                                key.id(),
                                asked.tenant(),
                                asked.role().wireName(),
                                asked.name(),
                                key.secretSha256()),
                        caller.key());
        LOG.infof("key=%s by=%s outcome=created", key.id(), caller.key());
        var json = head(key.id(), asked.tenant(), asked.role().wireName(), asked.name());
        json.put("created_at", WireJson.time(created)).put("key", key.reveal());
        return Response.status(Response.Status.CREATED)
                .type(MediaType.APPLICATION_JSON)
                .header(HttpHeaders.LOCATION, "/v1/keys/" + key.id())
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .entity(WireJson.bytes(json))
                .build();
    }

    /** All of them, without their secrets. */
    @GET
    @Operation(
            summary = "List keys",
            description =
                    "The oldest first, the revoked ones too; at most 1000. While next is not null there may be more: ask again with after=next.")
    @APIResponse(responseCode = "200", description = "The keys, without their secrets")
    public Response list(
            @Parameter(description = "Whose; of all tenants when absent") @QueryParam("tenant")
                    @Nullable String tenant,
            @Parameter(description = "The next of the page before") @QueryParam("after")
                    @Nullable String after) {
        if (tenant != null && !Placement.isName(tenant)) {
            throw new ProblemException(
                    ProblemType.INVALID_REQUEST, "the query's tenant " + Placement.NAME_RULE);
        }
        if (after != null && !ApiKey.isId(after)) {
            throw new ProblemException(
                    ProblemType.INVALID_REQUEST,
                    "the query's after must be the next of an earlier answer, unchanged");
        }
        var keys = store.list(tenant, Objects.requireNonNullElse(after, ""), PAGE);
        var json = WireJson.object();
        var list = json.putArray("keys");
        keys.forEach(key -> list.add(told(key)));
        json.put("next", keys.size() < PAGE ? null : keys.getLast().id());
        return Response.ok(WireJson.bytes(json), MediaType.APPLICATION_JSON).build();
    }

    private static ObjectNode told(StoredKey key) {
        return head(key.id(), key.tenant(), key.role(), key.name())
                .put("created_at", WireJson.time(key.createdAt()))
                .put("revoked_at", WireJson.time(key.revokedAt()));
    }

    private static ObjectNode head(String id, @Nullable String tenant, String role, String name) {
        return WireJson.object()
                .put("id", id)
                .put("tenant", tenant == null ? KeyRequest.ALL : tenant)
                .put("role", role)
                .put("name", name);
    }

    /** Has a key open nothing any more; harmless to repeat. */
    @DELETE
    @Path("{key}")
    @Operation(
            summary = "Revoke a key",
            description =
                    "At once in the process that answers, in others within kiln.access.key-memory.")
    @APIResponse(responseCode = "200", description = "It is revoked")
    @APIResponse(responseCode = "404", description = "There is no such key")
    public Response revoke(@PathParam("key") String id) {
        var caller = callers.current();
        if (!ApiKey.isId(id) || !store.revoke(id, caller.tenant(), caller.key())) {
            throw new ProblemException(
                    ProblemType.UNKNOWN_KEY, "no key has this id: GET /v1/keys lists them");
        }
        ring.forget(id);
        LOG.infof("key=%s by=%s outcome=revoked", id, caller.key());
        var json = WireJson.object().put("id", id).put("revoked", true);
        return Response.ok(WireJson.bytes(json), MediaType.APPLICATION_JSON).build();
    }

    @ServerExceptionMapper
    Response unavailable(StoreUnavailable e) {
        return AuditResource.unavailableNow();
    }
}
