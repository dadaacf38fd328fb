package dev.kiln.contract;

import dev.kiln.access.Requires;
import dev.kiln.access.Right;
import dev.kiln.problem.ProblemException;
import dev.kiln.problem.ProblemType;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * Serves the contracts that are files: the JSON Schemas of all documents, and the AsyncAPI document
 * of the topics, which refers to them. That of HTTP itself is at {@code /q/openapi}.
 */
@Path("/")
@RunOnVirtualThread
@Tag(name = "contracts")
@Requires(Right.READ)
public class ContractResource {
    /** The schemas that are published, by name. */
    static final List<String> SCHEMAS =
            List.of("submission", "cancel", "retry", "job", "completion", "batch-completion");

    private static final String SCHEMA_TYPE = "application/schema+json";

    /** As the AsyncAPI Initiative registered it. */
    private static final String ASYNC_TYPE = "application/vnd.aai.asyncapi+json;version=3.0.0";

    private final byte[] asyncApi = resource("/asyncapi.json");
    private final Map<String, byte[]> schemas =
            SCHEMAS.stream()
                    .collect(
                            Collectors.toUnmodifiableMap(
                                    Function.identity(),
                                    name -> resource("/schemas/" + name + ".schema.json")));

    /** A JSON Schema of draft 2020-12. */
    @GET
    @Path("schemas/{name}.schema.json")
    @Produces(SCHEMA_TYPE)
    @Operation(
            summary = "A JSON Schema",
            description =
                    "Of submission, cancel, retry, job, completion or batch-completion, draft 2020-12")
    @APIResponse(responseCode = "200", description = "The schema")
    @APIResponse(responseCode = "404", description = "There is none of this name")
    public Response schema(@PathParam("name") String name) {
        byte[] schema = schemas.get(name);
        if (schema == null) {
            throw new ProblemException(
                    ProblemType.NOT_FOUND,
                    "no schema has this name; there are " + String.join(", ", SCHEMAS));
        }
        return Response.ok(schema, SCHEMA_TYPE).build();
    }

    /** What the topics carry, as AsyncAPI 3.0. */
    @GET
    @Path("asyncapi.json")
    @Produces({ASYNC_TYPE, MediaType.APPLICATION_JSON})
    @Operation(
            summary = "What the topics carry",
            description =
                    "AsyncAPI 3.0; its messages refer to the JSON Schemas. Topics have the names that they have unless configured otherwise.")
    @APIResponse(responseCode = "200", description = "The document")
    public Response asyncApi() {
        return Response.ok(asyncApi, ASYNC_TYPE).build();
    }

    private static byte[] resource(String path) {
        try (var in = ContractResource.class.getResourceAsStream(path)) {
            return Objects.requireNonNull(in, path).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
