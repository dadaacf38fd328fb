package dev.kiln.intake;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.access.Callers;
import dev.kiln.access.Requires;
import dev.kiln.access.Right;
import dev.kiln.job.JobId;
import dev.kiln.problem.Problem;
import dev.kiln.problem.ProblemException;
import dev.kiln.problem.ProblemType;
import dev.kiln.store.RetryStore;
import dev.kiln.store.StoreUnavailable;
import dev.kiln.wire.FieldErrors;
import dev.kiln.wire.WireJson;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jspecify.annotations.Nullable;

/** The HTTP door for trying jobs again that the platform gave up. */
@Path("/v1/jobs:retry")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "cancel and retry")
@Requires(value = Right.SUBMIT, audit = "job.retry")
public class RetryResource {
    /** Jobs in one request: enough for an incident, few enough to hold their locks briefly. */
    static final int MOST = 1_000;

    private static final Logger LOG = Logger.getLogger(RetryResource.class);
    private static final ByteSize MAX_BODY = ByteSize.of("64k");

    private final RetryStore store;
    private final Callers callers;
    private final StrictJson json = new StrictJson(MAX_BODY.bytes());

    RetryResource(RetryStore store, Callers callers) {
        this.store = store;
        this.callers = callers;
    }

    /** Queues ABANDONED jobs again. */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            summary = "Try ABANDONED jobs again",
            description =
                    "Either ids, or tenant and batch, or {\"state\": \"ABANDONED\"} for all. Each job gets all its attempts"
                            + " again and keeps its history; its next end has a completion event of its own. At most 1000 a"
                            + " request: when more is true, send it again.")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(type = SchemaType.OBJECT),
                            examples =
                                    @ExampleObject(
                                            name = "batch",
                                            value =
                                                    "{\"tenant\": \"acme\", \"batch\": \"nightly-7\"}")))
    @APIResponse(
            responseCode = "200",
            description = "How many are queued again; for ids also what became of each")
    @APIResponse(responseCode = "400", description = "The request is not valid")
    public Response retry(InputStream body) throws IOException {
        var errors = new Errors();
        var request = RetryRequest.read(json, BoundedBody.read(body, MAX_BODY), errors);
        if (request == null) {
            throw new ProblemException(
                    Problem.of(
                            ProblemType.INVALID_REQUEST,
                            FieldErrors.inWords(errors.list()),
                            Refusals.problems(errors.list())));
        }
        var own = callers.current().tenant();
        callers.audit(request.inWords());
        var answer =
                switch (request) {
                    case RetryRequest.Of(var ids) -> told(ids, store.retry(ids, own));
                    case RetryRequest.All(var tenant, var batch) ->
                            counted(store.retry(tenant(tenant, own), batch, MOST));
                };
        LOG.infof("outcome=retry of %d jobs", answer.get("retried").intValue());
        return Response.ok(WireJson.bytes(answer), MediaType.APPLICATION_JSON).build();
    }

    /** Whoever speaks for one tenant may name no other, and means that one. */
    private static @Nullable String tenant(@Nullable String named, @Nullable String own) {
        if (own != null && named != null && !named.equals(own)) {
            throw Refusals.invalid(List.of(Refusals.FOREIGN_TENANT));
        }
        return own == null ? named : own;
    }

    private static ObjectNode counted(int retried) {
        return WireJson.object().put("retried", retried).put("more", retried == MOST);
    }

    private static ObjectNode told(List<JobId> ids, Map<JobId, String> found) {
        var answer = counted((int) found.values().stream().filter("ABANDONED"::equals).count());
        answer.put("more", false);
        var jobs = answer.putArray("jobs");
        ids.forEach(id -> jobs.add(told(id, found.get(id))));
        return answer;
    }

    private static ObjectNode told(JobId id, @Nullable String state) {
        boolean retried = "ABANDONED".equals(state);
        String reason =
                state == null
                        ? "there is no such job"
                        : "is %s: only ABANDONED jobs can be tried again".formatted(state);
        return WireJson.object()
                .put("id", id.toString())
                .put("retried", retried)
                .put("state", retried ? "QUEUED" : state)
                .put("reason", retried ? null : reason);
    }

    @ServerExceptionMapper
    Response unavailable(StoreUnavailable e) {
        return Refusals.unavailable(e);
    }
}
