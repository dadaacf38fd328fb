package dev.kiln.intake;

import dev.kiln.access.Requires;
import dev.kiln.access.Right;
import dev.kiln.problem.ProblemException;
import dev.kiln.problem.ProblemType;
import dev.kiln.store.BatchStore;
import dev.kiln.store.StoreUnavailable;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jspecify.annotations.Nullable;

/** The HTTP door for any number of jobs in one request. */
@Path("/v1/batches")
@RunOnVirtualThread
@Tag(name = "submit")
@Requires(value = Right.SUBMIT, queues = true, audit = "batch.submit")
public class StreamBatchResource {
    private static final Logger LOG = Logger.getLogger(StreamBatchResource.class);

    private final BatchStream.Door door;
    private final Doorkeeper keeper;
    private final SubmitBatchResource inOnePiece;

    StreamBatchResource(
            SubmissionReader reader,
            Admission admission,
            BatchStore batches,
            Doorkeeper keeper,
            IntakeConfig config,
            SubmitBatchResource inOnePiece) {
        this.door = new BatchStream.Door(reader, admission, batches::close, keeper::full, config);
        this.keeper = keeper;
        this.inOnePiece = inOnePiece;
    }

    /** Takes a document a line, for as long as lines come. */
    @POST
    @Consumes(BatchBody.NDJSON)
    @Produces({BatchBody.NDJSON, MediaType.APPLICATION_JSON})
    @Operation(
            summary = "Submit many jobs as a stream",
            description =
                    "A document a line (NDJSON), as many as there are. Each is taken or refused on its own and answered by a"
                            + " line: the job's id, or errors with field pointers. The last line has done; an answer without"
                            + " it was cut off: send the same lines again, which makes no job twice where the lines have ids"
                            + " or the request an Idempotency-Key. Accept: application/json asks for one document instead, as a JSON array of documents is answered.")
    @Parameter(
            name = IdempotencyKey.NAME,
            in = ParameterIn.HEADER,
            description =
                    "The producer's own name for this stream: a line without an id is then known by it and its number",
            schema = @Schema(type = SchemaType.STRING))
    @RequestBody(
            required = true,
            content = {
                @Content(mediaType = BatchBody.NDJSON, schema = @Schema(type = SchemaType.STRING)),
                @Content(
                        mediaType = MediaType.APPLICATION_JSON,
                        schema = @Schema(type = SchemaType.ARRAY, implementation = Object.class))
            })
    @APIResponse(
            responseCode = "202",
            description = "A line for each document; Location is where to poll the batch",
            content =
                    @Content(
                            mediaType = BatchBody.NDJSON,
                            schema = @Schema(type = SchemaType.STRING)))
    @APIResponse(responseCode = "400", description = "A parameter or the key is not valid")
    @APIResponse(
            responseCode = "413",
            description = "For one document: the body is too large or has too many documents")
    @APIResponse(
            responseCode = "429",
            description =
                    "As many jobs are queued as the site takes; Retry-After says when to ask again")
    public Response submit(
            InputStream body,
            @Parameter(description = "The jobs' batch; made by Kiln when absent")
                    @QueryParam("batch")
                    @Nullable String batch,
            @Parameter(
                            description =
                                    "Whether the batch is whole with this request: it is closed unless a line was refused",
                            schema = @Schema(type = SchemaType.BOOLEAN, defaultValue = "false"))
                    @QueryParam("close")
                    @Nullable String close,
            @Parameter(
                            description =
                                    "The number of the first line, when a request goes on where another ended",
                            schema = @Schema(type = SchemaType.INTEGER, defaultValue = "1"))
                    @QueryParam("first_line")
                    @Nullable String firstLine,
            @Context HttpHeaders headers,
            @Context HttpServerRequest request)
            throws IOException {
        String key = IdempotencyKey.read(request.headers().getAll(IdempotencyKey.NAME));
        var asked =
                new BatchStream.Request(
                        batch(batch, key), key, line(firstLine), flag(close), keeper.tenant());
        if (wantsOneDocument(headers)) {
            if (key != null || firstLine != null || close != null) {
                throw invalid(
                        "close, first_line and Idempotency-Key belong to an answer in lines: Accept: "
                                + BatchBody.NDJSON);
            }
            return inOnePiece.submitLines(body, batch);
        }
        if (keeper.full()) {
            return Refusals.queueFull();
        }
        StreamingOutput answer = out -> run(asked, body, request, out);
        return Response.accepted(answer)
                .type(BatchBody.NDJSON)
                .header(HttpHeaders.LOCATION, "/v1/batches/" + asked.batch().name())
                .build();
    }

    private void run(
            BatchStream.Request asked,
            InputStream body,
            HttpServerRequest request,
            OutputStream out)
            throws IOException {
        var stream = new BatchStream(door, asked, body, new HttpClient(request, out));
        try {
            stream.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("this server stops");
        } catch (IOException gone) {
            // Nobody is there to be told.
            LOG.infof(
                    "batch=%s outcome=cut off at line %d: %s",
                    asked.batch().name(), stream.line(), gone.getMessage());
        }
    }

    private record HttpClient(HttpServerRequest request, OutputStream out)
            implements AnswerWriter.Client {
        @Override
        public void write(byte[] piece) throws IOException {
            if (request.response().closed()) {
                throw new IOException("the client is gone");
            }
            out.write(piece);
            out.flush();
        }
    }

    /** A key makes the name too, so that a request that is sent again has the same batch. */
    private static Origin.RequestBatch batch(@Nullable String chosen, @Nullable String key) {
        return chosen == null && key != null
                ? new Origin.RequestBatch(LineId.batch(key), false)
                : SubmitBatchResource.batch(chosen);
    }

    private static long line(@Nullable String text) {
        if (text == null) {
            return 1;
        }
        if (!text.matches("[1-9][0-9]{0,14}")) {
            throw invalid("first_line must be a line's number, from 1");
        }
        return Long.parseLong(text);
    }

    private static boolean flag(@Nullable String text) {
        if (text == null || text.equals("false")) {
            return false;
        }
        if (!text.equals("true")) {
            throw invalid("close must be true or false");
        }
        return true;
    }

    private static ProblemException invalid(String detail) {
        return new ProblemException(ProblemType.INVALID_REQUEST, detail);
    }

    /** Only who names it first; who takes anything gets lines. */
    private static boolean wantsOneDocument(HttpHeaders headers) {
        var first = headers.getAcceptableMediaTypes().stream().findFirst();
        return first.isPresent()
                && first.get().getType().equals("application")
                && first.get().getSubtype().equals("json");
    }

    @ServerExceptionMapper
    Response unavailable(StoreUnavailable e) {
        return Refusals.unavailable(e);
    }
}
