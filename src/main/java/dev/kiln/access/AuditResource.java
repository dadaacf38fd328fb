package dev.kiln.access;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.problem.Problem;
import dev.kiln.problem.ProblemException;
import dev.kiln.problem.ProblemType;
import dev.kiln.store.AuditEntry;
import dev.kiln.store.AuditStore;
import dev.kiln.store.StoreUnavailable;
import dev.kiln.wire.WireJson;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jspecify.annotations.Nullable;

/** Tells who had what done. */
@Path("/v1/audit")
@RunOnVirtualThread
@Requires(Right.ADMIN)
@Tag(name = "access")
public class AuditResource {
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");
    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LIMIT = 1000;

    private final AuditStore audit;

    AuditResource(AuditStore audit) {
        this.audit = audit;
    }

    /** A page, newest first. */
    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(
            summary = "Read the audit",
            description =
                    "Newest first. While next is not null there may be more: ask again with before=next.")
    @APIResponse(responseCode = "200", description = "The entries, and where the next page begins")
    @APIResponse(responseCode = "400", description = "A parameter has a value that it cannot have")
    public Response page(
            @Parameter(description = "Whose matter; of all tenants when absent")
                    @QueryParam("tenant")
                    @Nullable String tenant,
            @Parameter(description = "The next of the page before") @QueryParam("before")
                    @Nullable String before,
            @Parameter(description = "Entries on a page, 1 to 1000; 100 unless given")
                    @QueryParam("limit")
                    @Nullable String limit) {
        int most =
                Math.toIntExact(
                        number("limit", limit == null ? DEFAULT_LIMIT + "" : limit, MAX_LIMIT));
        long from = before == null ? Long.MAX_VALUE : number("before", before, Long.MAX_VALUE);
        var entries = audit.page(tenant, from, most);
        var json = WireJson.object();
        var list = json.putArray("entries");
        entries.forEach(entry -> list.add(told(entry)));
        json.put("next", entries.size() < most ? null : String.valueOf(entries.getLast().seq()));
        return Response.ok(WireJson.bytes(json), MediaType.APPLICATION_JSON).build();
    }

    private static long number(String parameter, String text, long most) {
        long number = NUMBER.matcher(text).matches() ? Long.parseLong(text) : 0;
        if (number < 1 || number > most) {
            throw new ProblemException(
                    ProblemType.INVALID_REQUEST,
                    "the query's %s must be a whole number from 1 to %d"
                            .formatted(parameter, most));
        }
        return number;
    }

    private static ObjectNode told(AuditEntry entry) {
        var deed = entry.deed();
        return WireJson.object()
                .put("at", WireJson.time(entry.at()))
                .put("key", deed.key())
                .put("tenant", deed.tenant() == null ? KeyRequest.ALL : deed.tenant())
                .put("action", deed.action())
                .put("subject", deed.subject());
    }

    @ServerExceptionMapper
    Response unavailable(StoreUnavailable e) {
        return unavailableNow();
    }

    static Response unavailableNow() {
        return Problem.unavailable("the database cannot be reached: ask again later");
    }
}
