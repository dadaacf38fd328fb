package dev.kiln.poll;

import dev.kiln.access.Requires;
import dev.kiln.access.Right;
import dev.kiln.job.JobId;
import dev.kiln.job.StoredObject;
import dev.kiln.objectstore.ObjectDamaged;
import dev.kiln.objectstore.ObjectStore;
import dev.kiln.objectstore.ObjectStoreUnavailable;
import dev.kiln.problem.Problem;
import dev.kiln.problem.ProblemException;
import dev.kiln.problem.ProblemType;
import dev.kiln.store.OutputReader;
import dev.kiln.store.OutputReader.Outcome;
import dev.kiln.store.OutputReader.Source;
import dev.kiln.store.StoreUnavailable;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jspecify.annotations.Nullable;

/** Hands out what a program or its compiler wrote, byte by byte. */
@Path("/v1/jobs/{id}/{source:stdout|stderr|compile/output}")
@RunOnVirtualThread
@Produces(MediaType.APPLICATION_OCTET_STREAM)
@Tag(name = "poll")
@Requires(Right.READ)
public class OutputResource {
    private static final String SOURCE =
            "stdout, stderr, or compile/output: what the compiler wrote on both of its streams";

    private final OutputReader reader;
    private final ObjectStore objects;

    OutputResource(OutputReader reader, ObjectStore objects) {
        this.reader = reader;
        this.objects = objects;
    }

    /** The bytes that were kept, or those of one range of them. */
    @GET
    @Operation(
            summary = "A job's output as bytes",
            description =
                    "What was kept of it, which is its beginning; Kiln-Output-Kept and Kiln-Output-Produced say how much was"
                            + " kept of how much, Kiln-Output-Truncated whether that is less. One range of bytes a request.")
    @APIResponse(responseCode = "200", description = "What was kept; ETag is its SHA-256")
    @APIResponse(responseCode = "206", description = "The range of it that was asked for")
    @APIResponse(responseCode = "304", description = "If-None-Match names the content")
    @APIResponse(
            responseCode = "404",
            description = "There is no such job, no result yet, or no compiler was run")
    @APIResponse(responseCode = "416", description = "The range begins behind the end")
    @APIResponse(
            responseCode = "503",
            description = "The database, or the object store that has it, cannot be reached now")
    public Response get(
            @PathParam("id") String text,
            @Parameter(in = ParameterIn.PATH, description = SOURCE) @PathParam("source")
                    String name,
            @HeaderParam(HttpHeaders.IF_NONE_MATCH) @Nullable String known,
            @HeaderParam("Range") @Nullable String range,
            @HeaderParam("If-Range") @Nullable String unchanged) {
        JobId id = Polled.id(text);
        Source source = source(name);
        Outcome.Output output = output(id, source);
        String tag = tag(output);
        if (Polled.known(known, tag)) {
            return Response.notModified().header(HttpHeaders.ETAG, tag).build();
        }
        // A date or another tag: the part that the client has is not of this content.
        boolean whole = unchanged != null && !unchanged.strip().equals(tag);
        return switch (ByteRange.of(whole ? null : range, output.kept())) {
            case ByteRange.Whole() ->
                    described(download(id, source, output, 0, output.kept()), output).build();
            case ByteRange.Part part ->
                    described(download(id, source, output, part.first(), part.length()), output)
                            .status(Response.Status.PARTIAL_CONTENT)
                            .header("Content-Range", part.of(output.kept()))
                            .build();
            case ByteRange.Nothing() -> nothing(output);
        };
    }

    /** The same headers, and no byte of it. */
    @HEAD
    @Operation(summary = "How much output a job has")
    @APIResponse(responseCode = "200", description = "Content-Length is what was kept")
    @APIResponse(responseCode = "304", description = "If-None-Match names the content")
    @APIResponse(
            responseCode = "404",
            description = "There is no such job, no result yet, or no compiler was run")
    public Response head(
            @PathParam("id") String text,
            @Parameter(in = ParameterIn.PATH, description = SOURCE) @PathParam("source")
                    String name,
            @HeaderParam(HttpHeaders.IF_NONE_MATCH) @Nullable String known) {
        Outcome.Output output = output(Polled.id(text), source(name));
        String tag = tag(output);
        if (Polled.known(known, tag)) {
            return Response.notModified().header(HttpHeaders.ETAG, tag).build();
        }
        return described(Polled.download((Object) null), output)
                .header(HttpHeaders.CONTENT_LENGTH, output.kept())
                .build();
    }

    private Outcome.Output output(JobId id, Source source) {
        return switch (reader.describe(id, source)) {
            case Outcome.Output output -> output;
            case Outcome.Unknown() -> throw Polled.unknown(id);
            case Outcome.NoResult(String state) ->
                    throw new ProblemException(
                            ProblemType.NO_RESULT,
                            "job %s is %s and has no output%s".formatted(id, state, remedy(state)));
            case Outcome.NoCompiler() ->
                    throw new ProblemException(
                            ProblemType.NO_COMPILER,
                            "job %s is in a language without a compile step: its program's output is at /v1/jobs/%s/stdout"
                                    .formatted(id, id));
        };
    }

    private static String remedy(String state) {
        return switch (state) {
            case "QUEUED", "RUNNING" ->
                    ": wait for its end with GET /v1/jobs/{id}?wait=60, then ask again";
            default -> ": it ended without a result";
        };
    }

    /** The path's own expression allows no others. */
    private static Source source(String name) {
        return switch (name) {
            case "stdout" -> Source.STDOUT;
            case "stderr" -> Source.STDERR;
            default -> Source.COMPILER;
        };
    }

    private static String tag(Outcome.Output output) {
        return '"' + output.sha256() + '"';
    }

    private Response.ResponseBuilder download(
            JobId id, Source source, Outcome.Output output, long from, long length) {
        String key = output.key();
        if (key == null) {
            return Polled.download(reader.read(id, source, from, length));
        }
        var object = new StoredObject(key, output.kept(), output.sha256());
        return Polled.download(objects.open(object, from, length));
    }

    private static Response.ResponseBuilder described(
            Response.ResponseBuilder download, Outcome.Output output) {
        return download.header(HttpHeaders.ETAG, tag(output))
                .header("Accept-Ranges", "bytes")
                .header("Kiln-Output-Kept", output.kept())
                .header("Kiln-Output-Produced", output.produced())
                .header("Kiln-Output-Truncated", output.produced() > output.kept());
    }

    private static Response nothing(Outcome.Output output) {
        var problem =
                Problem.of(
                        ProblemType.RANGE_NOT_SATISFIABLE,
                        "%d bytes were kept: ask for bytes=0-%d, or a part of that"
                                .formatted(output.kept(), output.kept() - 1));
        return Response.fromResponse(problem.response())
                .header("Content-Range", "bytes */" + output.kept())
                .build();
    }

    @ServerExceptionMapper
    Response unavailable(StoreUnavailable e) {
        return Polled.unavailable(e);
    }

    @ServerExceptionMapper
    Response unavailable(ObjectStoreUnavailable e) {
        return Polled.unavailable(e);
    }

    @ServerExceptionMapper
    Response lost(ObjectDamaged e) {
        return Polled.lost(e);
    }
}
